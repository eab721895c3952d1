#pragma once

#include "ui/history/diff_view.h"

#include <functional>

namespace slipway::ui {

/// A way out of a diff dialog besides closing it.
struct DiffChoice {
    QString words;
    std::function<void()> take;
};

/// Shows differences, with a button for each choice; the first is the proposed one.
void showDiffDialog(QWidget& parent, const QString& title, std::vector<DiffView::Part> parts,
                    std::vector<DiffChoice> choices);

} // namespace slipway::ui
