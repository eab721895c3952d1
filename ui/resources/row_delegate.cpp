#include "ui/resources/row_delegate.h"

#include "ui/resources/row_filter.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

namespace slipway::ui {
namespace {

constexpr int brickSide = 13, brickGap = 4;

const Row* rowOf(const QModelIndex& index) {
    const auto* proxy = qobject_cast<const RowProxy*>(index.model());
    return proxy == nullptr ? nullptr : &proxy->rowAt(index);
}

ColumnRole roleOf(const QModelIndex& index) {
    return static_cast<ColumnRole>(index.data(ResourceModel::ColumnRoleRole).toInt());
}

/// Background, selection and hover, without the text.
void paintGround(QPainter* painter, const QStyleOptionViewItem& option) {
    QStyleOptionViewItem bare = option;
    bare.text.clear();
    const QStyle* style = option.widget == nullptr ? QApplication::style() : option.widget->style();
    style->drawControl(QStyle::CE_ItemViewItem, &bare, painter, option.widget);
}

} // namespace

void RowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const {
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    option.state &= ~QStyle::State_HasFocus;
    switch (roleOf(index)) {
    case ColumnRole::status:
        paintGround(painter, option);
        return paintState(painter, option, index);
    case ColumnRole::containers:
        paintGround(painter, option);
        return paintBricks(painter, option.rect, index);
    case ColumnRole::replicas:
        paintGround(painter, option);
        return paintReplicas(painter, option, index);
    case ColumnRole::cpu:
    case ColumnRole::memory:
        paintGround(painter, option);
        return paintUsage(painter, option, index);
    default:
        break;
    }
    const Tone tone = static_cast<Tone>(index.data(ResourceModel::ToneRole).toInt());
    if (tone != Tone::plain)
        option.palette.setColor(QPalette::Text, toneColor(tone));
    else if (index.column() > 0)
        option.palette.setColor(QPalette::Text, colors().muted.darker(isDarkTheme() ? 85 : 120));
    if (const Row* row = rowOf(index); index.column() == 0 && row != nullptr && row->terminating)
        option.palette.setColor(QPalette::Text, colors().muted);
    const QStyle* style = option.widget == nullptr ? QApplication::style() : option.widget->style();
    style->drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);
}

void RowDelegate::paintState(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const Tone tone = static_cast<Tone>(index.data(ResourceModel::ToneRole).toInt());
    QRect area = option.rect.adjusted(8, 0, -6, 0);
    const QRect mark(area.left(), area.center().y() - 7, 15, 15);
    toneIcon(tone).paint(painter, mark);
    area.setLeft(mark.right() + 7);
    painter->save();
    painter->setFont(option.font);
    painter->setPen(toneColor(tone));
    const QString text = option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, area.width());
    painter->drawText(area, Qt::AlignVCenter | Qt::AlignLeft, text);
    painter->restore();
}

void RowDelegate::paintBricks(QPainter* painter, const QRect& cell, const QModelIndex& index) const {
    const Row* row = rowOf(index);
    if (row == nullptr)
        return;
    painter->save();
    painter->setClipRect(cell);
    painter->setRenderHint(QPainter::Antialiasing);
    QRectF brick(cell.left() + 8.5, cell.center().y() - brickSide / 2.0 + 0.5, brickSide, brickSide);
    for (const Brick& container : row->bricks) {
        const QColor color = toneColor(container.tone);
        const bool hollow = container.terminated || container.tone == Tone::muted;
        painter->setPen(QPen(color, 1.4));
        painter->setBrush(hollow ? QBrush(Qt::NoBrush) : QBrush(color));
        painter->drawRoundedRect(brick.adjusted(1, 1, -1, -1), 3, 3);
        if (container.failed) {
            painter->setPen(QPen(hollow ? color : colors().surface, 1.8));
            painter->drawLine(brick.topLeft() + QPointF(4, 4), brick.bottomRight() - QPointF(4, 4));
            painter->drawLine(brick.topRight() + QPointF(-4, 4), brick.bottomLeft() + QPointF(4, -4));
        } else if (container.restarts > 0) { // a ring around it
            painter->setBrush(Qt::NoBrush);
            painter->setPen(QPen(toneColor(Tone::waiting), 1.2));
            painter->drawRoundedRect(brick.adjusted(-1, -1, 1, 1), 4, 4);
        }
        brick.translate(brickSide + brickGap, 0);
    }
    painter->restore();
}

/// The amount, and under it a bar for its share of what is allowed.
void RowDelegate::paintUsage(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const double share = index.data(ResourceModel::ShareRole).toDouble();
    QRect area = option.rect.adjusted(8, 0, -8, 0);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const Tone tone = share > 0.9 ? Tone::bad : share > 0.7 ? Tone::waiting : Tone::busy;
    painter->setFont(option.font);
    painter->setPen(share > 0.7 ? toneColor(tone) : colors().text);
    const QRect words = share < 0 ? area : area.adjusted(0, 0, 0, -7);
    painter->drawText(words, Qt::AlignVCenter | Qt::AlignRight,
                      option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, area.width()));
    if (share >= 0) {
        const QRectF track(area.left(), area.bottom() - 8, area.width(), 3);
        painter->setPen(Qt::NoPen);
        painter->setBrush(colors().border);
        painter->drawRoundedRect(track, 1.5, 1.5);
        painter->setBrush(toneColor(tone));
        painter->drawRoundedRect(QRectF(track.topLeft(), QSizeF(track.width() * std::min(1.0, share), 3)), 1.5, 1.5);
    }
    painter->restore();
}

QRect RowDelegate::sliderArea(const QRect& cell) {
    return cell.adjusted(44, 0, -14, 0);
}
int RowDelegate::sliderMaximum(int replicas) {
    return replicas <= 20 ? 20 : (replicas + 10) / 10 * 10 + 10;
}

int RowDelegate::shownReplicas(const QModelIndex& index) const {
    if (dragged_.isValid() && dragged_ == index)
        return draggedTo_;
    const Row* row = rowOf(index);
    return row == nullptr ? 0 : row->replicas;
}

void RowDelegate::paintReplicas(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const Row* row = rowOf(index);
    if (row == nullptr || row->replicas < 0)
        return;
    const int shown = shownReplicas(index);
    const QRect area = sliderArea(option.rect);
    const double share = double(shown) / sliderMaximum(row->replicas);
    const double middle = area.center().y() + 0.5, knob = area.left() + share * area.width();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setFont(option.font);
    painter->setPen(colors().text);
    painter->drawText(option.rect.adjusted(8, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, QString::number(shown));
    painter->setPen(Qt::NoPen);
    painter->setBrush(colors().border);
    painter->drawRoundedRect(QRectF(area.left(), middle - 1.5, area.width(), 3), 1.5, 1.5);
    painter->setBrush(colors().accent);
    painter->drawRoundedRect(QRectF(area.left(), middle - 1.5, knob - area.left(), 3), 1.5, 1.5);
    painter->setPen(QPen(colors().surface, 1.5));
    painter->drawEllipse(QPointF(knob, middle), 6, 6);
    painter->restore();
}

QSize RowDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    if (const Row* row = rowOf(index); row != nullptr && roleOf(index) == ColumnRole::containers)
        size.setWidth(16 + static_cast<int>(row->bricks.size()) * (brickSide + brickGap));
    size.setHeight(std::max(size.height(), 32));
    return size;
}

bool RowDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                              const QModelIndex& index) {
    if (roleOf(index) != ColumnRole::replicas)
        return QStyledItemDelegate::editorEvent(event, model, option, index);
    const Row* row = rowOf(index);
    const QRect area = sliderArea(option.rect);
    const auto valueAt = [&](const QPoint& at) {
        const double share = std::clamp(double(at.x() - area.left()) / std::max(1, area.width()), 0.0, 1.0);
        return qRound(share * sliderMaximum(row->replicas));
    };
    auto* view = qobject_cast<QAbstractItemView*>(const_cast<QWidget*>(option.widget));
    const auto* mouse = static_cast<QMouseEvent*>(event);
    if (event->type() == QEvent::MouseButtonPress && area.adjusted(-8, 0, 8, 0).contains(mouse->pos())) {
        dragged_ = index;
        draggedTo_ = valueAt(mouse->pos());
    } else if (event->type() == QEvent::MouseMove && dragged_ == index) {
        draggedTo_ = valueAt(mouse->pos());
    } else if (event->type() == QEvent::MouseButtonRelease && dragged_ == index) {
        const int wanted = draggedTo_;
        dragged_ = QPersistentModelIndex();
        if (wanted != row->replicas)
            emit scaleRequested(index, wanted);
    } else {
        return QStyledItemDelegate::editorEvent(event, model, option, index);
    }
    if (view != nullptr)
        view->update(index);
    return true;
}

bool RowDelegate::helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                            const QModelIndex& index) {
    if (event->type() != QEvent::ToolTip || roleOf(index) == ColumnRole::containers)
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    // A tool tip only where the text does not fit or there is more to say.
    const QString tip = index.data(Qt::ToolTipRole).toString();
    if (tip == index.data().toString() && option.fontMetrics.horizontalAdvance(tip) + 24 < option.rect.width()) {
        QToolTip::hideText();
        return true;
    }
    return QStyledItemDelegate::helpEvent(event, view, option, index);
}

} // namespace slipway::ui
