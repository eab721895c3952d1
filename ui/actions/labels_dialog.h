#pragma once

#include "ui/resources/object_actions.h"

#include <expected>

class QWidget;

namespace slipway::ui {

/// Reads lines of "key=value" and "key-" (which removes). The error names the line that is neither. With @p all the
/// lines are everything there is to be: keys of @p before that are not named are removed. The result is the member of
/// a merge patch. Pure.
std::expected<api::JsonObject, QString> mapPatch(const api::JsonObject& before, const QString& lines, bool all);

/// Edits the labels and annotations of one object, or sets and removes some of several.
void showLabelsDialog(QWidget& parent, const SessionPtr& session, ObjectActions& actions,
                      const std::vector<ObjectRef>& objects);

} // namespace slipway::ui
