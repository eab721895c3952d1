#include "cluster/agent/image/images.h"

#include <algorithm>
#include <cctype>

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

bool isImageName(std::string_view name) {
    const std::size_t at = name.find('@');
    const std::string_view digest = at == std::string_view::npos ? std::string_view() : name.substr(at + 1);
    if (at != std::string_view::npos && (digest.find(':') == std::string_view::npos || digest.ends_with(':')))
        return false;
    std::string_view path = name.substr(0, at);
    if (hasTag(path)) {
        const std::size_t colon = path.rfind(':');
        const std::string_view tag = path.substr(colon + 1);
        const auto fits = [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-';
        };
        if (tag.empty() || tag.size() > 128 || tag[0] == '.' || tag[0] == '-' || !std::ranges::all_of(tag, fits))
            return false;
        path = path.substr(0, colon);
    }
    const std::size_t first = path.find('/');
    const std::string_view host = first == std::string_view::npos ? std::string_view() : path.substr(0, first);
    if (host.find_first_of(".:") != std::string_view::npos || host == "localhost")
        path.remove_prefix(first + 1);
    bool separator = true;
    for (const char c : path) {
        const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && c != '.' && c != '_' && c != '-' && c != '/')
            return false;
        if (separator && !word && (c == '/' || c == '.'))
            return false;
        separator = !word && c != '-' && c != '_';
        if (!word && &c == &path.front())
            return false;
    }
    return !path.empty() && !separator && path.back() != '-' && path.back() != '_' && path.size() <= 255;
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
