#include "cluster/apiserver/http/date.h"

#include <array>
#include <ctime>
#include <format>

namespace slipway::apiserver {

const std::string& httpDate() {
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    thread_local std::time_t madeFor = 0;
    thread_local std::string text;
    if (const std::time_t now = std::time(nullptr); now != madeFor) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        text = std::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days.at(static_cast<std::size_t>(parts.tm_wday)),
                           parts.tm_mday, months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900,
                           parts.tm_hour, parts.tm_min, parts.tm_sec);
        madeFor = now;
    }
    return text;
}

} // namespace slipway::apiserver
