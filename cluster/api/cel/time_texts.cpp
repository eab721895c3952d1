#include "cluster/api/cel/value.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <format>

/// Timestamps and durations as texts.
namespace slipway::api::cel {
namespace {

constexpr std::int64_t nanosPerSecond = 1'000'000'000;

/// Two or four digits at a place; below 0 when they are not there.
int digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size())
        return -1;
    int value = 0;
    for (char c : text.substr(at, count)) {
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

/// ".123" in nanoseconds; moves @p at behind it.
std::optional<std::int32_t> fraction(std::string_view text, std::size_t& at) {
    if (at >= text.size() || text[at] != '.')
        return 0;
    std::int32_t nanos = 0;
    int count = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count)
        if (count < 9)
            nanos = nanos * 10 + (text[at] - '0');
    if (count == 0)
        return std::nullopt;
    for (; count < 9; ++count)
        nanos *= 10;
    return nanos;
}

/// "Z", "+02:00" in seconds.
std::optional<int> offset(std::string_view text) {
    if (text == "Z" || text == "z")
        return 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return std::nullopt;
    const int hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return std::nullopt;
    return (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

std::string fractionText(std::int64_t nanos) {
    if (nanos == 0)
        return {};
    std::string text = std::format(".{:09}", nanos);
    while (text.ends_with('0'))
        text.pop_back();
    return text;
}

std::optional<double> unitNanos(std::string_view unit) {
    if (unit == "h")
        return 3600e9;
    if (unit == "m")
        return 60e9;
    if (unit == "s")
        return 1e9;
    if (unit == "ms")
        return 1e6;
    if (unit == "us" || unit == "\xc2\xb5s" || unit == "\xce\xbcs")
        return 1e3;
    if (unit == "ns")
        return 1;
    return std::nullopt;
}

} // namespace

std::optional<Timestamp> parseTimestamp(std::string_view text) {
    using namespace std::chrono;
    const int y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2), h = digits(text, 11, 2),
              mi = digits(text, 14, 2), s = digits(text, 17, 2);
    if (y < 1 || mo < 1 || d < 1 || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59 || text[4] != '-' ||
        text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
    std::size_t at = 19;
    const auto nanos = fraction(text, at);
    const auto zone = nanos ? offset(text.substr(at)) : std::nullopt;
    if (!date.ok() || !zone)
        return std::nullopt;
    const std::int64_t days = sys_days(date).time_since_epoch().count();
    return Timestamp{days * 86400 + h * 3600 + mi * 60 + s - *zone, *nanos};
}

std::string printTimestamp(Timestamp time) {
    using namespace std::chrono;
    const sys_seconds when{seconds(time.seconds)};
    const auto day = floor<days>(when);
    const year_month_day date(day);
    const hh_mm_ss clock(when - day);
    return std::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), fractionText(time.nanos));
}

std::optional<Duration> parseDuration(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    if (text == "0")
        return Duration{};
    if (text.empty())
        return std::nullopt;
    long double total = 0;
    while (!text.empty()) {
        const std::size_t end = text.find_first_not_of("0123456789.");
        if (end == 0 || end == text.npos)
            return std::nullopt;
        double number = 0;
        const auto [stop, error] = std::from_chars(text.data(), text.data() + end, number);
        if (error != std::errc() || stop != text.data() + end)
            return std::nullopt;
        text.remove_prefix(end);
        const std::size_t next = std::min(text.find_first_of("0123456789."), text.size());
        const auto unit = unitNanos(text.substr(0, next));
        if (!unit)
            return std::nullopt;
        total += static_cast<long double>(number) * static_cast<long double>(*unit);
        text.remove_prefix(next);
    }
    if (total > 9.2e18L)
        return std::nullopt;
    const auto nanos = static_cast<std::int64_t>(std::llround(total));
    return Duration{negative ? -nanos : nanos};
}

std::string printDuration(Duration duration) {
    const std::int64_t nanos = duration.nanos;
    return std::format("{}{}{}s", nanos < 0 ? "-" : "", std::abs(nanos / nanosPerSecond),
                       fractionText(std::abs(nanos % nanosPerSecond)));
}

} // namespace slipway::api::cel
