#include "ui/cluster/cluster_runner.h"

#include "ui/session/background.h"
#include "vmdriver/cluster_lifecycle.h"

#include <QPointer>
#include <QScopeGuard>

namespace slipway::ui {

namespace {

vmdriver::StartOptions optionsOf(const NewCluster& wish) {
    vmdriver::StartOptions options;
    if (wish.name.isEmpty())
        return options; // one that is there: as it is
    options.driver = wish.driver.toStdString();
    options.nodes = wish.nodes;
    options.controlPlanes = wish.controlPlanes;
    options.resources.cpus = wish.cpus;
    options.resources.memoryMiB = wish.memoryMiB;
    return options;
}

LocalCluster known(const vmdriver::ClusterStatus& status) {
    LocalCluster cluster;
    cluster.name = QString::fromStdString(status.name);
    cluster.driver = QString::fromStdString(status.driver);
    cluster.exists = status.state != vmdriver::ClusterState::absent;
    cluster.running = status.state == vmdriver::ClusterState::running;
    cluster.paused = status.state == vmdriver::ClusterState::paused;
    cluster.broken = status.state == vmdriver::ClusterState::broken;
    cluster.nodes = static_cast<int>(status.nodes.size());
    for (const vmdriver::NodeStatus& node : status.nodes)
        cluster.runningNodes += node.state == vmdriver::NodeState::running ? 1 : 0;
    cluster.server = QString::fromStdString(status.server);
    cluster.kubeconfig = QString::fromStdString(status.kubeconfig.string());
    cluster.error = QString::fromStdString(status.problem);
    return cluster;
}

} // namespace

ClusterRunner::ClusterRunner(QString cluster, QObject* parent) : QObject(parent), cluster_(std::move(cluster)) {}

ClusterRunner::~ClusterRunner() {
    stop_.request_stop();
}

void ClusterRunner::choose(const QString& cluster) {
    if (busy_ || cluster == cluster_)
        return;
    cluster_ = cluster;
    refresh();
}

void ClusterRunner::start() {
    run(Operation::start);
}
void ClusterRunner::create(const NewCluster& wish) {
    if (busy_)
        return;
    cluster_ = wish.name;
    run(Operation::start, wish);
}
void ClusterRunner::addNode() {
    run(Operation::addNode);
}
void ClusterRunner::pause() {
    run(Operation::pause);
}
void ClusterRunner::resume() {
    run(Operation::resume);
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

void ClusterRunner::run(Operation operation, const NewCluster& wish) {
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
    auto work = [operation, wish, name = cluster_.toStdString(), report, relay,
                 token = stop_.get_token()]() -> QString {
        const auto end = qScopeGuard([relay] { relay->deleteLater(); });
        vmdriver::ClusterLifecycle lifecycle;
        vmdriver::Result<void> done;
        switch (operation) {
        case Operation::start:
            if (auto started = lifecycle.start(name, optionsOf(wish), report, token); !started)
                done = std::unexpected(started.error());
            break;
        case Operation::addNode:
            if (auto added = lifecycle.addNode(name, {}, {}, report, token); !added)
                done = std::unexpected(added.error());
            break;
        case Operation::stop:
            done = lifecycle.stop(name, report);
            break;
        case Operation::remove:
            done = lifecycle.remove(name, report);
            break;
        case Operation::pause:
            done = lifecycle.pause(name, report);
            break;
        case Operation::resume:
            done = lifecycle.resume(name, report);
            break;
        }
        if (done)
            return {};
        return done.error().code == vmdriver::DriverErrc::cancelled ? ClusterRunner::tr("Cancelled")
                                                                    : QString::fromStdString(done.error().message);
    };
    inBackground(this, std::move(work), [this, operation](const QString& error) {
        busy_ = false;
        const char* names[] = {"start", "stop", "delete", "pause", "resume", "addNode"};
        emit finished(QLatin1String(names[static_cast<int>(operation)]), error);
        refresh();
    });
}

void ClusterRunner::refresh() {
    using Answer = std::pair<LocalCluster, std::vector<LocalCluster>>;
    auto work = [name = cluster_.toStdString()]() -> Answer {
        vmdriver::ClusterLifecycle lifecycle;
        Answer answer;
        if (const auto status = lifecycle.status(name))
            answer.first = known(*status);
        else
            answer.first.error = QString::fromStdString(status.error().message);
        if (const auto all = lifecycle.list())
            for (const vmdriver::ClusterStatus& each : *all)
                answer.second.push_back(known(each));
        return answer;
    };
    inBackground(this, std::move(work), [this](const Answer& answer) {
        emit clustersKnown(answer.second);
        emit statusKnown(answer.first);
    });
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
