#pragma once

#include <QString>
#include <vector>

namespace slipway::ui {

/// One line of a difference between two texts.
struct DiffLine {
    enum Kind { same, added, removed, gap } kind; ///< gap: lines that are the same are left out here
    int before = 0, after = 0;                    ///< line numbers from 1; 0: not in that text
    QString text;
};

/// How one text becomes another, with @p context unchanged lines around every change (below 0: all). Empty when they
/// are equal. Pure; any thread.
std::vector<DiffLine> textDiff(const QString& before, const QString& after, int context = 3);

} // namespace slipway::ui
