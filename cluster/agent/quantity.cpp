#include "cluster/agent/quantity.h"

#include <charconv>
#include <cmath>

namespace slipway::agent {
namespace {

std::optional<long double> scaleOf(std::string_view suffix) {
    struct Known {
        std::string_view name;
        long double scale;
    };
    static constexpr Known known[] = {{"", 1},
                                      {"n", 1e-9L},
                                      {"u", 1e-6L},
                                      {"m", 1e-3L},
                                      {"k", 1e3L},
                                      {"M", 1e6L},
                                      {"G", 1e9L},
                                      {"T", 1e12L},
                                      {"P", 1e15L},
                                      {"E", 1e18L},
                                      {"Ki", 1024.0L},
                                      {"Mi", 1048576.0L},
                                      {"Gi", 1073741824.0L},
                                      {"Ti", 1099511627776.0L},
                                      {"Pi", 1125899906842624.0L},
                                      {"Ei", 1152921504606846976.0L}};
    for (const auto& [name, scale] : known)
        if (name == suffix)
            return scale;
    if (suffix.size() > 1 && (suffix[0] == 'e' || suffix[0] == 'E')) {
        int exponent = 0;
        const char* begin = suffix.data() + (suffix[1] == '+' ? 2 : 1);
        const auto [end, error] = std::from_chars(begin, suffix.data() + suffix.size(), exponent);
        if (error == std::errc() && end == suffix.data() + suffix.size() && std::abs(exponent) < 30)
            return std::pow(10.0L, exponent);
    }
    return std::nullopt;
}

std::optional<std::int64_t> parseScaled(std::string_view text, long double factor) {
    const std::size_t digits = std::min(text.find_first_not_of("+-.0123456789"), text.size());
    long double number = 0;
    const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(begin, text.data() + digits, number, std::chars_format::fixed);
    const auto scale = scaleOf(text.substr(digits));
    if (error != std::errc() || end != text.data() + digits || !scale)
        return std::nullopt;
    const long double value = number * *scale * factor;
    constexpr long double most = 9.2e18L;
    // A tiny tolerance keeps 0.1 * 1000 from rounding up to 101.
    return static_cast<std::int64_t>(std::min(most, std::max(-most, std::ceil(value - 1e-6L))));
}

} // namespace

std::optional<std::int64_t> parseMilli(std::string_view quantity) {
    return parseScaled(quantity, 1000);
}

std::optional<std::int64_t> parseUnits(std::string_view quantity) {
    return parseScaled(quantity, 1);
}

} // namespace slipway::agent
