#pragma once

#include "cluster/api/selectors.h"
#include "ui/resources/resource_model.h"

#include <QRegularExpression>
#include <QSortFilterProxyModel>
#include <optional>

namespace slipway::ui {

/// What is written into the filter line: words or a regular expression that must occur in a row, `!` in front turns it
/// round, `-l` in front makes it a label selector, `-f` a field selector, which the server follows.
class RowFilter {
public:
    RowFilter() = default;
    explicit RowFilter(const QString& text);

    bool accepts(const Row& row) const;
    bool empty() const { return !labels_ && pattern_.pattern().isEmpty() && error_.isEmpty(); }
    /// Why the text is not a filter; empty when it is one.
    const QString& error() const { return error_; }
    /// What the server is to select by; empty: everything.
    const QString& fieldSelector() const { return fields_; }

private:
    bool negated_ = false;
    QRegularExpression pattern_;
    std::optional<api::LabelMatcher> labels_;
    QString error_, fields_;
};

/// Sorts and filters a ResourceModel.
class RowProxy : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit RowProxy(ResourceModel& model, QObject* parent = nullptr);
    void setFilter(RowFilter filter);
    const RowFilter& filter() const { return filter_; }
    const Row& rowAt(const QModelIndex& proxyIndex) const { return model_.row(mapToSource(proxyIndex).row()); }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    ResourceModel& model_;
    RowFilter filter_;
};

} // namespace slipway::ui
