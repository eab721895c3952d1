#pragma once

#include <QString>
#include <QWidget>
#include <span>

namespace slipway::ui {

class Workspace;

/// A page of a cluster that is not the table of a kind.
struct SpecialPage {
    const char* id;
    const char* title; ///< untranslated; context "Pages"
    const char* icon;
    QWidget* (*make)(Workspace& workspace);
};

inline constexpr const char* overviewPage = "overview";
inline constexpr const char* historyPage = "history";
inline constexpr const char* forwardsPage = "forwards";

/// In the sidebar's order.
std::span<const SpecialPage> specialPages();
bool isSpecialPage(const QString& id);
/// Null for an id that is none.
QWidget* makeSpecialPage(const QString& id, Workspace& workspace);

} // namespace slipway::ui
