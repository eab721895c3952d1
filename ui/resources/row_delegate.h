#pragma once

#include <QStyledItemDelegate>

namespace slipway::ui {

/// Draws states with their icon, containers as bricks and replicas as a slider; everything else as usual.
class RowDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;
    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override;

    /// The part of a replicas cell that is the slider.
    static QRect sliderArea(const QRect& cell);
    /// The largest number a slider offers: 20, or more when there are more already.
    static int sliderMaximum(int replicas);

signals:
    /// The slider of a row was let go at @p replicas.
    void scaleRequested(const QModelIndex& index, int replicas);

private:
    void paintState(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    void paintBricks(QPainter* painter, const QRect& cell, const QModelIndex& index) const;
    void paintReplicas(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    void paintUsage(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    int shownReplicas(const QModelIndex& index) const;

    QPersistentModelIndex dragged_;
    int draggedTo_ = 0;
};

} // namespace slipway::ui
