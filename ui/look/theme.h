#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QString>

class QApplication;

namespace slipway::ui {

/// What a piece of state means. Each has a colour and an icon, so that colour is never the only sign.
enum class Tone { plain, ok, waiting, bad, busy, done, leaving, muted };

enum class ThemeChoice { system, light, dark };

/// The colours of one theme.
struct Colors {
    QColor window, surface, raised, border, text, muted, accent, accentText, selection, hover;
};

/// Applies palette and style sheet to the whole application; may be called again at any time. GUI thread only.
void applyTheme(QApplication& application, ThemeChoice choice);

/// Whether the applied theme is dark.
bool isDarkTheme();
const Colors& colors();
QColor toneColor(Tone tone);
/// The icon that stands for a tone; empty for plain.
QString toneIconName(Tone tone);

/// What an icon is drawn with.
enum class Ink { text, muted, accent, onAccent, border, bad };
QColor inkColor(Ink ink);

/// One of the SVG icons under resources/icons at any size, in the colour the theme has when it is drawn.
QIcon icon(const QString& name, Ink ink = Ink::text);
/// The icon of a tone in its colour.
QIcon toneIcon(Tone tone);

/// The font for code, logs and terminals.
QFont monospaceFont();

/// The distance everything is laid out by, in device-independent pixels.
inline constexpr int space = 8;

} // namespace slipway::ui
