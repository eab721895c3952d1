// Where the checkout and its build are, for tests that read samples or start programs. Told by one object, so that the
// path of a checkout is in no other one: the compile cache serves every checkout.
#pragma once

#include <QString>

namespace slipway::tests {

/// @p path within the checkout.
QString inSource(const char* path);

/// @p path within the build's folder: bin/slipway, test-images.
QString inBuild(const char* path);

} // namespace slipway::tests
