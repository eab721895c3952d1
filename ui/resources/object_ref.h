#pragma once

#include "ui/resources/kind_catalog.h"

namespace slipway::ui {

/// Names one object of the open cluster.
struct ObjectRef {
    const KindView* kind = nullptr;
    QString ns, name, uid;
    bool operator==(const ObjectRef&) const = default;
};

} // namespace slipway::ui
