#include "cluster/controllers/workload/template_hash.h"

#include <cmath>

namespace slipway::controllers {

int resolveShare(const std::optional<api::IntOrString>& value, int total, bool roundUp, int fallback) {
    if (!value)
        return fallback;
    if (value->isInt)
        return value->number;
    const double share = std::strtod(value->text.c_str(), nullptr) / 100.0 * total;
    return static_cast<int>(roundUp ? std::ceil(share) : std::floor(share));
}

std::string templateHash(const api::core_v1::PodTemplateSpec& podTemplate, std::optional<int> collisions) {
    std::uint32_t hash = 2166136261U; // FNV-1a
    const auto mix = [&](std::string_view text) {
        for (unsigned char c : text)
            hash = (hash ^ c) * 16777619U;
    };
    mix(api::printJson(api::toJson(podTemplate)));
    if (collisions)
        mix(std::to_string(*collisions));
    constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
    std::string text = std::to_string(hash);
    for (char& c : text)
        c = alphabet[static_cast<unsigned char>(c) % alphabet.size()];
    return text;
}

} // namespace slipway::controllers
