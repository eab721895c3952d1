#pragma once

#include <bitset>
#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::controllers {

/// A schedule in cron's five fields (minute, hour, day of month, month, day of week; lists, ranges, steps, names), or
/// one of @yearly @annually @monthly @weekly @daily @midnight @hourly @every DURATION. Immutable.
class CronSchedule {
public:
    /// The error says which part is not understood.
    static std::expected<CronSchedule, std::string> parse(std::string_view text);

    /// The first time after @p after, on the clock of @p zone; nothing within five years.
    std::optional<std::chrono::sys_seconds> next(std::chrono::sys_seconds after,
                                                 const std::chrono::time_zone& zone) const;

private:
    bool dayMatches(std::chrono::year_month_day day) const;

    std::bitset<60> minutes_;
    std::bitset<24> hours_;
    std::bitset<32> days_;
    std::bitset<13> months_;
    std::bitset<7> weekdays_;
    bool anyDay_ = true, anyWeekday_ = true;
    std::chrono::seconds every_{0};
};

} // namespace slipway::controllers
