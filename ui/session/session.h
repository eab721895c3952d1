#pragma once

#include "cluster/client/client.h"

#include <QString>
#include <atomic>
#include <memory>

namespace slipway::ui {

class ChangeJournal;

/// One open cluster, as everything that shows it sees it. Shared; only the guard and the journal change.
struct Session {
    QString name;                ///< of the context or the cluster, for people
    QString server;              ///< its address
    QString defaultNamespace;    ///< of the context; where objects without a namespace go
    bool local = false;          ///< made by Slipway, so that it can be stopped
    QString kubeconfig, context; ///< where it was opened from, for kubectl and helm; may be empty
    /// While true, the client refuses everything that writes. Never null.
    std::shared_ptr<std::atomic<bool>> readOnly = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<ChangeJournal> journal; ///< what the window wrote to the cluster, in Git; null: not kept
    std::shared_ptr<const client::Client> client;
};
using SessionPtr = std::shared_ptr<const Session>;

/// A std::string_view as a QString.
inline QString text(std::string_view utf8) {
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

/// The sentence to show for a failed request: the server's message, or what kept it from answering.
QString errorText(const client::Error& error);

} // namespace slipway::ui
