#include "ui/look/theme.h"

#include "ui/look/look.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>
#include <QStyleHints>

namespace slipway::ui {
namespace {

const Colors lightColors{QColor("#f4f6f9"), QColor("#ffffff"), QColor("#eef1f6"), QColor("#dbe1ea"), QColor("#1b2430"),
                         QColor("#5d6b7e"), QColor("#1f62d0"), QColor("#ffffff"), QColor("#dbe8fd"), QColor("#eef3fb")};
const Colors darkColors{QColor("#14181e"), QColor("#1a2028"), QColor("#232b35"), QColor("#323c49"), QColor("#e4e9f0"),
                        QColor("#97a4b5"), QColor("#6ea8ff"), QColor("#0d1420"), QColor("#26406a"), QColor("#222b37")};

bool dark = false;

QPalette paletteOf(const Colors& c) {
    QPalette palette;
    palette.setColor(QPalette::Window, c.window);
    palette.setColor(QPalette::WindowText, c.text);
    palette.setColor(QPalette::Base, c.surface);
    palette.setColor(QPalette::AlternateBase, c.raised);
    palette.setColor(QPalette::Text, c.text);
    palette.setColor(QPalette::Button, c.surface);
    palette.setColor(QPalette::ButtonText, c.text);
    palette.setColor(QPalette::ToolTipBase, c.raised);
    palette.setColor(QPalette::ToolTipText, c.text);
    palette.setColor(QPalette::PlaceholderText, c.muted);
    palette.setColor(QPalette::Highlight, c.selection);
    palette.setColor(QPalette::HighlightedText, c.text);
    palette.setColor(QPalette::Link, c.accent);
    palette.setColor(QPalette::Accent, c.accent);
    palette.setColor(QPalette::Mid, c.border);
    QColor faint = c.text;
    faint.setAlphaF(0.4F);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    return palette;
}

/// The style sheet names colours as @name.
QString styleSheet(const Colors& c) {
    QFile file(QStringLiteral(":/style/window.qss"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QString sheet = QString::fromUtf8(file.readAll());
    const std::pair<const char*, QColor> names[] = {
        {"@window", c.window}, {"@surface", c.surface},     {"@raised", c.raised},         {"@border", c.border},
        {"@text", c.text},     {"@muted", c.muted},         {"@onaccent", c.accentText},   {"@accent", c.accent},
        {"@hover", c.hover},   {"@selection", c.selection}, {"@bad", toneColor(Tone::bad)}};
    for (const auto& [name, color] : names)
        sheet.replace(QLatin1String(name), color.name());
    return sheet;
}

} // namespace

void applyTheme(QApplication& application, ThemeChoice choice) {
    dark = choice == ThemeChoice::dark ||
           (choice == ThemeChoice::system && QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark);
    if (application.style()->name() != QLatin1String("fusion"))
        application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    application.setPalette(paletteOf(colors()));
    application.setStyleSheet(styleSheet(colors()));
    emit lookChanges().changed();
}

bool isDarkTheme() {
    return dark;
}
const Colors& colors() {
    return dark ? darkColors : lightColors;
}

QColor toneColor(Tone tone) {
    switch (tone) {
    case Tone::plain:
        return colors().text;
    case Tone::ok:
        return dark ? QColor("#5fc264") : QColor("#2e8b33");
    case Tone::waiting:
        return dark ? QColor("#ffab40") : QColor("#b96a00");
    case Tone::bad:
        return dark ? QColor("#ff6f69") : QColor("#ce3933");
    case Tone::busy:
        return dark ? QColor("#2cc5c5") : QColor("#00838a");
    case Tone::done:
        return dark ? QColor("#81c784") : QColor("#43803f");
    case Tone::leaving:
    case Tone::muted:
        return colors().muted;
    }
    return colors().text;
}

QString toneIconName(Tone tone) {
    switch (tone) {
    case Tone::ok:
        return QStringLiteral("state-ok");
    case Tone::waiting:
        return QStringLiteral("state-waiting");
    case Tone::bad:
        return QStringLiteral("state-bad");
    case Tone::busy:
        return QStringLiteral("state-busy");
    case Tone::done:
        return QStringLiteral("state-done");
    case Tone::leaving:
        return QStringLiteral("state-leaving");
    case Tone::muted:
        return QStringLiteral("state-muted");
    case Tone::plain:
        break;
    }
    return {};
}

QFont monospaceFont() {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setFamilies({QStringLiteral("JetBrains Mono"), QStringLiteral("Cascadia Mono"),
                      QStringLiteral("DejaVu Sans Mono"), font.family(), QStringLiteral("WenQuanYi Micro Hei Mono")});
    font.setPointSizeF(10);
    font.setFixedPitch(true);
    return font;
}

} // namespace slipway::ui
