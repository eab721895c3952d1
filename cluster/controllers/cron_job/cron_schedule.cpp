#include "cluster/controllers/cron_job/cron_schedule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <span>

namespace slipway::controllers {

namespace chrono = std::chrono;

namespace {

constexpr std::array<std::string_view, 12> monthNames = {"jan", "feb", "mar", "apr", "may", "jun",
                                                         "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> dayNames = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/// What a field may hold.
struct Range {
    int least, most;
    std::span<const std::string_view> names;
    int firstName;
};

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<int> valueOf(std::string_view text, const Range& range) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (const auto found = std::ranges::find(range.names, lower); found != range.names.end())
        return range.firstName + static_cast<int>(found - range.names.begin());
    return number(text);
}

/// One word between commas: "*", "*/5", "3", "1-5", "1-5/2", "3/10". False when it is not understood.
template <std::size_t N> bool readWord(std::string_view word, const Range& range, std::bitset<N>& out, bool& any) {
    const std::size_t slash = word.find('/');
    const std::string_view base = word.substr(0, slash);
    int step = 1, first = range.least, last = range.most;
    if (slash != std::string_view::npos) {
        const auto given = number(word.substr(slash + 1));
        if (!given || *given <= 0)
            return false;
        step = *given;
    }
    if (base == "*" || base == "?") {
        any = any || step == 1;
    } else {
        const std::size_t dash = base.find('-');
        const auto from = valueOf(base.substr(0, dash), range);
        const auto to = dash == std::string_view::npos ? from : valueOf(base.substr(dash + 1), range);
        if (!from || !to || *from > *to || *from < range.least || *to > range.most)
            return false;
        first = *from;
        last = dash == std::string_view::npos && slash != std::string_view::npos ? range.most : *to;
    }
    for (int value = first; value <= last; value += step)
        out.set(static_cast<std::size_t>(value) % N);
    return true;
}

template <std::size_t N> bool readField(std::string_view text, const Range& range, std::bitset<N>& out, bool& any) {
    any = false;
    while (true) {
        const std::size_t comma = text.find(',');
        if (!readWord(text.substr(0, comma), range, out, any))
            return false;
        if (comma == std::string_view::npos)
            return true;
        text.remove_prefix(comma + 1);
    }
}

std::string_view shorthand(std::string_view name) {
    if (name == "@yearly" || name == "@annually")
        return "0 0 1 1 *";
    if (name == "@monthly")
        return "0 0 1 * *";
    if (name == "@weekly")
        return "0 0 * * 0";
    if (name == "@daily" || name == "@midnight")
        return "0 0 * * *";
    return name == "@hourly" ? "0 * * * *" : std::string_view();
}

/// "1h30m", "90s": at least a second; nothing for anything else.
std::optional<chrono::seconds> readDuration(std::string_view text) {
    chrono::seconds total(0);
    while (!text.empty()) {
        const std::size_t unit = text.find_first_not_of("0123456789");
        if (unit == 0 || unit == std::string_view::npos)
            return {};
        const auto amount = number(text.substr(0, unit));
        const char name = text[unit];
        if (!amount || (name != 'h' && name != 'm' && name != 's'))
            return {};
        total += chrono::seconds(*amount) * (name == 'h' ? 3600 : name == 'm' ? 60 : 1);
        text.remove_prefix(unit + 1);
    }
    return total.count() > 0 ? std::optional(total) : std::nullopt;
}

} // namespace

std::expected<CronSchedule, std::string> CronSchedule::parse(std::string_view text) {
    CronSchedule schedule;
    if (text.starts_with("@every ")) {
        const auto every = readDuration(text.substr(7));
        if (!every)
            return std::unexpected(std::format("failed to parse duration {}", text));
        schedule.every_ = *every;
        return schedule;
    }
    const std::string given(text);
    if (text.starts_with("@")) {
        text = shorthand(text);
        if (text.empty())
            return std::unexpected("unrecognized descriptor: " + given);
    }
    std::vector<std::string_view> fields;
    while (true) {
        const std::size_t begin = text.find_first_not_of(" \t");
        if (begin == std::string_view::npos)
            break;
        text.remove_prefix(begin);
        const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
        fields.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    if (fields.size() != 5)
        return std::unexpected(std::format("expected exactly 5 fields, found {}: [{}]", fields.size(), given));
    bool any = false;
    std::bitset<8> weekdays; // Sunday may be 7
    const bool read = readField(fields[0], {0, 59, {}, 0}, schedule.minutes_, any) &&
                      readField(fields[1], {0, 23, {}, 0}, schedule.hours_, any) &&
                      readField(fields[2], {1, 31, {}, 0}, schedule.days_, schedule.anyDay_) &&
                      readField(fields[3], {1, 12, monthNames, 1}, schedule.months_, any) &&
                      readField(fields[4], {0, 7, dayNames, 0}, weekdays, schedule.anyWeekday_);
    if (!read)
        return std::unexpected("failed to parse: " + given);
    for (std::size_t day = 0; day < 8; ++day)
        if (weekdays[day])
            schedule.weekdays_.set(day % 7);
    return schedule;
}

bool CronSchedule::dayMatches(chrono::year_month_day day) const {
    const bool dayFits = days_[static_cast<unsigned>(day.day())];
    const bool weekdayFits = weekdays_[chrono::weekday(chrono::sys_days(day)).c_encoding()];
    // Both fields given: either is enough (crontab(5)).
    return anyDay_ || anyWeekday_ ? dayFits && weekdayFits : dayFits || weekdayFits;
}

std::optional<chrono::sys_seconds> CronSchedule::next(chrono::sys_seconds after, const chrono::time_zone& zone) const {
    if (every_.count() > 0)
        return after + every_;
    const chrono::local_seconds start = chrono::floor<chrono::minutes>(zone.to_local(after)) + chrono::minutes(1);
    const chrono::local_days firstDay = chrono::floor<chrono::days>(start);
    for (chrono::local_days day = firstDay; day < firstDay + chrono::days(5 * 366); day += chrono::days(1)) {
        const chrono::year_month_day date(day);
        if (!months_[static_cast<unsigned>(date.month())] || !dayMatches(date))
            continue;
        for (unsigned hour = 0; hour < 24; ++hour) {
            if (!hours_[hour])
                continue;
            for (unsigned minute = 0; minute < 60; ++minute) {
                const chrono::local_seconds at = day + chrono::hours(hour) + chrono::minutes(minute);
                if (!minutes_[minute] || at < start)
                    continue;
                const auto info = zone.get_info(at);
                if (info.result == chrono::local_info::nonexistent) // skipped when the clock goes forward
                    continue;
                const auto moment = zone.to_sys(at, chrono::choose::earliest);
                if (moment > after)
                    return moment;
            }
        }
    }
    return {};
}

} // namespace slipway::controllers
