#include "ui/resources/row_filter.h"

namespace slipway::ui {

RowFilter::RowFilter(const QString& text) {
    QString rest = text.trimmed();
    if (rest.startsWith(QLatin1Char('!'))) {
        negated_ = true;
        rest = rest.mid(1).trimmed();
    }
    if (rest == QLatin1String("-f") || rest.startsWith(QLatin1String("-f "))) {
        fields_ = rest.mid(2).trimmed();
        return;
    }
    if (rest == QLatin1String("-l") || rest.startsWith(QLatin1String("-l "))) {
        auto parsed = api::LabelMatcher::parse(rest.mid(2).trimmed().toStdString());
        if (parsed)
            labels_ = std::move(*parsed);
        else
            error_ = QString::fromStdString(parsed.error());
        return;
    }
    pattern_ = QRegularExpression(rest, QRegularExpression::CaseInsensitiveOption);
    if (!pattern_.isValid()) // a half-typed expression: its characters as they are
        pattern_ = QRegularExpression(QRegularExpression::escape(rest), QRegularExpression::CaseInsensitiveOption);
}

bool RowFilter::accepts(const Row& row) const {
    if (labels_)
        return labels_->matches(row.labels) != negated_;
    if (pattern_.pattern().isEmpty())
        return true;
    const auto has = [this](const QString& value) { return pattern_.match(value).hasMatch(); };
    bool found = has(row.name) || has(row.ns);
    for (const Cell& cell : row.cells)
        found = found || has(cell.text);
    return found != negated_;
}

RowProxy::RowProxy(ResourceModel& model, QObject* parent) : QSortFilterProxyModel(parent), model_(model) {
    setSourceModel(&model);
    setDynamicSortFilter(true);
}

void RowProxy::setFilter(RowFilter filter) {
    filter_ = std::move(filter);
    invalidateRowsFilter();
}

bool RowProxy::filterAcceptsRow(int row, const QModelIndex&) const {
    return filter_.accepts(model_.row(row));
}

bool RowProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const QVariant a = left.data(ResourceModel::SortRole), b = right.data(ResourceModel::SortRole);
    if (a.typeId() == QMetaType::Double)
        return a.toDouble() < b.toDouble();
    if (a.typeId() == QMetaType::LongLong)
        return a.toLongLong() < b.toLongLong();
    const int order = a.toString().compare(b.toString(), Qt::CaseInsensitive);
    if (order != 0)
        return order < 0;
    return model_.row(left.row()).name < model_.row(right.row()).name; // a steady order for equal values
}

} // namespace slipway::ui
