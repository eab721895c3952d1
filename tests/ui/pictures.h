#pragma once

#include <QDir>
#include <QWidget>

namespace slipway::tests {

/// Keeps a picture of a widget (with what is inside it) in build/screenshots.
inline bool takePicture(QWidget& widget, const QString& name) {
    QDir().mkpath(QStringLiteral(SLIPWAY_SCREENSHOTS));
    return widget.grab().save(QStringLiteral(SLIPWAY_SCREENSHOTS "/%1.png").arg(name));
}

} // namespace slipway::tests
