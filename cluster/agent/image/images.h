#pragma once

#include <string>
#include <string_view>

namespace slipway::agent {

/// An image name with everything spelled out, as the runtime keeps it: "nginx" is "docker.io/library/nginx:latest".
std::string normalizeImage(std::string_view name);

/// Whether it is an image reference: [host[:port]/]path[:tag][@digest].
bool isImageName(std::string_view name);

/// The policy that holds: the one given, else Always for the tag latest (or none), else IfNotPresent.
std::string effectivePullPolicy(std::string_view policy, std::string_view image);

/// "docker.io" of a normalised name.
std::string registryOf(std::string_view normalizedImage);

} // namespace slipway::agent
