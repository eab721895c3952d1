#include "ui/resources/resource_model.h"

#include "cluster/base/time.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QSet>
#include <algorithm>

namespace slipway::ui {

QString ageText(std::int64_t created) {
    if (created == 0)
        return {};
    const auto seconds = std::max<std::int64_t>(0, QDateTime::currentSecsSinceEpoch() - created);
    return QString::fromStdString(base::humanDuration(std::chrono::seconds(seconds)));
}

namespace {

bool isNumeric(ColumnRole role) {
    return role == ColumnRole::number || role == ColumnRole::cpu || role == ColumnRole::memory;
}

} // namespace

ResourceModel::ResourceModel(const KindView& kind, QObject* parent) : QAbstractTableModel(parent), kind_(kind) {
    for (std::size_t i = 0; i < kind.columns.size(); ++i) {
        if (kind.columns[i].role == ColumnRole::cpu)
            cpuColumn_ = static_cast<int>(i);
        if (kind.columns[i].role == ColumnRole::memory)
            memoryColumn_ = static_cast<int>(i);
    }
}

void ResourceModel::measure(Row& row) const {
    if (!usage_ || cpuColumn_ < 0 || memoryColumn_ < 0 || row.cells.size() <= static_cast<std::size_t>(memoryColumn_))
        return;
    const auto used = usage_(row);
    const auto write = [&row, &used](int column, double value, double request, double limit, QString (*words)(double)) {
        Cell& cell = row.cells[static_cast<std::size_t>(column)];
        const double bound = limit > 0 ? limit : request;
        cell.number = used ? value : -1;
        cell.share = used && bound > 0 ? value / bound : -1;
        cell.text = used ? words(value) : QString();
        if (bound > 0)
            cell.text += (used ? QStringLiteral(" / ") : QStringLiteral("– / ")) + words(bound);
        cell.tone = cell.share > 0.9 && limit > 0 ? Tone::bad : Tone::plain;
        cell.tip = cell.text;
        if (request > 0 && limit > 0 && request != limit)
            cell.tip += QStringLiteral(" (%1)").arg(words(request));
    };
    write(cpuColumn_, used ? used->first : 0, row.bounds.cpuRequest, row.bounds.cpuLimit, cpuText);
    write(memoryColumn_, used ? used->second : 0, row.bounds.memoryRequest, row.bounds.memoryLimit, memoryText);
}

const Row& ResourceModel::measuredRow(int index) const {
    Row& row = *rows_[static_cast<std::size_t>(index)];
    if (row.measured != measurement_) {
        measure(row);
        row.measured = measurement_;
    }
    return row;
}

void ResourceModel::setUsage(Usage usage) {
    usage_ = std::move(usage);
    ++measurement_;
    if (!rows_.empty() && cpuColumn_ >= 0)
        emit dataChanged(index(0, firstOwnColumn() + std::min(cpuColumn_, memoryColumn_)),
                         index(rowCount() - 1, firstOwnColumn() + std::max(cpuColumn_, memoryColumn_)));
}

int ResourceModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int ResourceModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : firstOwnColumn() + static_cast<int>(kind_.columns.size()) + 1;
}

ColumnRole ResourceModel::columnRole(int column) const {
    const int own = column - firstOwnColumn();
    if (own < 0)
        return ColumnRole::text;
    return own < static_cast<int>(kind_.columns.size()) ? kind_.columns[static_cast<std::size_t>(own)].role
                                                        : ColumnRole::age;
}

const Cell* ResourceModel::cell(const Row& row, int column) const {
    const int own = column - firstOwnColumn();
    return own >= 0 && own < static_cast<int>(row.cells.size()) ? &row.cells[static_cast<std::size_t>(own)] : nullptr;
}

void ResourceModel::reindex(std::size_t from) {
    for (std::size_t i = from; i < rowPlaces_.size(); ++i)
        positions_[static_cast<std::size_t>(rowPlaces_[i])] = static_cast<int>(i);
}

void ResourceModel::remove(std::vector<int> positions) {
    if (positions.empty())
        return;
    std::ranges::sort(positions, std::greater());
    for (std::size_t i = 0; i < positions.size();) {
        const int last = positions[i];
        int first = last;
        while (++i < positions.size() && positions[i] == first - 1)
            --first;
        beginRemoveRows({}, first, last);
        for (int row = first; row <= last; ++row) {
            index_.remove(rows_[static_cast<std::size_t>(row)]->uid);
            free_.push_back(rowPlaces_[static_cast<std::size_t>(row)]);
        }
        rows_.erase(rows_.begin() + first, rows_.begin() + last + 1);
        rowPlaces_.erase(rowPlaces_.begin() + first, rowPlaces_.begin() + last + 1);
        reindex(static_cast<std::size_t>(first));
        endRemoveRows();
    }
}

void ResourceModel::apply(const RowBatch& batch) {
    std::vector<int> gone;
    if (batch.complete) {
        QSet<QString> there;
        there.reserve(static_cast<qsizetype>(batch.rows.size()));
        for (const RowPtr& row : batch.rows)
            there.insert(row->uid);
        for (std::size_t i = 0; i < rows_.size(); ++i)
            if (!there.contains(rows_[i]->uid))
                gone.push_back(static_cast<int>(i));
    }
    for (const QString& uid : batch.gone)
        if (const int at = find(uid); at >= 0)
            gone.push_back(at);
    remove(std::move(gone));

    std::vector<RowPtr> fresh;
    std::vector<std::pair<int, RowPtr>> changed;
    for (const RowPtr& row : batch.rows) {
        const int at = find(row->uid);
        if (at < 0)
            fresh.push_back(row);
        else if (rows_[static_cast<std::size_t>(at)]->resourceVersion != row->resourceVersion ||
                 row->resourceVersion.isEmpty())
            changed.emplace_back(at, row);
    }
    std::ranges::sort(changed, {}, [](const auto& change) { return change.first; });
    std::vector<int> positions;
    for (const auto& [at, row] : changed)
        positions.push_back(at);
    for (std::size_t i = 0; i < changed.size();) { // neighbours together; whoever sorts sees nothing else change
        const int first = changed[i].first;
        int last = first - 1;
        for (; i < changed.size() && changed[i].first == last + 1; ++i) {
            RowPtr& row = changed[i].second;
            row->place = rowPlaces_[static_cast<std::size_t>(++last)];
            index_.insert(row->uid, row.get());
            rows_[static_cast<std::size_t>(last)] = std::move(row);
        }
        emit dataChanged(index(first, 0), index(last, columnCount() - 1));
    }
    if (!positions.empty())
        emit rowsChanged(positions);
    if (fresh.empty())
        return;
    const auto before = rows_.size();
    beginInsertRows({}, static_cast<int>(before), static_cast<int>(before + fresh.size()) - 1);
    for (RowPtr& row : fresh) {
        if (free_.empty()) {
            free_.push_back(static_cast<int>(positions_.size()));
            positions_.push_back(-1);
        }
        row->place = free_.back();
        free_.pop_back();
        positions_[static_cast<std::size_t>(row->place)] = static_cast<int>(rows_.size());
        rowPlaces_.push_back(row->place);
        index_.insert(row->uid, row.get());
        rows_.push_back(std::move(row));
    }
    endInsertRows();
}

void ResourceModel::clear() {
    beginResetModel();
    rows_.clear();
    index_.clear();
    rowPlaces_.clear();
    positions_.clear();
    free_.clear();
    endResetModel();
}

QVariant ResourceModel::display(const Row& row, int column) const {
    if (column == 0)
        return row.name;
    if (column == ageColumn())
        return ageText(row.created);
    if (const Cell* own = cell(row, column))
        return own->text;
    return row.ns;
}

int ResourceModel::compare(int a, int b, int column) const {
    const Row &left = measuredRow(a), &right = measuredRow(b);
    const auto three = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
    int order = 0;
    if (column == ageColumn()) {
        order = three(right.created, left.created);
    } else if (const Cell* mine = cell(left, column), *other = cell(right, column);
               mine != nullptr && other != nullptr) {
        const ColumnRole role = columnRole(column);
        const bool byNumber = isNumeric(role) || role == ColumnRole::replicas || role == ColumnRole::containers;
        order = byNumber ? three(mine->number, other->number) : mine->text.compare(other->text, Qt::CaseInsensitive);
    } else if (column == 1) {
        order = left.ns.compare(right.ns);
    }
    if (order == 0)
        order = left.name.compare(right.name);
    return order != 0 ? order : left.ns.compare(right.ns);
}

QVariant ResourceModel::sortValue(const Row& row, int column) const {
    if (column == ageColumn())
        return QVariant::fromValue<qlonglong>(-row.created);
    const ColumnRole role = columnRole(column);
    if (const Cell* own = cell(row, column);
        own != nullptr && (isNumeric(role) || role == ColumnRole::replicas || role == ColumnRole::containers))
        return own->number;
    return display(row, column);
}

QVariant ResourceModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const Row& row = measuredRow(index.row());
    const Cell* own = cell(row, index.column());
    switch (role) {
    case Qt::DisplayRole:
        return display(row, index.column());
    case Qt::ToolTipRole:
        return own != nullptr && !own->tip.isEmpty() ? own->tip : display(row, index.column()).toString();
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(),
                                            display(row, index.column()).toString());
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (isNumeric(columnRole(index.column())) ? Qt::AlignRight : Qt::AlignLeft));
    case ShareRole:
        return own != nullptr ? own->share : -1.0;
    case ToneRole:
        return own != nullptr ? int(own->tone) : int(Tone::plain);
    case SortRole:
        return sortValue(row, index.column());
    case ColumnRoleRole:
        return int(columnRole(index.column()));
    default:
        return {};
    }
}

QVariant ResourceModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (isNumeric(columnRole(section)) ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole)
        return {};
    if (section == 0)
        return columnTitle(QT_TRANSLATE_NOOP("Columns", "Name"));
    if (section == 1 && kind_.resource.namespaced)
        return columnTitle(QT_TRANSLATE_NOOP("Columns", "Namespace"));
    if (section == ageColumn())
        return columnTitle(QT_TRANSLATE_NOOP("Columns", "Age"));
    return columnTitle(kind_.columns[static_cast<std::size_t>(section - firstOwnColumn())].title);
}

} // namespace slipway::ui
