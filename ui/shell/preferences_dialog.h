#pragma once

class QWidget;

namespace slipway::ui {

/// Shows what can be chosen about the window; every choice holds at once.
void showPreferencesDialog(QWidget& parent);

} // namespace slipway::ui
