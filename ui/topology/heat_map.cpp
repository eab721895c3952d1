#include "ui/topology/heat_map.h"

#include "ui/look/look.h"
#include "ui/resources/object_ref.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollArea>
#include <QToolTip>
#include <QVBoxLayout>
#include <cmath>

namespace slipway::ui {
namespace {

constexpr double gap = 10, wanted = 150;

/// From the calm colour over the warning one to the bad one.
QColor heat(double share) {
    if (share < 0)
        return colors().raised;
    const auto mix = [](const QColor& a, const QColor& b, double part) {
        const auto one = [part](int x, int y) { return static_cast<int>(x + (y - x) * part); };
        return QColor(one(a.red(), b.red()), one(a.green(), b.green()), one(a.blue(), b.blue()));
    };
    const double at = std::min(1.0, share);
    const QColor calm = mix(colors().surface, toneColor(Tone::ok), 0.25),
                 warm = mix(colors().surface, toneColor(Tone::waiting), 0.6),
                 hot = mix(colors().surface, toneColor(Tone::bad), 0.8);
    return at < 0.6 ? mix(calm, warm, at / 0.6) : mix(warm, hot, (at - 0.6) / 0.4);
}

} // namespace

HeatTiles::HeatTiles(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
}

void HeatTiles::show(std::vector<Tile> tiles) {
    tiles_ = std::move(tiles);
    chosen_ = std::min(chosen_, std::max(0, static_cast<int>(tiles_.size()) - 1));
    const int rows = (static_cast<int>(tiles_.size()) + columns() - 1) / columns();
    setMinimumHeight(static_cast<int>(rows * (tileRect(0).height() + gap) + gap));
    update();
}

int HeatTiles::columns() const {
    const double size = tiles_.size() > 400 ? 34 : tiles_.size() > 60 ? 80 : wanted;
    return std::max(1, static_cast<int>((width() - gap) / (size + gap)));
}

QRectF HeatTiles::tileRect(int index) const {
    const int across = columns();
    const double side = (width() - gap) / across - gap;
    const double height = std::min(side, 96.0);
    return {gap + (index % across) * (side + gap), gap + (index / across) * (height + gap), side, height};
}

int HeatTiles::tileAt(const QPointF& at) const {
    for (int i = 0; i < static_cast<int>(tiles_.size()); ++i)
        if (tileRect(i).contains(at))
            return i;
    return -1;
}

void HeatTiles::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int i = 0; i < static_cast<int>(tiles_.size()); ++i) {
        const QRectF box = tileRect(i);
        if (!box.intersects(event->rect()))
            continue;
        const Tile& tile = tiles_[static_cast<std::size_t>(i)];
        const bool current = i == chosen_ && hasFocus();
        painter.setPen(QPen(current ? colors().accent : colors().border, current ? 2 : 1));
        painter.setBrush(heat(tile.share));
        painter.drawRoundedRect(box, 8, 8);
        if (box.height() < 40 || box.width() < 60)
            continue;
        const QRectF inner = box.adjusted(12, 8, -12, -8);
        painter.setPen(colors().text);
        painter.drawText(inner, Qt::AlignTop | Qt::AlignLeft,
                         fontMetrics().elidedText(tile.name, Qt::ElideMiddle, static_cast<int>(inner.width()) - 18));
        if (tile.tone != Tone::ok)
            toneIcon(tile.tone).paint(
                &painter, QRect(static_cast<int>(inner.right()) - 14, static_cast<int>(inner.top()), 14, 14));
        painter.drawText(inner, Qt::AlignBottom | Qt::AlignLeft,
                         fontMetrics().elidedText(tile.words, Qt::ElideRight, static_cast<int>(inner.width())));
    }
}

void HeatTiles::mousePressEvent(QMouseEvent* event) {
    if (const int at = tileAt(event->position()); at >= 0)
        chosen_ = at;
    update();
}

void HeatTiles::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const int at = tileAt(event->position()); at >= 0)
        emit opened(tiles_[static_cast<std::size_t>(at)].name);
}

void HeatTiles::keyPressEvent(QKeyEvent* event) {
    const int last = static_cast<int>(tiles_.size()) - 1;
    const int key = event->key();
    const int step = key == Qt::Key_Right  ? 1
                     : key == Qt::Key_Left ? -1
                     : key == Qt::Key_Down ? columns()
                     : key == Qt::Key_Up   ? -columns()
                                           : 0;
    if ((key == Qt::Key_Return || key == Qt::Key_Enter) && chosen_ <= last && last >= 0)
        return emit opened(tiles_[static_cast<std::size_t>(chosen_)].name);
    if (step == 0 || last < 0)
        return QWidget::keyPressEvent(event);
    chosen_ = std::clamp(chosen_ + step, 0, last);
    const Tile& tile = tiles_[static_cast<std::size_t>(chosen_)];
    setAccessibleDescription(tile.name + QStringLiteral(", ") + tile.words);
    update();
}

bool HeatTiles::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int at = tileAt(help->pos());
        QToolTip::showText(help->globalPos(),
                           at < 0 ? QString()
                                  : tiles_[static_cast<std::size_t>(at)].name + QLatin1Char('\n') +
                                        tiles_[static_cast<std::size_t>(at)].words,
                           this);
        return true;
    }
    return QWidget::event(event);
}

HeatMapPage::HeatMapPage(SessionPtr session, MetricsStore& metrics, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , metrics_(metrics)
    , nodes_(*findKindView(QStringLiteral("nodes")))
    , title_(new QLabel)
    , measure_(new QComboBox)
    , tiles_(new HeatTiles) {
    title_->setObjectName(QStringLiteral("title"));
    for (int i = 0; i < 3; ++i)
        measure_->addItem({});
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(16, 10, 16, 10);
    barLayout->addWidget(title_, 1);
    barLayout->addWidget(measure_);
    auto* scroll = new QScrollArea;
    scroll->setWidget(tiles_);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    tiles_->setObjectName(QStringLiteral("scrollBody"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(scroll, 1);
    setFocusProxy(tiles_);
    soon_.setSingleShot(true);
    soon_.setInterval(300);
    connect(&soon_, &QTimer::timeout, this, &HeatMapPage::display);
    connect(measure_, &QComboBox::activated, this, &HeatMapPage::display);
    connect(&metrics_, &MetricsStore::updated, this, &HeatMapPage::display);
    connect(tiles_, &HeatTiles::opened, this,
            [this](const QString& node) { emit jumpRequested({&nodes_.kind(), {}, node, {}}); });
    keepLook(this, [this] {
        title_->setText(tr("Heat map of the nodes"));
        measure_->setItemText(0, tr("CPU"));
        measure_->setItemText(1, tr("Memory"));
        measure_->setItemText(2, tr("Pods"));
        measure_->setAccessibleName(tr("What is measured"));
        tiles_->setAccessibleName(title_->text());
        display();
    });
}

void HeatMapPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    metrics_.setWatching(this, true);
    nodeWatch_ = std::make_unique<ReflectorAdapter>(session_, nodes_.kind(), QString());
    connect(nodeWatch_.get(), &ReflectorAdapter::batchReady, this, [this](const RowBatch& batch) {
        nodes_.apply(batch);
        soon_.start();
    });
    podWatch_ = std::make_unique<ReflectorAdapter>(session_, *findKindView(QStringLiteral("pods")), QString());
    connect(podWatch_.get(), &ReflectorAdapter::batchReady, this, [this](const RowBatch& batch) {
        constexpr std::size_t nodeCell = 8; // of the pods' columns
        if (batch.complete)
            nodeOfPod_.clear();
        for (const Row& row : batch.rows)
            nodeOfPod_.insert(row.uid, row.cells[nodeCell].text);
        for (const QString& uid : batch.gone)
            nodeOfPod_.remove(uid);
        soon_.start();
    });
    nodeWatch_->start();
    podWatch_->start();
}

void HeatMapPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    metrics_.setWatching(this, false);
    nodeWatch_.reset();
    podWatch_.reset();
}

void HeatMapPage::display() {
    podsOnNode_.clear();
    for (const QString& node : std::as_const(nodeOfPod_))
        ++podsOnNode_[node];
    std::vector<HeatTiles::Tile> tiles;
    for (int i = 0; i < nodes_.rowCount(); ++i) {
        const Row& row = nodes_.row(i);
        const auto sample = metrics_.latest(MetricsStore::nodeKey(row.name));
        HeatTiles::Tile tile{row.name, {}, -1, row.cells[0].tone};
        if (measure_->currentIndex() == 2) {
            constexpr std::size_t roomCell = 4;
            const double room = row.cells[roomCell].number;
            tile.share = room > 0 ? podsOnNode_.value(row.name) / room : -1;
            tile.words = tr("%1 of %2 pods").arg(podsOnNode_.value(row.name)).arg(room);
        } else if (sample) {
            const bool cpu = measure_->currentIndex() == 0;
            const double used = cpu ? sample->cpu : sample->memory;
            const double all = cpu ? row.bounds.cpuLimit : row.bounds.memoryLimit;
            tile.share = all > 0 ? used / all : -1;
            tile.words = cpu ? QStringLiteral("%1 / %2").arg(cpuText(used), cpuText(all))
                             : QStringLiteral("%1 / %2").arg(memoryText(used), memoryText(all));
        } else {
            tile.words = tr("not measured");
        }
        tiles.push_back(std::move(tile));
    }
    std::ranges::sort(tiles, {}, &HeatTiles::Tile::name);
    tiles_->show(std::move(tiles));
}

} // namespace slipway::ui
