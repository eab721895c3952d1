#include "ui/shell/settings.h"

#include "ui/look/look.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QSettings>
#include <QTranslator>

namespace slipway::ui {
namespace {

constexpr auto themeKey = "theme", languageKey = "language", atOnceKey = "applyAtOnce", geometryKey = "geometry",
               fontKey = "fontSize", notifyKey = "notifications", trayKey = "staysInTray";

} // namespace

ThemeChoice Settings::theme() {
    const QString name = QSettings().value(themeKey).toString();
    return name == QLatin1String("light")  ? ThemeChoice::light
           : name == QLatin1String("dark") ? ThemeChoice::dark
                                           : ThemeChoice::system;
}

void Settings::setTheme(ThemeChoice choice) {
    constexpr const char* names[] = {"system", "light", "dark"};
    QSettings().setValue(themeKey, QLatin1String(names[static_cast<int>(choice)]));
}

QString Settings::language() {
    return QSettings().value(languageKey).toString();
}
void Settings::setLanguage(const QString& language) {
    QSettings().setValue(languageKey, language);
}
bool Settings::applyAtOnce() {
    return QSettings().value(atOnceKey, false).toBool();
}
void Settings::setApplyAtOnce(bool on) {
    QSettings().setValue(atOnceKey, on);
}
int Settings::fontSize() {
    return QSettings().value(fontKey, 10).toInt();
}
void Settings::setFontSize(int points) {
    QSettings().setValue(fontKey, points);
}
bool Settings::notifications() {
    return QSettings().value(notifyKey, true).toBool();
}
void Settings::setNotifications(bool on) {
    QSettings().setValue(notifyKey, on);
}
bool Settings::staysInTray() {
    return QSettings().value(trayKey, false).toBool();
}
void Settings::setStaysInTray(bool on) {
    QSettings().setValue(trayKey, on);
}
QByteArray Settings::geometry() {
    return QSettings().value(geometryKey).toByteArray();
}
void Settings::setGeometry(const QByteArray& geometry) {
    QSettings().setValue(geometryKey, geometry);
}

QString currentLanguage() {
    const QString chosen = Settings::language();
    const QString name = chosen.isEmpty() ? QLocale::system().name() : chosen;
    return name.startsWith(QLatin1String("zh")) ? QStringLiteral("zh_CN") : QStringLiteral("en");
}

void installLanguage() {
    static QTranslator own, qt;
    QCoreApplication::removeTranslator(&own);
    QCoreApplication::removeTranslator(&qt);
    const QString language = currentLanguage();
    if (own.load(QStringLiteral(":/i18n/slipway_%1.qm").arg(language)))
        QCoreApplication::installTranslator(&own);
    if (qt.load(QStringLiteral("qtbase_") + language, QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(&qt);
    emit lookChanges().changed();
}

} // namespace slipway::ui
