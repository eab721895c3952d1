#include "cluster/agent/image/images.h"

namespace slipway::agent {
namespace {

bool hasTag(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return path.find(':', slash == std::string_view::npos ? 0 : slash) != std::string_view::npos;
}

} // namespace

std::string normalizeImage(std::string_view name) {
    const std::size_t at = name.find('@');
    std::string_view path = name.substr(0, at);
    const std::string_view digest = at == std::string_view::npos ? std::string_view() : name.substr(at);
    const std::size_t slash = path.find('/');
    const std::string_view first = path.substr(0, slash);
    std::string result;
    const bool hasRegistry = slash != std::string_view::npos &&
                             (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
    if (!hasRegistry)
        result = slash == std::string_view::npos ? "docker.io/library/" : "docker.io/";
    else if (first == "index.docker.io") {
        result = "docker.io/";
        path.remove_prefix(slash + 1);
        if (path.find('/') == std::string_view::npos)
            result += "library/";
    }
    result += path;
    if (digest.empty() && !hasTag(path))
        result += ":latest";
    return result + std::string(digest);
}

std::string effectivePullPolicy(std::string_view policy, std::string_view image) {
    if (!policy.empty())
        return std::string(policy);
    const std::string full = normalizeImage(image);
    return full.find('@') == std::string::npos && full.ends_with(":latest") ? "Always" : "IfNotPresent";
}

std::string registryOf(std::string_view normalizedImage) {
    return std::string(normalizedImage.substr(0, normalizedImage.find('/')));
}

} // namespace slipway::agent
