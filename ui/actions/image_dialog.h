#pragma once

#include "ui/resources/object_actions.h"

class QWidget;

namespace slipway::ui {

/// The strategic merge patch that gives containers of a workload's pod template new images. @p kind decides where the
/// template stands (CronJob). Pure.
api::Json imagePatch(const std::string& kind, const std::vector<std::pair<std::string, std::string>>& images);

/// Asks for new images of a workload's containers.
void showImageDialog(QWidget& parent, const SessionPtr& session, ObjectActions& actions, const ObjectRef& workload);

} // namespace slipway::ui
