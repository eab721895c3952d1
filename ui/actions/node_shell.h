#pragma once

#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

#include <QStringList>
#include <functional>

class QWidget;

namespace slipway::ui {

/// The container of a node shell's pod.
inline const QString nodeShellContainer = QStringLiteral("shell");

/// The program and arguments that open a shell on a node of a cluster Slipway made on this computer; empty for other
/// clusters, and where the program is not found.
QStringList nodeShellProgram(const Session& session, const QString& node);

/// A pod that runs a shell in the namespaces of a node's first process: bound to the node, tolerating everything, gone
/// after a day at the latest. Pure.
api::JsonObject nodeShellPod(const QString& node, const QString& ns, const QString& image);

/// Asks for an image, makes such a pod, and calls @p ready once it runs. A pod that nobody waits for any more is
/// deleted.
void showNodeShellDialog(QWidget& parent, const SessionPtr& session, const ObjectRef& node,
                         std::function<void(const ObjectRef& pod)> ready);

} // namespace slipway::ui
