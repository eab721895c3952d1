#pragma once

#include "ui/look/theme.h"

#include <QByteArray>
#include <QString>

namespace slipway::ui {

/// What the window remembers between runs (QSettings, in the user's configuration folder). GUI thread.
class Settings {
public:
    static ThemeChoice theme();
    static void setTheme(ThemeChoice choice);
    /// "en", "zh_CN", or empty: the system's.
    static QString language();
    static void setLanguage(const QString& language);
    /// Whether dropped YAML is applied without asking when the dry run accepts all of it.
    static bool applyAtOnce();
    static void setApplyAtOnce(bool on);
    static int fontSize();
    static void setFontSize(int points);
    /// Whether something that happens while the window is not looked at is told by the desktop.
    static bool notifications();
    static void setNotifications(bool on);
    /// Whether the program goes on in the tray after its last window.
    static bool staysInTray();
    static void setStaysInTray(bool on);
    static QByteArray geometry();
    static void setGeometry(const QByteArray& geometry);
};

/// Installs the translations of the chosen language, or of the system's; English is built in. May be called again.
void installLanguage();
/// The language in use: "en" or "zh_CN".
QString currentLanguage();

} // namespace slipway::ui
