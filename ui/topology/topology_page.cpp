#include "ui/topology/topology_page.h"

#include "ui/look/look.h"
#include "ui/session/background.h"

#include <QFrame>
#include <QGraphicsScene>
#include <QGraphicsSimpleTextItem>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QVBoxLayout>
#include <QWheelEvent>

namespace slipway::ui {
namespace {

constexpr double boxWidth = 220, boxHeight = 44, columnStep = 320, rowStep = 56, top = 40;

QString columnTitleOf(int column) {
    const QString titles[] = {TopologyPage::tr("Ingresses"), TopologyPage::tr("Services"),
                              TopologyPage::tr("Workloads"), TopologyPage::tr("Pods"), TopologyPage::tr("Nodes")};
    return titles[column];
}

} // namespace

TopologyView::TopologyView(QWidget* parent) : QGraphicsView(parent) {
    setScene(new QGraphicsScene(this));
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(NoFrame);
    setDragMode(ScrollHandDrag);
    setTransformationAnchor(AnchorUnderMouse);
    keepLook(this, [this] { draw(); });
}

QRectF TopologyView::boxOf(int index) const {
    const TopologyNode& node = graph_.nodes[static_cast<std::size_t>(index)];
    return {static_cast<int>(node.column) * columnStep, top + node.y * rowStep, boxWidth, boxHeight};
}

bool TopologyView::joinedWithChosen(int index) const {
    return chosen_ < 0 || chosen_ == index ||
           std::ranges::any_of(
               graph_.edges,
               [&](const TopologyEdge& edge) {
                   return (edge.from == chosen_ && edge.to == index) || (edge.to == chosen_ && edge.from == index);
               });
}

void TopologyView::draw() {
    QGraphicsScene& into = *scene();
    into.clear();
    into.setBackgroundBrush(colors().window);
    for (int column = 0; column < 5; ++column) {
        auto* title = into.addSimpleText(columnTitleOf(column));
        title->setBrush(colors().muted);
        title->setPos(column * columnStep + 4, 8);
    }
    for (const TopologyEdge& edge : graph_.edges) {
        const QPointF from = QPointF(boxOf(edge.from).right(), boxOf(edge.from).center().y());
        const QPointF to = QPointF(boxOf(edge.to).left(), boxOf(edge.to).center().y());
        QPainterPath path(from);
        const double bend = (to.x() - from.x()) / 2;
        path.cubicTo(from + QPointF(bend, 0), to - QPointF(bend, 0), to);
        const bool lit = chosen_ >= 0 && (edge.from == chosen_ || edge.to == chosen_);
        into.addPath(path, QPen(lit ? colors().accent : colors().border, lit ? 2 : 1.3))->setZValue(lit ? 1 : 0);
    }
    QFontMetrics metrics(font());
    for (int i = 0; i < static_cast<int>(graph_.nodes.size()); ++i) {
        const TopologyNode& node = graph_.nodes[static_cast<std::size_t>(i)];
        const QRectF box = boxOf(i);
        QPainterPath shape;
        shape.addRoundedRect(box, 7, 7);
        const QColor line = i == chosen_                                           ? colors().accent
                            : node.tone == Tone::bad || node.tone == Tone::waiting ? toneColor(node.tone)
                                                                                   : colors().border;
        auto* item = into.addPath(shape, QPen(line, i == chosen_ ? 2 : 1), colors().surface);
        item->setZValue(2);
        item->setOpacity(joinedWithChosen(i) ? 1 : 0.45);
        item->setToolTip(QStringLiteral("%1/%2\n%3").arg(text(node.kind), node.name, node.state));
        const KindView* kind = findKindView(text(node.kind), QString());
        if (kind != nullptr) {
            auto* picture = new QGraphicsPixmapItem(icon(QLatin1String(kind->icon), Ink::muted).pixmap(20, 20), item);
            picture->setPos(box.left() + 10, box.top() + 12);
        }
        auto* name = new QGraphicsSimpleTextItem(
            metrics.elidedText(node.name, Qt::ElideMiddle, static_cast<int>(boxWidth) - 50), item);
        name->setBrush(colors().text);
        name->setPos(box.left() + 38, box.top() + (node.state.isEmpty() ? 14 : 5));
        if (node.state.isEmpty())
            continue;
        if (node.tone != Tone::plain) {
            auto* mark = new QGraphicsPixmapItem(toneIcon(node.tone).pixmap(12, 12), item);
            mark->setPos(box.left() + 38, box.top() + 26);
        }
        auto* state = new QGraphicsSimpleTextItem(metrics.elidedText(node.state, Qt::ElideRight, 150), item);
        state->setBrush(node.tone == Tone::plain ? colors().muted : toneColor(node.tone));
        state->setPos(box.left() + (node.tone == Tone::plain ? 38 : 55), box.top() + 23);
        QFont small = font();
        small.setPointSizeF(small.pointSizeF() * 0.85);
        state->setFont(small);
    }
    into.setSceneRect(into.itemsBoundingRect().adjusted(-30, -20, 30, 30));
}

void TopologyView::show(TopologyGraph graph) {
    const TopologyNode before = chosen_ < 0 ? TopologyNode() : graph_.nodes[static_cast<std::size_t>(chosen_)];
    graph_ = std::move(graph);
    chosen_ = -1;
    for (std::size_t i = 0; i < graph_.nodes.size() && !before.name.isEmpty(); ++i)
        if (graph_.nodes[i].kind == before.kind && graph_.nodes[i].name == before.name &&
            graph_.nodes[i].ns == before.ns)
            chosen_ = static_cast<int>(i);
    draw();
}

void TopologyView::fit() {
    fitInView(sceneRect(), Qt::KeepAspectRatio);
    if (transform().m11() > 1) // small graphs are not blown up
        resetTransform();
    if (transform().m11() < 0.5) {
        resetTransform();
        scale(0.5, 0.5);
        centerOn(sceneRect().width() / 2, 0);
    }
}

void TopologyView::choose(int index) {
    chosen_ = index;
    draw();
    if (index < 0)
        return;
    ensureVisible(boxOf(index));
    const TopologyNode& node = graph_.nodes[static_cast<std::size_t>(index)];
    setAccessibleDescription(QStringLiteral("%1 %2, %3").arg(text(node.kind), node.name, node.state));
}

int TopologyView::nodeAt(const QPoint& at) const {
    const QPointF point = mapToScene(at);
    for (int i = 0; i < static_cast<int>(graph_.nodes.size()); ++i)
        if (boxOf(i).contains(point))
            return i;
    return -1;
}

void TopologyView::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    if ((key == Qt::Key_Return || key == Qt::Key_Enter) && chosen_ >= 0) {
        emit opened(graph_.nodes[static_cast<std::size_t>(chosen_)]);
        return;
    }
    if (key == Qt::Key_Plus || key == Qt::Key_Minus) {
        const double factor = key == Qt::Key_Plus ? 1.2 : 1 / 1.2;
        return scale(factor, factor);
    }
    const int dx = key == Qt::Key_Right ? 1 : key == Qt::Key_Left ? -1 : 0;
    const int dy = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
    if ((dx == 0 && dy == 0) || graph_.nodes.empty())
        return QGraphicsView::keyPressEvent(event);
    if (chosen_ < 0)
        return choose(0);
    const TopologyNode& now = graph_.nodes[static_cast<std::size_t>(chosen_)];
    int best = -1;
    double nearest = 1e9;
    for (int i = 0; i < static_cast<int>(graph_.nodes.size()); ++i) {
        const TopologyNode& node = graph_.nodes[static_cast<std::size_t>(i)];
        const bool fits =
            dx != 0 ? (node.column - now.column) * dx > 0 : node.column == now.column && (node.y - now.y) * dy > 0;
        const double distance = std::abs(node.column - now.column) * 100 + std::abs(node.y - now.y) -
                                (dx != 0 && joinedWithChosen(i) ? 50 : 0);
        if (fits && distance < nearest) {
            nearest = distance;
            best = i;
        }
    }
    if (best >= 0)
        choose(best);
}

void TopologyView::wheelEvent(QWheelEvent* event) {
    if (!(event->modifiers() & Qt::ControlModifier))
        return QGraphicsView::wheelEvent(event);
    const double factor = event->angleDelta().y() > 0 ? 1.15 : 1 / 1.15;
    scale(factor, factor);
}

void TopologyView::mousePressEvent(QMouseEvent* event) {
    QGraphicsView::mousePressEvent(event);
    choose(nodeAt(event->pos()));
}

void TopologyView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const int at = nodeAt(event->pos()); at >= 0)
        emit opened(graph_.nodes[static_cast<std::size_t>(at)]);
}

TopologyPage::TopologyPage(SessionPtr session, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , title_(new QLabel)
    , state_(new QLabel)
    , namespace_(new QComboBox)
    , fit_(new QToolButton)
    , view_(new TopologyView) {
    title_->setObjectName(QStringLiteral("title"));
    state_->setObjectName(QStringLiteral("muted"));
    fit_->setIcon(icon(QStringLiteral("float")));
    namespace_->addItem(QString(), QString());
    namespace_->setMinimumWidth(170);
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(16, 10, 16, 10);
    barLayout->addWidget(title_);
    barLayout->addWidget(state_, 1);
    barLayout->addWidget(namespace_);
    barLayout->addWidget(fit_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(view_, 1);
    setFocusProxy(view_);
    soon_.setSingleShot(true);
    soon_.setInterval(400); // a rollout changes many things at once
    connect(&soon_, &QTimer::timeout, this, &TopologyPage::read);
    connect(fit_, &QToolButton::clicked, view_, &TopologyView::fit);
    connect(namespace_, &QComboBox::activated, this, [this] {
        first_ = true;
        read();
    });
    connect(view_, &TopologyView::opened, this, [this](const TopologyNode& node) {
        emit jumpRequested({findKindView(text(node.kind), QString()), node.ns, node.name, {}});
    });
    keepLook(this, [this] {
        title_->setText(tr("Topology"));
        namespace_->setItemText(0, tr("All namespaces"));
        namespace_->setAccessibleName(tr("Namespace"));
        fit_->setToolTip(tr("Show all of it"));
        fit_->setAccessibleName(fit_->toolTip());
        view_->setAccessibleName(title_->text());
    });
}

void TopologyPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    watch();
    read();
}

void TopologyPage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    watches_.clear();
    soon_.stop();
}

void TopologyPage::watch() {
    for (const char* id : {"pods", "services", "deployments", "nodes"}) {
        auto watch = std::make_unique<ReflectorAdapter>(session_, *findKindView(QLatin1String(id)), QString());
        connect(watch.get(), &ReflectorAdapter::batchReady, this, [this] {
            if (!soon_.isActive())
                soon_.start();
        });
        watch->start();
        watches_.push_back(std::move(watch));
    }
}

void TopologyPage::read() {
    using Answer = std::tuple<TopologyGraph, QStringList, QString>;
    auto work = [session = session_, ns = namespace_->currentData().toString().toStdString()]() -> Answer {
        const auto input = readTopology(*session->client, ns);
        if (!input)
            return {TopologyGraph(), QStringList(), errorText(input.error())};
        QStringList names;
        if (const auto list = session->client->list({"", "v1", "namespaces", "Namespace", false}, {}))
            for (const api::Json& item : list->items)
                names << text(api::stringAt(item, {"metadata", "name"}));
        return {topologyOf(*input), names, QString()};
    };
    inBackground(this, std::move(work), [this](const Answer& answer) {
        const auto& [graph, names, error] = answer;
        if (!error.isEmpty())
            return state_->setText(error);
        for (const QString& name : names)
            if (namespace_->findData(name) < 0)
                namespace_->addItem(name, name);
        state_->setText(tr("%n objects", nullptr, static_cast<int>(graph.nodes.size())));
        view_->show(graph);
        if (std::exchange(first_, false))
            view_->fit();
    });
}

} // namespace slipway::ui
