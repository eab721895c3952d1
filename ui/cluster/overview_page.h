#pragma once

#include "ui/charts/usage_chart.h"
#include "ui/resources/object_ref.h"

#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QTreeWidget>
#include <QWidget>

namespace slipway::ui {

/// What a cluster has and uses, in sums.
struct ClusterSummary {
    int nodes = 0, readyNodes = 0;
    int pods = 0, runningPods = 0, podRoom = 0;
    double cpu = 0, cpuRequested = 0, memory = 0, memoryRequested = 0; ///< allocatable, and asked for by pods
    struct Trouble {
        std::string kind; ///< "Pod", "Node", "Deployment"
        QString ns, name, what;
        Tone tone = Tone::waiting;
    };
    std::vector<Trouble> troubles; ///< what needs somebody's attention, the worst first
    std::size_t moreTroubles = 0;  ///< beyond those

    // One object after another, so that nobody has to hold them all.
    void addNode(const api::Json& node);
    void addPod(const api::Json& pod);
    void addDeployment(const api::Json& deployment);
    void worstFirst();

private:
    void addTrouble(Trouble trouble);
};

/// One number with its bar: how much of what there is is used.
class Gauge : public QFrame {
    Q_OBJECT
public:
    explicit Gauge(QWidget* parent = nullptr);
    /// @p used and @p asked are shares of what there is, 0 to 1; below 0: not known.
    void show(const QString& title, const QString& number, const QString& words, double used, double asked);
    using QWidget::show;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel *title_, *number_, *words_;
    double used_ = -1, asked_ = -1;
};

/// The cluster at a glance: capacity and use, their course, and what needs attention. Refreshed while it is looked at.
class OverviewPage : public QWidget {
    Q_OBJECT
public:
    OverviewPage(SessionPtr session, MetricsStore& metrics, QWidget* parent = nullptr);
    const ClusterSummary& summary() const { return summary_; }
    QTreeWidget& troubles() { return *troubles_; }

signals:
    void kindRequested(const QString& id);
    void jumpRequested(const slipway::ui::ObjectRef& object);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void read();
    void display();

    SessionPtr session_;
    MetricsStore& metrics_;
    ClusterSummary summary_;
    bool known_ = false;
    QLabel *title_, *version_, *troubleTitle_, *usageTitle_;
    Gauge *nodes_, *pods_, *cpu_, *memory_;
    UsageChart* chart_;
    QTreeWidget* troubles_;
    QTimer timer_;
    QString serverVersion_;
};

} // namespace slipway::ui
