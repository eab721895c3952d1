#pragma once

#include "cluster/api/json.h"

#include <QStringList>

namespace slipway::ui {

struct MergedObject {
    api::JsonObject object;
    QStringList both; ///< paths both sides changed differently; mine was kept
};

/// Puts what I changed on top of what they changed, both since @p base. Lists of objects with a name are merged by it,
/// other lists as a whole. Pure.
MergedObject mergeThreeWay(const api::JsonObject& base, const api::JsonObject& mine, const api::JsonObject& theirs);

} // namespace slipway::ui
