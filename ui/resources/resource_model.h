#pragma once

#include "ui/resources/reflector_adapter.h"

#include <QAbstractTableModel>
#include <QHash>
#include <functional>
#include <optional>

namespace slipway::ui {

/// The rows of one kind. Changes come as batches; every row keeps its place until it goes. Needs no window.
class ResourceModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role {
        ToneRole = Qt::UserRole + 1, ///< int of Tone
        SortRole,                    ///< what the column sorts by
        ColumnRoleRole,              ///< int of ColumnRole
        ShareRole,                   ///< double, below 0: none
    };

    explicit ResourceModel(const KindView& kind, QObject* parent = nullptr);

    const KindView& kind() const { return kind_; }
    const Row& row(int index) const { return *rows_[static_cast<std::size_t>(index)]; }
    /// The position of an object, or -1.
    int find(const QString& uid) const {
        const auto found = index_.constFind(uid);
        return found == index_.constEnd() ? -1 : positionOf(**found);
    }
    /// The position of a row of this model.
    int positionOf(const Row& row) const { return positions_[static_cast<std::size_t>(row.place)]; }
    /// How two rows follow each other by a column: below 0, 0, above 0. Rows that are equal there go by name.
    int compare(int a, int b, int column) const;
    int ageColumn() const { return columnCount({}) - 1; }
    ColumnRole columnRole(int column) const;

    /// What an object uses now: cores and bytes, or nothing when it is not measured.
    using Usage = std::function<std::optional<std::pair<double, double>>(const Row&)>;
    /// Fills the cpu and memory columns from now on; to be called again when there are new measurements.
    void setUsage(Usage usage);

    /// Applies one batch with as few model signals as possible; takes its rows over.
    void apply(const RowBatch& batch);
    void clear();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    /// The rows at these positions have changed, in ascending order; dataChanged tells the same run by run, before.
    void rowsChanged(const std::vector<int>& positions);

private:
    void remove(std::vector<int> positions);
    void reindex(std::size_t from);
    /// The kind's own cell in a column, or null for name, namespace and age.
    const Cell* cell(const Row& row, int column) const;
    int firstOwnColumn() const { return kind_.resource.namespaced ? 2 : 1; }
    QVariant display(const Row& row, int column) const;
    QVariant sortValue(const Row& row, int column) const;

    void measure(Row& row) const;
    /// The row with its newest measurement: written only when it is looked at.
    const Row& measuredRow(int index) const;

    const KindView& kind_;
    Usage usage_;
    int measurement_ = 0;
    int cpuColumn_ = -1, memoryColumn_ = -1; ///< among the kind's own
    std::vector<RowPtr> rows_;
    // Positions change with every row that goes. They are kept apart from the rows, which are all over the memory.
    std::vector<int> rowPlaces_; ///< Row::place of the row at each position
    std::vector<int> positions_; ///< the position of each place; places nobody has are in free_
    std::vector<int> free_;
    QHash<QString, Row*> index_;
};

/// "5m", "2d3h": the time since @p created, as kubectl shows ages.
QString ageText(std::int64_t created);

} // namespace slipway::ui
