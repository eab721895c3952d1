#include "tests/support/places.h"

namespace slipway::tests {

QString inSource(const char* path) {
    return QStringLiteral(SLIPWAY_SOURCE_DIR "/") + QString::fromUtf8(path);
}

QString inBuild(const char* path) {
    return QStringLiteral(SLIPWAY_BUILD_DIR "/") + QString::fromUtf8(path);
}

} // namespace slipway::tests
