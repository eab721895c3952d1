#pragma once

#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

#include <functional>

class QWidget;

namespace slipway::ui {

/// Adds an ephemeral container to a pod, as `kubectl debug` does, and calls @p ready with its name once it runs.
void showDebugDialog(QWidget& parent, const SessionPtr& session, const ObjectRef& pod,
                     std::function<void(const QString& container)> ready);

} // namespace slipway::ui
