#pragma once

#include "ui/resources/object_ref.h"

#include <functional>

class QWidget;

namespace slipway::ui {

struct NamedPort {
    int port = 0;
    QString name;
};
/// The ports of a service, or of the containers of a pod or of a workload's template. Pure.
std::vector<NamedPort> portsOf(const api::JsonObject& object);

/// Asks which port of the target is to be reached at which port of this computer (0: any).
void showPortsDialog(QWidget& parent, const ObjectRef& target, const std::vector<NamedPort>& ports,
                     std::function<void(int remote, int local)> chosen);

} // namespace slipway::ui
