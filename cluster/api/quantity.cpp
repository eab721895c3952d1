#include "cluster/api/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace slipway::api {
namespace {

using Wide = Int128;

constexpr Wide oneUnit = 1'000'000'000;
constexpr Wide largest = Wide(std::numeric_limits<std::int64_t>::max()) * oneUnit;

struct Suffix {
    std::string_view text;
    Wide numerator; ///< of one such unit, in 10^-9
    Quantity::Format format;
};

constexpr Wide power(Wide base, int exponent) {
    Wide result = 1;
    while (exponent-- > 0)
        result *= base;
    return result;
}

using enum Quantity::Format;
constexpr std::array<Suffix, 16> suffixes{{{"n", 1, decimal},
                                           {"u", power(10, 3), decimal},
                                           {"m", power(10, 6), decimal},
                                           {"", oneUnit, decimal},
                                           {"k", oneUnit* power(10, 3), decimal},
                                           {"M", oneUnit* power(10, 6), decimal},
                                           {"G", oneUnit* power(10, 9), decimal},
                                           {"T", oneUnit* power(10, 12), decimal},
                                           {"P", oneUnit* power(10, 15), decimal},
                                           {"E", oneUnit* power(10, 18), decimal},
                                           {"Ki", oneUnit* power(1024, 1), binary},
                                           {"Mi", oneUnit* power(1024, 2), binary},
                                           {"Gi", oneUnit* power(1024, 3), binary},
                                           {"Ti", oneUnit* power(1024, 4), binary},
                                           {"Pi", oneUnit* power(1024, 5), binary},
                                           {"Ei", oneUnit* power(1024, 6), binary}}};

/// The digits of a number: mantissa * 10^-fractionDigits.
struct Digits {
    Wide mantissa = 0;
    int fractionDigits = 0;
    bool lost = false; ///< digits were left out, all of them below what counts
};

std::optional<Digits> readDigits(std::string_view& text) {
    Digits result;
    bool any = false, fraction = false;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        any = true;
        if (fraction && result.fractionDigits >= 18) {
            result.lost |= c != '0';
            continue;
        }
        if (result.mantissa < power(10, 36)) {
            result.mantissa = result.mantissa * 10 + (c - '0');
            result.fractionDigits += fraction ? 1 : 0;
        } else if (!fraction) {
            result.mantissa = power(10, 37); // far above the largest: it is cut anyway
        }
    }
    text.remove_prefix(i);
    if (!any)
        return {};
    return result;
}

/// mantissa * unit / 10^fractionDigits, rounded up and cut at the largest quantity.
Wide scaled(const Digits& digits, Wide unit) {
    if (digits.mantissa == 0)
        return digits.lost ? 1 : 0;
    const Wide divisor = power(10, digits.fractionDigits);
    const Wide whole = digits.mantissa / divisor, rest = digits.mantissa % divisor;
    if (whole > largest / unit)
        return largest;
    Wide result = whole * unit;
    // rest < 10^18 and unit may be 10^27: taken in two steps so that it fits.
    const Wide high = unit / oneUnit, low = unit % oneUnit;
    Wide fraction = 0;
    if (high > 0) {
        const Wide product = rest * high; // < 10^18 * 2^60
        fraction = product / divisor * oneUnit;
        const Wide left = product % divisor * oneUnit;
        fraction += left / divisor + (left % divisor != 0 || digits.lost ? 1 : 0);
    } else {
        const Wide product = rest * low;
        fraction = product / divisor + (product % divisor != 0 || digits.lost ? 1 : 0);
    }
    result += fraction;
    return std::min(result, largest);
}

/// "e3", "E-2": the unit of a decimal exponent.
std::optional<int> readExponent(std::string_view text) {
    if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E'))
        return {};
    text.remove_prefix(1);
    if (text[0] == '+')
        text.remove_prefix(1);
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc{} || end != text.data() + text.size() || exponent < -30 || exponent > 30)
        return {};
    return exponent;
}

std::optional<Wide> withExponent(Digits digits, int exponent) {
    if (exponent >= 0) {
        for (int i = 0; i < exponent && digits.fractionDigits > 0; ++i, --exponent)
            --digits.fractionDigits;
        return exponent > 18 && digits.mantissa != 0 ? largest
                                                     : scaled(digits, oneUnit * power(10, std::min(exponent, 18)));
    }
    digits.fractionDigits -= exponent;
    while (digits.fractionDigits > 18) {
        digits.lost |= digits.mantissa % 10 != 0;
        digits.mantissa /= 10;
        --digits.fractionDigits;
    }
    return scaled(digits, oneUnit);
}

std::string text(Wide value) {
    std::string digits;
    do {
        digits.insert(digits.begin(), char('0' + int(value % 10)));
        value /= 10;
    } while (value > 0);
    return digits;
}

Wide dividedUp(Wide value, Wide unit) {
    const Wide quotient = value / unit, rest = value % unit;
    return rest == 0 ? quotient : quotient + (value > 0 ? 1 : -1);
}

} // namespace

std::optional<Quantity> Quantity::parse(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    const auto digits = readDigits(text);
    if (!digits)
        return {};
    if (const auto suffix = std::ranges::find(suffixes, text, &Suffix::text); suffix != suffixes.end()) {
        const Wide nano = scaled(*digits, suffix->numerator);
        return Quantity(negative ? -nano : nano, suffix->format);
    }
    const auto exponent = readExponent(text);
    if (!exponent)
        return {};
    const auto nano = withExponent(*digits, *exponent);
    return Quantity(negative ? -*nano : *nano, Format::exponent);
}

std::int64_t Quantity::value() const {
    return std::int64_t(dividedUp(nano_, oneUnit));
}

std::int64_t Quantity::milli() const {
    const Wide milli = dividedUp(nano_, 1'000'000);
    const Wide most = std::numeric_limits<std::int64_t>::max();
    return std::int64_t(std::clamp(milli, -most, most));
}

std::string Quantity::print() const {
    const Wide absolute = nano_ < 0 ? -nano_ : nano_;
    const std::string sign = nano_ < 0 ? "-" : "";
    if (absolute == 0)
        return "0";
    if (format_ == binary && absolute >= 1024 * oneUnit) {
        Wide units = dividedUp(absolute, oneUnit);
        std::size_t step = 0;
        for (; step < 6 && units % 1024 == 0; ++step)
            units /= 1024;
        return sign + text(units) + std::string(step == 0 ? "" : suffixes[9 + step].text);
    }
    Wide amount = absolute;
    int step = 0; // of a thousand, from 10^-9
    for (; step < 9 && amount % 1000 == 0; ++step)
        amount /= 1000;
    if (format_ == exponent)
        return sign + text(amount) + (step == 3 ? "" : "e" + std::to_string((step - 3) * 3));
    return sign + text(amount) + std::string(suffixes[std::size_t(step)].text);
}

Quantity& Quantity::operator+=(const Quantity& other) {
    if (nano_ == 0)
        format_ = other.format_;
    nano_ = std::clamp(nano_ + other.nano_, -largest, largest);
    return *this;
}

Quantity& Quantity::operator-=(const Quantity& other) {
    nano_ = std::clamp(nano_ - other.nano_, -largest, largest);
    return *this;
}

} // namespace slipway::api
