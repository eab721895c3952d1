#include "cluster/controllers/job/job_indexes.h"

#include <charconv>
#include <optional>

namespace slipway::controllers {
namespace {

std::optional<int> jobIndex(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

} // namespace

std::set<int> parseIndexes(std::string_view text, int limit) {
    std::set<int> indexes;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view word = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
        const std::size_t dash = word.find('-');
        const auto first = jobIndex(word.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : jobIndex(word.substr(dash + 1));
        if (first && last)
            for (int i = *first; i <= *last && i < limit; ++i)
                indexes.insert(i);
    }
    return indexes;
}

std::string formatIndexes(const std::set<int>& indexes) {
    std::string text;
    for (auto it = indexes.begin(); it != indexes.end();) {
        const int first = *it;
        int last = first;
        for (++it; it != indexes.end() && *it == last + 1; ++it)
            last = *it;
        text += (text.empty() ? "" : ",") + std::to_string(first);
        if (last > first)
            text += (last == first + 1 ? "," : "-") + std::to_string(last);
    }
    return text;
}

} // namespace slipway::controllers
