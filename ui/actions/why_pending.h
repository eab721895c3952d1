#pragma once

#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

#include <QStringList>

class QWidget;

namespace slipway::ui {

/// Why a pod does not run yet, in the order things happen.
struct PendingReason {
    QString what;  ///< "Insufficient cpu"
    int nodes = 0; ///< how many nodes said so; 0: not about nodes
    QString detail;
};

/// Takes the scheduler's sentence apart ("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated
/// taint {a: b}. preemption: ..."). Pure.
std::vector<PendingReason> reasonsOf(const QString& message);
/// Why a pod waits, out of itself and its events: scheduling, then its containers. Pure.
std::vector<PendingReason> whyPending(const api::JsonObject& pod, const std::vector<api::Json>& events);

/// Shows it, and follows it.
void showWhyPendingDialog(QWidget& parent, const SessionPtr& session, const ObjectRef& pod);

} // namespace slipway::ui
