#pragma once

#include "ui/charts/metrics_store.h"
#include "ui/resources/object_ref.h"
#include "ui/resources/reflector_adapter.h"
#include "ui/resources/resource_model.h"

#include <QComboBox>
#include <QLabel>
#include <QWidget>

namespace slipway::ui {

/// A tile for each node, the warmer the more of it is used. Arrow keys and Return work as in a list.
class HeatTiles : public QWidget {
    Q_OBJECT
public:
    struct Tile {
        QString name, words;
        double share = -1; ///< 0 to 1; below 0: not measured
        Tone tone = Tone::ok;
    };
    explicit HeatTiles(QWidget* parent = nullptr);
    void show(std::vector<Tile> tiles);
    using QWidget::show;
    const std::vector<Tile>& tiles() const { return tiles_; }
    QSize sizeHint() const override { return {600, 400}; }

signals:
    void opened(const QString& node);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    int columns() const;
    QRectF tileRect(int index) const;
    int tileAt(const QPointF& at) const;
    std::vector<Tile> tiles_;
    int chosen_ = 0;
};

/// The nodes of a cluster as a heat map of CPU, memory or pods.
class HeatMapPage : public QWidget {
    Q_OBJECT
public:
    HeatMapPage(SessionPtr session, MetricsStore& metrics, QWidget* parent = nullptr);
    HeatTiles& tiles() { return *tiles_; }

signals:
    void jumpRequested(const slipway::ui::ObjectRef& object);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void display();

    SessionPtr session_;
    MetricsStore& metrics_;
    ResourceModel nodes_;
    QHash<QString, int> podsOnNode_;
    QHash<QString, QString> nodeOfPod_;
    std::unique_ptr<ReflectorAdapter> nodeWatch_, podWatch_;
    QLabel* title_;
    QComboBox* measure_;
    HeatTiles* tiles_;
    QTimer soon_;
};

} // namespace slipway::ui
