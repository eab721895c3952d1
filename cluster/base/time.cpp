#include "cluster/base/time.h"

#include <cctype>
#include <charconv>
#include <ctime>
#include <format>

namespace slipway::base {
namespace {

std::string formatSeconds(Time time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return std::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                       parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::chrono::nanoseconds fractionOf(Time time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time - std::chrono::floor<std::chrono::seconds>(time));
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
    return formatSeconds(time) + "Z";
}

std::string formatMicroTime(Time time) {
    return std::format("{}.{:06}Z", formatSeconds(time), fractionOf(time).count() / 1000);
}

std::string formatNanoTime(Time time) {
    return std::format("{}.{:09}Z", formatSeconds(time), fractionOf(time).count());
}

std::optional<Time> parseTime(std::string_view text) {
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
    std::chrono::nanoseconds fraction(0);
    if (text[position] == '.') {
        long long scale = 100'000'000;
        const std::size_t start = ++position;
        for (; position < text.size() && std::isdigit(static_cast<unsigned char>(text[position]));
             ++position, scale /= 10)
            fraction += std::chrono::nanoseconds((text[position] - '0') * scale);
        if (position == start)
            return {};
    }
    const auto offset = parseOffset(text.substr(position));
    if (!offset)
        return {};
    const auto whole = std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                       std::chrono::seconds(second) - *offset;
    // The clock counts nanoseconds and ends in 2262; the API allows the year 9999.
    if (whole >= std::chrono::time_point_cast<std::chrono::seconds>(Time::max()))
        return Time::max();
    if (whole <= std::chrono::time_point_cast<std::chrono::seconds>(Time::min()))
        return Time::min();
    return std::chrono::time_point_cast<Time::duration>(whole + fraction);
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
