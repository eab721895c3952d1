#include "cluster/api/cel/functions.h"

#include <charconv>
#include <chrono>
#include <format>
#include <stdexcept>

/// The parts of timestamps and durations.
namespace slipway::api::cel {
namespace {

using namespace std::chrono;

/// A time on the clock of some place.
struct LocalTime {
    year_month_day date;
    hh_mm_ss<seconds> clock;
    weekday day;
};

LocalTime localTime(std::int64_t secondsThere) {
    const sys_seconds there{seconds(secondsThere)};
    const auto day = floor<days>(there);
    return {year_month_day(day), hh_mm_ss(there - day), weekday(day)};
}

/// "+02:00" or "-08:00" in seconds.
std::optional<std::int64_t> fixedOffset(std::string_view zone) {
    const bool negative = zone.starts_with('-');
    if (negative || zone.starts_with('+'))
        zone.remove_prefix(1);
    int hours = 0, minutes = 0;
    if (zone.size() != 5 || zone[2] != ':' || std::from_chars(zone.data(), zone.data() + 2, hours).ec != std::errc() ||
        std::from_chars(zone.data() + 3, zone.data() + 5, minutes).ec != std::errc())
        return std::nullopt;
    return (negative ? -1 : 1) * (hours * 3600 + minutes * 60);
}

std::expected<LocalTime, std::string> timeAt(Args args) {
    const std::int64_t utc = args[0].as<Timestamp>().seconds;
    if (args.size() == 1 || text(args[1]) == "UTC" || text(args[1]).empty())
        return localTime(utc);
    if (const auto offset = fixedOffset(text(args[1])))
        return localTime(utc + *offset);
    try {
        const auto info = locate_zone(text(args[1]))->get_info(sys_seconds{seconds(utc)});
        return localTime(utc + info.offset.count());
    } catch (const std::runtime_error&) {
        return fail("unknown time zone " + text(args[1]));
    }
}

template <std::int64_t (*part)(const LocalTime&)> ValueResult partOf(Args args) {
    const auto time = timeAt(args);
    return time ? ValueResult(part(*time)) : std::unexpected(time.error());
}

std::int64_t yearOf(const LocalTime& t) {
    return static_cast<int>(t.date.year());
}
std::int64_t monthOf(const LocalTime& t) {
    return static_cast<unsigned>(t.date.month()) - std::int64_t(1);
}
std::int64_t dateOf(const LocalTime& t) {
    return static_cast<unsigned>(t.date.day());
}
std::int64_t dayOfMonth(const LocalTime& t) {
    return dateOf(t) - 1;
}
std::int64_t dayOfWeek(const LocalTime& t) {
    return t.day.c_encoding();
}
std::int64_t dayOfYear(const LocalTime& t) {
    return (sys_days(t.date) - sys_days(t.date.year() / January / 1)).count();
}
std::int64_t hourOf(const LocalTime& t) {
    return t.clock.hours().count();
}
std::int64_t minuteOf(const LocalTime& t) {
    return t.clock.minutes().count();
}
std::int64_t secondOf(const LocalTime& t) {
    return t.clock.seconds().count();
}

template <std::int64_t unit> ValueResult wholeUnits(Args args) {
    return args[0].as<Duration>().nanos / unit;
}

} // namespace

std::span<const FunctionRow> timeFunctions() {
    static const std::vector<FunctionRow> rows{
        {"timestamp.getFullYear(): int", partOf<yearOf>},
        {"timestamp.getFullYear(string): int", partOf<yearOf>},
        {"timestamp.getMonth(): int", partOf<monthOf>},
        {"timestamp.getMonth(string): int", partOf<monthOf>},
        {"timestamp.getDate(): int", partOf<dateOf>},
        {"timestamp.getDate(string): int", partOf<dateOf>},
        {"timestamp.getDayOfMonth(): int", partOf<dayOfMonth>},
        {"timestamp.getDayOfMonth(string): int", partOf<dayOfMonth>},
        {"timestamp.getDayOfWeek(): int", partOf<dayOfWeek>},
        {"timestamp.getDayOfWeek(string): int", partOf<dayOfWeek>},
        {"timestamp.getDayOfYear(): int", partOf<dayOfYear>},
        {"timestamp.getDayOfYear(string): int", partOf<dayOfYear>},
        {"timestamp.getHours(): int", partOf<hourOf>},
        {"timestamp.getHours(string): int", partOf<hourOf>},
        {"timestamp.getMinutes(): int", partOf<minuteOf>},
        {"timestamp.getMinutes(string): int", partOf<minuteOf>},
        {"timestamp.getSeconds(): int", partOf<secondOf>},
        {"timestamp.getSeconds(string): int", partOf<secondOf>},
        {"timestamp.getMilliseconds(): int",
         [](Args a) -> ValueResult { return std::int64_t(a[0].as<Timestamp>().nanos / 1'000'000); }},
        {"timestamp.getMilliseconds(string): int",
         [](Args a) -> ValueResult { return std::int64_t(a[0].as<Timestamp>().nanos / 1'000'000); }},
        {"duration.getHours(): int", wholeUnits<3'600'000'000'000>},
        {"duration.getMinutes(): int", wholeUnits<60'000'000'000>},
        {"duration.getSeconds(): int", wholeUnits<1'000'000'000>},
        {"duration.getMilliseconds(): int",
         [](Args a) -> ValueResult { return a[0].as<Duration>().nanos / 1'000'000 % 1000; }},
    };
    return rows;
}

} // namespace slipway::api::cel
