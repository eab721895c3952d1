#pragma once

#include "ui/session/session.h"

#include <QStringList>

namespace slipway::ui {

/// Opens a cluster by a kubeconfig. Blocks (reads files, may run a credential plugin): not on the GUI thread. What is
/// written through the session goes into the cluster's journal; its guard is as it was last left.
client::Result<SessionPtr> openSession(const QString& kubeconfig, const QString& context, bool local,
                                       const QString& name);

/// A context that can be opened.
struct KnownContext {
    QString name, cluster, user, defaultNamespace, kubeconfig;
    bool current = false, guarded = false;
};
/// Every context of every file in $KUBECONFIG (or of ~/.kube/config). Blocks. Unreadable files are left out.
std::vector<KnownContext> knownContexts();

/// Guards a cluster against changes, or lifts the guard; remembered by the session's name.
void setGuard(const Session& session, bool readOnly);
bool isGuarded(const QString& name);
void rememberGuard(const QString& name, bool readOnly);

} // namespace slipway::ui
