#pragma once

#include "tests/support/places.h"

#include <QDir>
#include <QWidget>

namespace slipway::tests {

/// Keeps a picture of a widget (with what is inside it) in build/screenshots.
inline bool takePicture(QWidget& widget, const QString& name) {
    QDir().mkpath(slipway::tests::inBuild("screenshots"));
    return widget.grab().save(slipway::tests::inBuild("screenshots/%1.png").arg(name));
}

} // namespace slipway::tests
