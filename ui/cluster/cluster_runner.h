#pragma once

#include "ui/session/session.h"
#include "vmdriver/progress.h"

#include <QObject>
#include <QString>
#include <memory>
#include <optional>
#include <stop_token>

namespace slipway::ui {

/// What is known of the local cluster.
struct LocalCluster {
    bool exists = false, running = false, broken = false;
    QString server, kubeconfig, error;
};

/// Starts, stops and deletes the local cluster on a thread of its own. One operation at a time. GUI thread.
class ClusterRunner : public QObject {
    Q_OBJECT
public:
    explicit ClusterRunner(QString cluster, QObject* parent = nullptr);
    ~ClusterRunner() override;

    const QString& cluster() const { return cluster_; }
    bool isBusy() const { return busy_; }

    void start();
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

private:
    enum class Operation { start, stop, remove };
    void run(Operation operation);

    QString cluster_;
    bool busy_ = false;
    std::stop_source stop_;
};

/// The step in the window's language.
QString stepText(vmdriver::Step step);

} // namespace slipway::ui
