#include "cluster/api/cron_syntax.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <format>
#include <vector>

namespace slipway::api {
namespace {

struct Bounds {
    int least, most;
    std::array<std::string_view, 12> names;
    int firstName;
};
constexpr std::array<Bounds, 5> fields{{
    {0, 59, {}, 0},
    {0, 23, {}, 0},
    {1, 31, {}, 0},
    {1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}, 1},
    {0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, 0},
}};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == text.npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> list;
    for (std::string_view word : split(text, ' '))
        if (!word.empty())
            list.push_back(word);
    return list;
}

using Problem = std::optional<std::string>;

Problem readNumber(std::string_view text, int& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return std::format("failed to parse int from {}: strconv.Atoi: parsing \"{}\": invalid syntax", text, text);
    if (number < 0)
        return std::format("negative number ({}) not allowed: {}", number, text);
    return {};
}

Problem readValue(std::string_view text, const Bounds& bounds, int& number) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto name = std::ranges::find(bounds.names, lower);
    if (!lower.empty() && name != bounds.names.end()) {
        number = bounds.firstName + int(name - bounds.names.begin());
        return {};
    }
    return readNumber(text, number);
}

Problem judgeRange(std::string_view text, const Bounds& bounds) {
    const auto parts = split(text, '/');
    const auto ends = split(parts[0], '-');
    int start = bounds.least, end = bounds.most, step = 1;
    const bool all = ends[0] == "*" || ends[0] == "?";
    if (!all) {
        if (auto problem = readValue(ends[0], bounds, start))
            return problem;
        end = start;
        if (ends.size() == 2)
            if (auto problem = readValue(ends[1], bounds, end))
                return problem;
        if (ends.size() > 2)
            return std::format("too many hyphens: {}", text);
    }
    if (parts.size() == 2) {
        if (auto problem = readNumber(parts[1], step))
            return problem;
        if (ends.size() == 1)
            end = bounds.most;
    } else if (parts.size() > 2) {
        return std::format("too many slashes: {}", text);
    }
    if (start < bounds.least)
        return std::format("beginning of range ({}) below minimum ({}): {}", start, bounds.least, text);
    if (end > bounds.most)
        return std::format("end of range ({}) above maximum ({}): {}", end, bounds.most, text);
    if (start > end)
        return std::format("beginning of range ({}) beyond end of range ({}): {}", start, end, text);
    if (step == 0)
        return std::format("step of range should be a positive number: {}", text);
    return {};
}

Problem judgeDescriptor(std::string_view text) {
    static constexpr std::array<std::string_view, 7> known{"@yearly", "@annually", "@monthly", "@weekly",
                                                           "@daily",  "@midnight", "@hourly"};
    if (std::ranges::find(known, text) != known.end())
        return {};
    constexpr std::string_view every = "@every ";
    if (!text.starts_with(every))
        return std::format("unrecognized descriptor: {}", text);
    const std::string_view duration = text.substr(every.size());
    const bool good = !duration.empty() && std::isdigit(static_cast<unsigned char>(duration.front())) &&
                      !std::isdigit(static_cast<unsigned char>(duration.back())) &&
                      duration.find_first_not_of("0123456789.hmsnuµ") == duration.npos;
    return good ? Problem() : std::format("failed to parse duration {}: time: invalid duration \"{}\"", text, duration);
}

} // namespace

std::optional<std::string> cronProblem(std::string_view text) {
    if (text.starts_with('@'))
        return judgeDescriptor(text);
    const auto list = words(text);
    if (list.size() != fields.size()) {
        std::string shown;
        for (std::string_view word : list)
            shown.append(shown.empty() ? "" : " ").append(word);
        return std::format("expected exactly 5 fields, found {}: [{}]", list.size(), shown);
    }
    for (std::size_t i = 0; i < fields.size(); ++i)
        for (std::string_view range : split(list[i], ','))
            if (auto problem = judgeRange(range, fields[i]))
                return problem;
    return {};
}

std::optional<std::string> timeZoneProblem(std::string_view text) {
    if (text.empty())
        return "timeZone must be nil or non-empty string";
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower == "local")
        return "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    try {
        std::chrono::locate_zone(text);
        return {};
    } catch (const std::runtime_error&) {
        return std::format("unknown time zone {}", text);
    }
}

} // namespace slipway::api
