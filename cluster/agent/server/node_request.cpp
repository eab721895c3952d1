#include "cluster/agent/server/node_request.h"

#include <charconv>

namespace slipway::agent {
namespace {

std::optional<std::string> decode(std::string_view text, bool plusIsSpace) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plusIsSpace) {
            result += ' ';
            continue;
        }
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        unsigned byte = 0;
        if (i + 2 >= text.size())
            return std::nullopt;
        const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
        if (error != std::errc() || end != text.data() + i + 3)
            return std::nullopt;
        result += static_cast<char>(byte);
        i += 2;
    }
    return result;
}

std::optional<std::int64_t> queryNumber(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace

std::string Target::value(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

bool Target::flag(const std::string& name) const {
    const std::string text = value(name);
    return text == "true" || text == "1" || text == "True" || text == "t";
}

std::vector<std::string> Target::values(const std::string& name) const {
    std::vector<std::string> result;
    for (auto [it, end] = query.equal_range(name); it != end; ++it)
        result.push_back(it->second);
    return result;
}

std::optional<Target> parseTarget(std::string_view target) {
    Target result;
    const std::size_t question = target.find('?');
    const std::string_view path = target.substr(0, question);
    for (std::size_t begin = 1; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        auto part = decode(path.substr(begin, end - begin), false);
        if (!part)
            return std::nullopt;
        if (!part->empty())
            result.path.push_back(std::move(*part));
        begin = end + 1;
    }
    if (question == std::string_view::npos)
        return result;
    const std::string_view query = target.substr(question + 1);
    for (std::size_t begin = 0; begin < query.size();) {
        const std::size_t end = std::min(query.find('&', begin), query.size());
        const std::string_view pair = query.substr(begin, end - begin);
        const std::size_t equals = pair.find('=');
        auto name = decode(pair.substr(0, equals), true);
        std::optional<std::string> value =
            equals == std::string_view::npos ? std::string() : decode(pair.substr(equals + 1), true);
        if (!name || !value)
            return std::nullopt;
        if (!name->empty())
            result.query.emplace(std::move(*name), std::move(*value));
        begin = end + 1;
    }
    return result;
}

std::expected<LogOptions, std::string> logOptions(const Target& target, base::Time now) {
    LogOptions options;
    options.follow = target.flag("follow");
    options.timestamps = target.flag("timestamps");
    if (const std::string text = target.value("tailLines"); !text.empty() && !(options.tailLines = queryNumber(text)))
        return std::unexpected("tailLines is not a number");
    if (options.tailLines && *options.tailLines < 0)
        return std::unexpected("tailLines must be greater than or equal to 0");
    if (const std::string text = target.value("limitBytes"); !text.empty()) {
        options.limitBytes = queryNumber(text);
        if (!options.limitBytes || *options.limitBytes < 1)
            return std::unexpected("limitBytes must be greater than 0");
    }
    if (const std::string text = target.value("sinceSeconds"); !text.empty()) {
        const auto seconds = queryNumber(text);
        if (!seconds || *seconds < 1)
            return std::unexpected("sinceSeconds must be greater than 0");
        options.since = now - std::chrono::seconds(*seconds);
    }
    if (const std::string text = target.value("sinceTime"); !text.empty() && !(options.since = base::parseTime(text)))
        return std::unexpected("sinceTime is not a time");
    return options;
}

} // namespace slipway::agent
