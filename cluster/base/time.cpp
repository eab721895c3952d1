#include "cluster/base/time.h"

#include "cluster/base/instant.h"

#include <cctype>
#include <charconv>
#include <ctime>
#include <format>

namespace slipway::base {
namespace {

Instant instantOf(Time time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const auto fraction = std::chrono::duration_cast<std::chrono::nanoseconds>(time - whole);
    return {whole.time_since_epoch().count(), static_cast<std::int32_t>(fraction.count())};
}

/// Reads exactly @p digits digits at @p position; -1 when they are not all digits.
int number(std::string_view text, std::size_t position, std::size_t digits) {
    int value = 0;
    if (position + digits > text.size())
        return -1;
    for (char c : text.substr(position, digits)) {
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    return value;
}

/// The offset in "Z", "+02:00" or "-0530" shape.
std::optional<std::chrono::minutes> parseOffset(std::string_view text) {
    if (text == "Z" || text == "z")
        return std::chrono::minutes(0);
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return {};
    const int hours = number(text, 1, 2), minutes = number(text, 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return {};
    const std::chrono::minutes offset(hours * 60 + minutes);
    return text[0] == '+' ? offset : -offset;
}

} // namespace

std::string nowRfc3339() {
    return formatTime(std::chrono::system_clock::now());
}

std::string formatTime(Time time) {
    return formatInstant(instantOf(time));
}

std::string formatMicroTime(Time time) {
    return formatInstant(instantOf(time), 6);
}

std::string formatNanoTime(Time time) {
    return formatInstant(instantOf(time), 9);
}

std::string formatInstant(const Instant& instant, int digits) {
    const auto seconds = static_cast<std::time_t>(instant.seconds);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::string text = std::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                                   parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
    if (digits > 0)
        text += "." + std::format("{:09}", instant.nanos).substr(0, static_cast<std::size_t>(digits));
    return text + "Z";
}

std::optional<Instant> parseInstant(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
        text[13] != ':' || text[16] != ':')
        return {};
    const int year = number(text, 0, 4), month = number(text, 5, 2), day = number(text, 8, 2);
    const int hour = number(text, 11, 2), minute = number(text, 14, 2), second = number(text, 17, 2);
    if (year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return {};
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                           std::chrono::day(unsigned(day))};
    if (month < 1 || day < 1 || !date.ok())
        return {};
    std::size_t position = 19;
    int fraction = 0;
    if (text[position] == '.') {
        int scale = 100'000'000;
        const std::size_t start = ++position;
        for (; position < text.size() && std::isdigit(static_cast<unsigned char>(text[position]));
             ++position, scale /= 10)
            fraction += (text[position] - '0') * scale;
        if (position == start)
            return {};
    }
    const auto offset = parseOffset(text.substr(position));
    if (!offset)
        return {};
    const auto whole = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                       std::chrono::seconds(second) - *offset;
    return Instant{whole.time_since_epoch().count(), fraction};
}

std::optional<Time> parseTime(std::string_view text) {
    const auto instant = parseInstant(text);
    if (!instant)
        return {};
    const std::chrono::sys_seconds whole{std::chrono::seconds(instant->seconds)};
    // The clock counts nanoseconds and ends in 2262; the API allows the year 9999.
    if (whole >= std::chrono::time_point_cast<std::chrono::seconds>(Time::max()))
        return Time::max();
    if (whole <= std::chrono::time_point_cast<std::chrono::seconds>(Time::min()))
        return Time::min();
    return std::chrono::time_point_cast<Time::duration>(whole + std::chrono::nanoseconds(instant->nanos));
}

std::string humanDuration(std::chrono::seconds duration) {
    const long long s = duration.count();
    if (s < 0)
        return "0s";
    const long long m = s / 60, h = m / 60, d = h / 24;
    const auto pair = [](long long a, char x, long long b, char y) {
        return b == 0 ? std::format("{}{}", a, x) : std::format("{}{}{}{}", a, x, b, y);
    };
    if (s < 120)
        return std::format("{}s", s);
    if (m < 10)
        return pair(m, 'm', s % 60, 's');
    if (h < 3)
        return std::format("{}m", m);
    if (h < 8)
        return pair(h, 'h', m % 60, 'm');
    if (h < 48)
        return std::format("{}h", h);
    if (d < 8)
        return pair(d, 'd', h % 24, 'h');
    if (d < 365 * 2)
        return std::format("{}d", d);
    if (d < 365 * 8)
        return pair(d / 365, 'y', d % 365, 'd');
    return std::format("{}y", d / 365);
}

} // namespace slipway::base
