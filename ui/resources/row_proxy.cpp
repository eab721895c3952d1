#include "ui/resources/row_proxy.h"

#include <algorithm>

namespace slipway::ui {

RowProxy::RowProxy(ResourceModel& model, QObject* parent) : QAbstractProxyModel(parent), model_(model) {
    setSourceModel(&model);
    connect(&model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) { noteInserted(first, last); });
    connect(&model, &QAbstractItemModel::rowsAboutToBeRemoved, this,
            [this](const QModelIndex&, int first, int last) { dropRows(first, last); });
    connect(&model, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex&, int first, int last) { closeGap(first, last); });
    connect(&model, &QAbstractItemModel::dataChanged, this, [this](const QModelIndex& top, const QModelIndex& bottom) {
        if (top.column() > 0) // measurements of all rows, not the rows themselves
            noteMeasured(top.column(), bottom.column());
    });
    connect(&model, &ResourceModel::rowsChanged, this, &RowProxy::noteChanged);
    connect(&model, &QAbstractItemModel::modelAboutToBeReset, this, [this] { beginResetModel(); });
    connect(&model, &QAbstractItemModel::modelReset, this, [this] {
        rebuild();
        endResetModel();
    });
    connect(&model, &QAbstractItemModel::headerDataChanged, this, &QAbstractItemModel::headerDataChanged);
    rebuild();
}

bool RowProxy::before(int a, int b) const {
    const int compared = model_.compare(a, b, column_);
    return direction_ == Qt::AscendingOrder ? compared < 0 : compared > 0;
}

void RowProxy::rebuild() {
    order_.clear();
    const int all = model_.rowCount();
    for (int row = 0; row < all; ++row)
        if (filter_.accepts(model_.row(row)))
            order_.push_back(row);
    std::ranges::sort(order_, [this](int a, int b) { return before(a, b); });
    place_.assign(static_cast<std::size_t>(all), -1);
    refreshPlaces(0);
}

void RowProxy::refreshPlaces(std::size_t from) {
    for (std::size_t i = from; i < order_.size(); ++i)
        place_[static_cast<std::size_t>(order_[i])] = static_cast<int>(i);
}

/// Changes the order as a whole; what points at rows follows them.
template <class Change> void RowProxy::relayout(Change change) {
    emit layoutAboutToBeChanged();
    const QModelIndexList before = persistentIndexList();
    std::vector<const Row*> shown;
    for (const QModelIndex& index : before)
        shown.push_back(&rowAt(index));
    change();
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        const int place = place_[static_cast<std::size_t>(model_.positionOf(*shown[static_cast<std::size_t>(i)]))];
        after << (place < 0 ? QModelIndex() : index(place, before[i].column()));
    }
    changePersistentIndexList(before, after);
    emit layoutChanged();
}

void RowProxy::setFilter(RowFilter filter) {
    filter_ = std::move(filter);
    beginResetModel();
    rebuild();
    endResetModel();
}

void RowProxy::sort(int column, Qt::SortOrder order) {
    column_ = column;
    direction_ = order;
    relayout([this] { rebuild(); });
}

void RowProxy::noteInserted(int first, int last) {
    place_.resize(static_cast<std::size_t>(model_.rowCount()), -1); // new rows come at the end
    std::vector<int> rows;
    for (int row = first; row <= last; ++row)
        if (filter_.accepts(model_.row(row)))
            rows.push_back(row);
    if (static_cast<int>(rows.size()) <= fewRows)
        for (const int row : rows)
            insertOne(row);
    else
        merge(std::move(rows));
}

void RowProxy::insertOne(int row) {
    const auto at = std::ranges::upper_bound(order_, row, [this](int a, int b) { return before(a, b); });
    const auto position = static_cast<std::size_t>(at - order_.begin());
    beginInsertRows({}, static_cast<int>(position), static_cast<int>(position));
    order_.insert(at, row);
    refreshPlaces(position);
    endInsertRows();
}

void RowProxy::merge(std::vector<int> rows) {
    relayout([&] { mergeIn(std::move(rows)); });
}

/// Sorts the rows by themselves, and finds for each where it goes among the others.
void RowProxy::mergeIn(std::vector<int> rows) {
    const auto less = [this](int a, int b) { return before(a, b); };
    std::ranges::sort(rows, less);
    std::vector<int> merged;
    merged.reserve(order_.size() + rows.size());
    auto from = order_.cbegin();
    for (const int row : rows) {
        const auto to = std::upper_bound(from, order_.cend(), row, less);
        merged.insert(merged.end(), from, to);
        merged.push_back(row);
        from = to;
    }
    merged.insert(merged.end(), from, order_.cend());
    order_ = std::move(merged);
    refreshPlaces(0);
}

void RowProxy::removeAt(int position) {
    beginRemoveRows({}, position, position);
    place_[static_cast<std::size_t>(sourceRow(position))] = -1;
    order_.erase(order_.begin() + position);
    refreshPlaces(static_cast<std::size_t>(position));
    endRemoveRows();
}

/// While the rows are still there, so that whoever listens may look at them.
void RowProxy::dropRows(int first, int last) {
    std::vector<int> positions;
    for (int row = first; row <= last; ++row)
        if (const int place = place_[static_cast<std::size_t>(row)]; place >= 0)
            positions.push_back(place);
    std::ranges::sort(positions, std::greater());
    for (const int position : positions) { // from the end, so that places stay right
        beginRemoveRows({}, position, position);
        order_.erase(order_.begin() + position);
        endRemoveRows();
    }
}

/// Rows behind the ones that have gone have moved up.
void RowProxy::closeGap(int first, int last) {
    const int count = last - first + 1;
    for (int& row : order_)
        row -= row > last ? count : 0;
    place_.assign(static_cast<std::size_t>(model_.rowCount()), -1);
    refreshPlaces(0);
}

void RowProxy::noteMeasured(int first, int last) {
    if (column_ >= first && column_ <= last)
        relayout([this] { rebuild(); });
    if (rowCount() > 0)
        emit dataChanged(index(0, first), index(rowCount() - 1, last));
}

/// Only these rows have changed since everything was in order.
void RowProxy::noteChanged(const std::vector<int>& rows) {
    std::vector<int> stayed, come;
    for (const int row : rows) {
        const int place = place_[static_cast<std::size_t>(row)];
        const bool wanted = filter_.accepts(model_.row(row));
        if (place >= 0 && wanted)
            stayed.push_back(row);
        else if (place >= 0)
            removeAt(place);
        else if (wanted)
            come.push_back(row);
    }
    moveChanged(stayed);
    for (const int row : come)
        insertOne(row);
    const int lastColumn = columnCount() - 1;
    for (const int row : stayed) {
        const int now = place_[static_cast<std::size_t>(row)];
        emit dataChanged(index(now, 0), index(now, lastColumn));
    }
}

/// Puts changed rows where they belong now, all of them in one go.
void RowProxy::moveChanged(const std::vector<int>& rows) {
    const bool moved = std::ranges::any_of(rows, [this](int row) {
        const int place = place_[static_cast<std::size_t>(row)];
        return (place > 0 && before(row, sourceRow(place - 1))) ||
               (place + 1 < rowCount() && before(sourceRow(place + 1), row));
    });
    if (!moved)
        return;
    relayout([&] {
        for (const int row : rows)
            order_[static_cast<std::size_t>(place_[static_cast<std::size_t>(row)])] = -1;
        std::erase(order_, -1);
        mergeIn(rows);
    });
}

int RowProxy::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}
int RowProxy::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : model_.columnCount();
}
QModelIndex RowProxy::index(int row, int column, const QModelIndex& parent) const {
    return parent.isValid() || row < 0 || row >= rowCount() || column < 0 || column >= columnCount()
               ? QModelIndex()
               : createIndex(row, column);
}
QModelIndex RowProxy::mapToSource(const QModelIndex& index) const {
    return index.isValid() ? model_.index(sourceRow(index.row()), index.column()) : QModelIndex();
}
QModelIndex RowProxy::mapFromSource(const QModelIndex& source) const {
    const int place = source.isValid() ? place_[static_cast<std::size_t>(source.row())] : -1;
    return place < 0 ? QModelIndex() : index(place, source.column());
}
QVariant RowProxy::headerData(int section, Qt::Orientation orientation, int role) const {
    return orientation == Qt::Horizontal ? model_.headerData(section, orientation, role) : QVariant();
}

} // namespace slipway::ui
