#pragma once

#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

class QWidget;

namespace slipway::ui {

/// Shows what draining nodes would do with each pod, does it when told to, and tells how far it is.
void showDrainDialog(QWidget& parent, const SessionPtr& session, const std::vector<ObjectRef>& nodes);

} // namespace slipway::ui
