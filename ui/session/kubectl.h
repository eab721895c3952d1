#pragma once

#include "ui/session/session.h"

#include <QStringList>

namespace slipway::ui {

/// The arguments that make kubectl speak to a session's cluster.
inline QStringList kubectlContext(const Session& session) {
    QStringList arguments;
    if (!session.kubeconfig.isEmpty())
        arguments << QStringLiteral("--kubeconfig=") + session.kubeconfig;
    if (!session.context.isEmpty())
        arguments << QStringLiteral("--context=") + session.context;
    return arguments;
}

} // namespace slipway::ui
