#pragma once

#include "ui/resources/resource_model.h"
#include "ui/resources/row_filter.h"

#include <QAbstractProxyModel>

namespace slipway::ui {

/// Sorts and filters a ResourceModel. Made for a hundred thousand rows that change all the time: a change that does not
/// move its row costs a comparison with its neighbours, one that does a binary search, and many new rows are sorted by
/// themselves and merged in.
class RowProxy : public QAbstractProxyModel {
    Q_OBJECT
public:
    explicit RowProxy(ResourceModel& model, QObject* parent = nullptr);

    void setFilter(RowFilter filter);
    const RowFilter& filter() const { return filter_; }
    const Row& rowAt(const QModelIndex& proxyIndex) const { return model_.row(sourceRow(proxyIndex.row())); }

    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex&) const override { return {}; }
    QModelIndex mapToSource(const QModelIndex& proxyIndex) const override;
    QModelIndex mapFromSource(const QModelIndex& sourceIndex) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool hasChildren(const QModelIndex& parent = {}) const override { return !parent.isValid() && rowCount() > 0; }

private:
    static constexpr int fewRows = 24; ///< up to so many are told one by one; more as a new layout
    int sourceRow(int row) const { return order_[static_cast<std::size_t>(row)]; }
    bool before(int a, int b) const;
    void rebuild();
    void noteInserted(int first, int last);
    void dropRows(int first, int last);
    void closeGap(int first, int last);
    void noteChanged(const std::vector<int>& rows);
    void moveChanged(const std::vector<int>& rows);
    void noteMeasured(int first, int last);
    void merge(std::vector<int> rows);
    void mergeIn(std::vector<int> rows);
    void insertOne(int row);
    void removeAt(int position);
    void refreshPlaces(std::size_t from);
    template <class Change> void relayout(Change change);

    ResourceModel& model_;
    RowFilter filter_;
    int column_ = 0;
    Qt::SortOrder direction_ = Qt::AscendingOrder;
    std::vector<int> order_; ///< rows of the model as they are shown
    std::vector<int> place_; ///< where a row of the model is shown, or -1
};

} // namespace slipway::ui
