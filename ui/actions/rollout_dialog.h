#pragma once

#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

class QWidget;

namespace slipway::ui {

/// Shows the revisions of a workload with what each would change, and goes back to one when told to.
void showRolloutDialog(QWidget& parent, const SessionPtr& session, const ObjectRef& workload);

} // namespace slipway::ui
