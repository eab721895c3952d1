#pragma once

#include "ui/resources/reflector_adapter.h"
#include "ui/topology/topology_graph.h"

#include <QComboBox>
#include <QGraphicsView>
#include <QLabel>
#include <QTimer>
#include <QToolButton>
#include <QWidget>

namespace slipway::ui {

/// Draws a topology graph: a column for each of ingress, service, workload, pod and node. Arrow keys go from object to
/// object, Return opens one.
class TopologyView : public QGraphicsView {
    Q_OBJECT
public:
    explicit TopologyView(QWidget* parent = nullptr);
    void show(TopologyGraph graph);
    using QGraphicsView::show;
    const TopologyGraph& graph() const { return graph_; }
    void fit();

signals:
    void opened(const slipway::ui::TopologyNode& node);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    void draw();
    void choose(int index);
    int nodeAt(const QPoint& at) const;
    bool joinedWithChosen(int index) const;
    QRectF boxOf(int index) const;

    TopologyGraph graph_;
    int chosen_ = -1;
};

/// The topology of a namespace or of the whole cluster; follows the watches of pods, services and deployments.
class TopologyPage : public QWidget {
    Q_OBJECT
public:
    explicit TopologyPage(SessionPtr session, QWidget* parent = nullptr);
    TopologyView& view() { return *view_; }

signals:
    void jumpRequested(const slipway::ui::ObjectRef& object);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void read();
    void watch();

    SessionPtr session_;
    QLabel *title_, *state_;
    QComboBox* namespace_;
    QToolButton* fit_;
    TopologyView* view_;
    std::vector<std::unique_ptr<ReflectorAdapter>> watches_;
    QTimer soon_;
    bool first_ = true;
};

} // namespace slipway::ui
