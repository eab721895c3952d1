#include "cluster/apiserver/admission/pod_security/checks.h"

#include <charconv>
#include <format>

namespace slipway::apiserver::admission::pod_security {

std::string_view nameOf(Level level) {
    return level == Level::privileged ? "privileged" : level == Level::baseline ? "baseline" : "restricted";
}

std::optional<Level> parseLevel(std::string_view text) {
    for (Level level : {Level::privileged, Level::baseline, Level::restricted})
        if (text == nameOf(level))
            return level;
    return {};
}

std::optional<std::optional<int>> parseVersion(std::string_view text) {
    if (text == "latest")
        return std::optional<int>();
    if (!text.starts_with("v1."))
        return {};
    text.remove_prefix(3);
    int minor = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minor);
    if (error != std::errc() || end != text.data() + text.size() || (text.size() > 1 && text[0] == '0') || minor < 0)
        return {};
    return std::optional(minor);
}

std::string Policy::print() const {
    return std::format("{}:{}", nameOf(level), minor ? std::format("v1.{}", *minor) : "latest");
}

std::vector<Violation> violations(const Policy& policy, const Pod& pod) {
    std::vector<Violation> found;
    if (policy.level == Level::privileged)
        return found;
    checkBaseline(policy, pod, policy.level == Level::restricted, found);
    if (policy.level == Level::restricted)
        checkRestricted(policy, pod, found);
    return found;
}

std::string detailsOf(const std::vector<Violation>& list) {
    std::string text;
    for (const Violation& violation : list) {
        text += (text.empty() ? "" : ", ") + violation.reason;
        if (!violation.detail.empty())
            text += " (" + violation.detail + ")";
    }
    return text;
}

std::string reasonsOf(const std::vector<Violation>& list) {
    std::string text;
    for (const Violation& violation : list)
        text += (text.empty() ? "" : ", ") + violation.reason;
    return text;
}

} // namespace slipway::apiserver::admission::pod_security
