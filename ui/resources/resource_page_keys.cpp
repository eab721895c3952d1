// Selecting rows, and the keys of a table.
#include "ui/resources/resource_page.h"

#include <QKeyEvent>

namespace slipway::ui {

std::vector<Row> ResourcePage::selectedRows() const {
    std::vector<Row> rows;
    const QModelIndex current = table_->currentIndex();
    const auto selected = table_->selectionModel()->selectedRows();
    if (current.isValid() && (selected.isEmpty() || table_->selectionModel()->isRowSelected(current.row())))
        rows.push_back(proxy_->rowAt(current));
    for (const QModelIndex& index : selected)
        if (index.row() != current.row())
            rows.push_back(proxy_->rowAt(index));
    return rows;
}

/// Space: takes the row into the selection, or out of it, and goes on to the next.
void ResourcePage::mark() {
    using Flags = QItemSelectionModel;
    const QModelIndex current = table_->currentIndex();
    if (!current.isValid())
        return;
    // The first mark joins the row that was merely current.
    table_->selectionModel()->select(current, Flags::Rows | (marking_ ? Flags::Toggle : Flags::ClearAndSelect));
    marking_ = true;
    const QModelIndex next = current.siblingAtRow(current.row() + 1);
    if (next.isValid())
        table_->selectionModel()->setCurrentIndex(next, Flags::NoUpdate);
}

void ResourcePage::select(const QString& uid) {
    const int at = model_->find(uid);
    if (at < 0)
        return;
    const QModelIndex index = proxy_->mapFromSource(model_->index(at, 0));
    if (!index.isValid())
        return; // the filter leaves it out
    table_->setCurrentIndex(index);
    table_->scrollTo(index);
}

bool ResourcePage::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Resize && watched == table_->viewport())
        fitColumns();
    if (event->type() == QEvent::MouseButtonPress && watched == table_->viewport())
        marking_ = false;
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (watched == filter_ && (key == Qt::Key_Escape || key == Qt::Key_Return || key == Qt::Key_Down)) {
        if (key == Qt::Key_Escape)
            filter_->clear();
        table_->setFocus();
        if (!table_->currentIndex().isValid() && proxy_->rowCount() > 0)
            table_->selectRow(0);
        return true;
    }
    if (watched == table_ && key == Qt::Key_Space)
        return mark(), true;
    if (watched == table_ && marking_ && (key == Qt::Key_Up || key == Qt::Key_Down)) { // marks stay while moving
        const QModelIndex current = table_->currentIndex();
        const QModelIndex next = current.siblingAtRow(current.row() + (key == Qt::Key_Up ? -1 : 1));
        if (next.isValid()) {
            table_->selectionModel()->setCurrentIndex(next, QItemSelectionModel::NoUpdate);
            table_->scrollTo(next);
        }
        return true;
    }
    if (watched == table_ && (key == Qt::Key_Return || key == Qt::Key_Enter) && table_->currentIndex().isValid()) {
        emit opened(objectAt(table_->currentIndex()));
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace slipway::ui
