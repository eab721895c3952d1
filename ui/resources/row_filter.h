#pragma once

#include "cluster/api/selectors.h"
#include "ui/resources/row.h"

#include <QRegularExpression>
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

} // namespace slipway::ui
