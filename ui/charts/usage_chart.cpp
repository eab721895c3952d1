#include "ui/charts/usage_chart.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"

#include <QAreaSeries>
#include <QChart>
#include <QChartView>
#include <QDateTime>
#include <QDateTimeAxis>
#include <QGraphicsLayout>
#include <QHBoxLayout>
#include <QLineSeries>
#include <QVBoxLayout>
#include <QValueAxis>
#include <cmath>

namespace slipway::ui {
namespace {

constexpr double mebibyte = 1024.0 * 1024;

QString amount(TimeChart::Unit unit, double value) {
    return unit == TimeChart::Unit::cores ? cpuText(value) : memoryText(value);
}

constexpr int intervals = 4;

/// The end of an axis at or above a value, with round numbers all along it, so that it keeps still.
double roundUp(double value) {
    if (value <= 0)
        return intervals;
    const double part = value / intervals, scale = std::pow(10, std::floor(std::log10(part)));
    for (const double step : {1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0})
        if (part <= step * scale)
            return step * scale * intervals;
    return value;
}

} // namespace

TimeChart::TimeChart(Unit unit, QWidget* parent)
    : QWidget(parent)
    , unit_(unit)
    , title_(new QLabel)
    , now_(new QLabel)
    , chart_(new QChart)
    , line_(new QLineSeries)
    , ground_(new QLineSeries)
    , request_(new QLineSeries)
    , limit_(new QLineSeries)
    , area_(new QAreaSeries(line_, ground_))
    , times_(new QDateTimeAxis)
    , values_(new QValueAxis) {
    title_->setObjectName(QStringLiteral("section"));
    now_->setObjectName(QStringLiteral("muted"));
    auto* words = new QHBoxLayout;
    words->setContentsMargins(4, 0, 4, 0);
    words->addWidget(title_);
    words->addWidget(now_, 1, Qt::AlignRight);
    auto* view = new QChartView(chart_);
    view->setRenderHint(QPainter::Antialiasing);
    view->setFrameShape(QFrame::NoFrame);
    view->setMinimumHeight(130);
    view->setFocusPolicy(Qt::NoFocus); // the words beside the title say what it shows
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(words);
    layout->addWidget(view, 1);
    chart_->legend()->hide();
    chart_->setMargins(QMargins(0, 0, 0, 0));
    chart_->layout()->setContentsMargins(0, 0, 0, 0);
    chart_->setBackgroundRoundness(0);
    times_->setFormat(QStringLiteral("HH:mm"));
    times_->setTickCount(5);
    values_->setTickCount(intervals + 1);
    values_->setLabelFormat(QStringLiteral("%.4g"));
    chart_->addAxis(times_, Qt::AlignBottom);
    chart_->addAxis(values_, Qt::AlignLeft);
    for (QAbstractSeries* series : std::initializer_list<QAbstractSeries*>{area_, request_, limit_}) {
        chart_->addSeries(series);
        series->attachAxis(times_);
        series->attachAxis(values_);
    }
    keepLook(this, [this] { colour(); });
}

void TimeChart::colour() {
    chart_->setBackgroundBrush(colors().surface);
    QColor fill = unit_ == Unit::cores ? colors().accent : toneColor(Tone::busy);
    area_->setPen(QPen(fill, 1.6));
    fill.setAlphaF(0.18F);
    area_->setBrush(fill);
    request_->setPen(QPen(colors().muted, 1.2, Qt::DashLine));
    limit_->setPen(QPen(toneColor(Tone::bad), 1.2, Qt::DashLine));
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.82);
    for (QAbstractAxis* axis : std::initializer_list<QAbstractAxis*>{times_, values_}) {
        axis->setLabelsColor(colors().muted);
        axis->setLabelsFont(small);
        axis->setGridLinePen(QPen(colors().raised, 1));
        axis->setLinePen(QPen(colors().border, 1));
    }
}

void TimeChart::scaleTo(double most, qint64 from, qint64 to) {
    times_->setRange(QDateTime::fromMSecsSinceEpoch(from), QDateTime::fromMSecsSinceEpoch(to));
    values_->setRange(0, roundUp(most * 1.05));
}

void TimeChart::show(const MetricsStore::Series& series, double request, double limit, const QString& limitName) {
    double highest = std::max(request, limit);
    for (const UsageSample& sample : series)
        highest = std::max(highest, unit_ == Unit::cores ? sample.cpu : sample.memory);
    const bool gib = unit_ == Unit::bytes && highest >= 2048 * mebibyte;
    const double scale = unit_ == Unit::cores ? 1 : gib ? 1024 * mebibyte : mebibyte;
    title_->setText(unit_ == Unit::cores ? tr("CPU, cores") : gib ? tr("Memory, GiB") : tr("Memory, MiB"));
    QList<QPointF> points, ground;
    double most = 0, last = 0;
    for (const UsageSample& sample : series) {
        last = unit_ == Unit::cores ? sample.cpu : sample.memory;
        most = std::max(most, last / scale);
        points << QPointF(double(sample.time), last / scale);
        ground << QPointF(double(sample.time), 0);
    }
    const qint64 to = series.empty() ? QDateTime::currentMSecsSinceEpoch() : series.back().time;
    const qint64 from = std::min(series.empty() ? to : series.front().time, to - 5 * 60'000);
    const auto level = [&](QLineSeries* into, double value) {
        // A bound far above what is used would press the curve to the floor: it is told in words then.
        const bool drawn = value > 0 && (most <= 0 || value / scale < most * 12);
        into->replace(drawn ? QList<QPointF>{{double(from), value / scale}, {double(to), value / scale}}
                            : QList<QPointF>());
        if (drawn)
            most = std::max(most, value / scale);
    };
    level(request_, request);
    level(limit_, limit);
    line_->replace(points);
    ground_->replace(ground);
    scaleTo(most, from, to);
    QString words = series.empty() ? tr("no measurement yet") : amount(unit_, last);
    if (request > 0)
        words += QStringLiteral(" · ") + tr("requested %1").arg(amount(unit_, request));
    if (limit > 0)
        words += QStringLiteral(" · %1 %2").arg(limitName, amount(unit_, limit));
    now_->setText(words);
    setAccessibleName(title_->text() + QStringLiteral(": ") + words);
}

UsageChart::UsageChart(MetricsStore& store, QWidget* parent)
    : QWidget(parent)
    , store_(store)
    , nothing_(new QLabel)
    , cpu_(new TimeChart(TimeChart::Unit::cores))
    , memory_(new TimeChart(TimeChart::Unit::bytes)) {
    nothing_->setObjectName(QStringLiteral("muted"));
    nothing_->setWordWrap(true);
    nothing_->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 12, 12, 12);
    layout->addWidget(nothing_);
    layout->addWidget(cpu_, 1);
    layout->addWidget(memory_, 1);
    connect(&store_, &MetricsStore::updated, this, &UsageChart::refresh);
    keepLook(this, [this] { refresh(); });
}

void UsageChart::show(const QStringList& keys, const ResourceBounds& bounds, const QString& limitName) {
    keys_ = keys;
    bounds_ = bounds;
    limitName_ = limitName;
    store_.wantPast(keys_);
    refresh();
}

void UsageChart::refresh() {
    nothing_->setText(
        tr("This cluster answers neither for metrics.k8s.io nor with a Prometheus, so there is nothing to draw."));
    nothing_->setVisible(!store_.isAvailable());
    const auto series = store_.sum(keys_);
    cpu_->show(series, bounds_.cpuRequest, bounds_.cpuLimit, limitName_);
    memory_->show(series, bounds_.memoryRequest, bounds_.memoryLimit, limitName_);
}

void UsageChart::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    store_.setWatching(this, true);
}

void UsageChart::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    store_.setWatching(this, false);
}

} // namespace slipway::ui
