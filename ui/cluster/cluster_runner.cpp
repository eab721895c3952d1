#include "ui/cluster/cluster_runner.h"

#include "ui/session/background.h"
#include "vmdriver/cluster_lifecycle.h"

#include <QPointer>
#include <QScopeGuard>

namespace slipway::ui {

ClusterRunner::ClusterRunner(QString cluster, QObject* parent) : QObject(parent), cluster_(std::move(cluster)) {}

ClusterRunner::~ClusterRunner() {
    stop_.request_stop();
}

void ClusterRunner::start() {
    run(Operation::start);
}
void ClusterRunner::stop() {
    run(Operation::stop);
}
void ClusterRunner::remove() {
    run(Operation::remove);
}
void ClusterRunner::cancel() {
    stop_.request_stop();
}

void ClusterRunner::run(Operation operation) {
    if (busy_)
        return;
    busy_ = true;
    stop_ = {};
    auto* relay = new QObject; // lives on the GUI thread until the operation is over, also when this runner is gone
    auto report = [to = QPointer<ClusterRunner>(this), relay](const vmdriver::Progress& progress) {
        QMetaObject::invokeMethod(
            relay,
            [to, progress] { // on the GUI thread, where the pointer may be looked at
                if (to)
                    emit to->progressed(progress);
            },
            Qt::QueuedConnection);
    };
    auto work = [operation, name = cluster_.toStdString(), report, relay, token = stop_.get_token()]() -> QString {
        const auto end = qScopeGuard([relay] { relay->deleteLater(); });
        vmdriver::ClusterLifecycle lifecycle;
        vmdriver::Result<void> done;
        if (operation == Operation::start) {
            if (auto started = lifecycle.start(name, {}, report, token); !started)
                done = std::unexpected(started.error());
        } else {
            done = operation == Operation::stop ? lifecycle.stop(name, report) : lifecycle.remove(name, report);
        }
        if (done)
            return {};
        return done.error().code == vmdriver::DriverErrc::cancelled ? ClusterRunner::tr("Cancelled")
                                                                    : QString::fromStdString(done.error().message);
    };
    inBackground(this, std::move(work), [this, operation](const QString& error) {
        busy_ = false;
        const char* names[] = {"start", "stop", "delete"};
        emit finished(QLatin1String(names[static_cast<int>(operation)]), error);
        refresh();
    });
}

void ClusterRunner::refresh() {
    auto work = [name = cluster_.toStdString()] {
        vmdriver::ClusterLifecycle lifecycle;
        LocalCluster known;
        const auto status = lifecycle.status(name);
        if (!status) {
            known.error = QString::fromStdString(status.error().message);
            return known;
        }
        known.exists = status->state != vmdriver::ClusterState::absent;
        known.running = status->state == vmdriver::ClusterState::running;
        known.broken = status->state == vmdriver::ClusterState::broken;
        known.server = QString::fromStdString(status->server);
        known.kubeconfig = QString::fromStdString(status->kubeconfig.string());
        return known;
    };
    inBackground(this, std::move(work), [this](const LocalCluster& status) { emit statusKnown(status); });
}

QString stepText(vmdriver::Step step) {
    switch (step) {
    case vmdriver::Step::checkHost:
        return ClusterRunner::tr("Checking this computer");
    case vmdriver::Step::prepareNode:
        return ClusterRunner::tr("Preparing the node's files");
    case vmdriver::Step::createNode:
        return ClusterRunner::tr("Creating the node");
    case vmdriver::Step::startServer:
        return ClusterRunner::tr("Starting the API server");
    case vmdriver::Step::joinNode:
        return ClusterRunner::tr("Waiting for the node to be ready");
    case vmdriver::Step::writeContext:
        return ClusterRunner::tr("Adding the context to your kubeconfig");
    case vmdriver::Step::deploySample:
        return ClusterRunner::tr("Deploying the sample");
    case vmdriver::Step::waitSample:
        return ClusterRunner::tr("Waiting for the sample to answer");
    case vmdriver::Step::stopNode:
        return ClusterRunner::tr("Stopping the node");
    case vmdriver::Step::removeNode:
        return ClusterRunner::tr("Removing the node");
    case vmdriver::Step::loadImage:
        return ClusterRunner::tr("Loading images");
    case vmdriver::Step::saveSnapshot:
        return ClusterRunner::tr("Saving a snapshot");
    case vmdriver::Step::restoreSnapshot:
        return ClusterRunner::tr("Restoring a snapshot");
    case vmdriver::Step::done:
        return ClusterRunner::tr("Done");
    }
    return {};
}

} // namespace slipway::ui
