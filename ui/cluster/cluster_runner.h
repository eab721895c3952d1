#pragma once

#include "ui/cluster/new_cluster_dialog.h"
#include "ui/session/session.h"
#include "vmdriver/progress.h"

#include <QObject>
#include <QString>
#include <memory>
#include <optional>
#include <stop_token>

namespace slipway::ui {

/// What is known of a local cluster.
struct LocalCluster {
    QString name, driver;
    bool exists = false, running = false, broken = false, paused = false;
    int nodes = 0, runningNodes = 0;
    QString server, kubeconfig, error;
};

/// Makes, starts, pauses, stops and deletes local clusters, one of which is chosen, on a thread of its own. One
/// operation at a time. GUI thread.
class ClusterRunner : public QObject {
    Q_OBJECT
public:
    explicit ClusterRunner(QString cluster, QObject* parent = nullptr);
    ~ClusterRunner() override;

    const QString& cluster() const { return cluster_; }
    bool isBusy() const { return busy_; }

    /// Which cluster is meant from now on; ignored during an operation.
    void choose(const QString& cluster);
    void start();
    /// Makes a cluster and starts it; it becomes the chosen one.
    void create(const NewCluster& wish);
    void addNode();
    void pause();
    void resume();
    void stop();
    void remove();
    /// Ends a start that is under way; what is half-made is cleaned up.
    void cancel();
    /// Asks for the state; answers with statusKnown.
    void refresh();

signals:
    void progressed(const slipway::vmdriver::Progress& progress);
    /// The operation is over; @p error is empty when it went well.
    void finished(const QString& operation, const QString& error);
    void statusKnown(const slipway::ui::LocalCluster& status);
    /// Every cluster on this computer.
    void clustersKnown(const std::vector<slipway::ui::LocalCluster>& clusters);

private:
    enum class Operation { start, stop, remove, pause, resume, addNode };
    void run(Operation operation, const NewCluster& wish = {});

    QString cluster_;
    bool busy_ = false;
    std::stop_source stop_;
};

/// The step in the window's language.
QString stepText(vmdriver::Step step);

} // namespace slipway::ui
