#pragma once

#include "ui/charts/metrics_store.h"
#include "ui/resources/quantities.h"

#include <QLabel>
#include <QWidget>

class QChart;
class QAreaSeries;
class QLineSeries;
class QDateTimeAxis;
class QValueAxis;

namespace slipway::ui {

/// One quantity over time as an area, with lines for what was requested and what is allowed at most.
class TimeChart : public QWidget {
    Q_OBJECT
public:
    enum class Unit { cores, bytes };
    explicit TimeChart(Unit unit, QWidget* parent = nullptr);
    void show(const MetricsStore::Series& series, double request, double limit, const QString& limitName);
    using QWidget::show;

private:
    void colour();
    void scaleTo(double most, qint64 from, qint64 to);

    Unit unit_;
    QLabel *title_, *now_;
    QChart* chart_;
    QLineSeries *line_, *ground_, *request_, *limit_;
    QAreaSeries* area_;
    QDateTimeAxis* times_;
    QValueAxis* values_;
    double request_value_ = 0, limit_value_ = 0;
};

/// CPU and memory of something, live.
class UsageChart : public QWidget {
    Q_OBJECT
public:
    explicit UsageChart(MetricsStore& store, QWidget* parent = nullptr);
    /// Shows the sum of these measured things. @p limitName: what the upper line is ("limit", "allocatable").
    void show(const QStringList& keys, const ResourceBounds& bounds, const QString& limitName);
    using QWidget::show;

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void refresh();

    MetricsStore& store_;
    QStringList keys_;
    ResourceBounds bounds_;
    QString limitName_;
    QLabel* nothing_;
    TimeChart *cpu_, *memory_;
};

} // namespace slipway::ui
