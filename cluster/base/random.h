#pragma once

#include <cstddef>
#include <string>

/// Random values from the operating system's generator.
namespace slipway::base {

/// A random (version 4) UUID, RFC 9562: "3f1c2a5e-...".
std::string newUuid();

/// @p length characters of the alphabet Kubernetes uses for generated name suffixes: no vowels, no look-alikes.
std::string randomSuffix(std::size_t length = 5);

/// @p count random bytes.
std::string randomBytes(std::size_t count);

} // namespace slipway::base
