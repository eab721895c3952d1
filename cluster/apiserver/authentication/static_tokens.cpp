#include "cluster/apiserver/authentication/static_tokens.h"

#include <format>

namespace slipway::apiserver::authentication {
namespace {

/// One line of comma-separated values with optional double quotes (RFC 4180).
std::vector<std::string> cells(std::string_view line) {
    std::vector<std::string> list(1);
    bool quotes = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quotes && i + 1 < line.size() && line[i + 1] == '"')
            list.back() += line[++i];
        else if (c == '"')
            quotes = !quotes;
        else if (c == ',' && !quotes)
            list.emplace_back();
        else if (list.back().empty() && !quotes && c == ' ')
            continue;
        else
            list.back() += c;
    }
    return list;
}

} // namespace

bool sameSecret(std::string_view a, std::string_view b) {
    unsigned char difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference |= static_cast<unsigned char>(a[i] ^ (b.empty() ? 0 : b[i % b.size()]));
    return difference == 0;
}

std::expected<StaticTokens, std::string> StaticTokens::parse(std::string_view text) {
    StaticTokens tokens;
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with('#'))
            continue;
        const auto list = cells(line);
        if (list.size() < 3 || list[0].empty() || list[1].empty())
            return std::unexpected(std::format("line {}: at least token, user and uid are needed", number));
        User user;
        user.name = list[1];
        user.uid = list[2];
        user.groups.clear();
        if (list.size() > 3)
            for (const std::string& group : cells(list[3]))
                if (!group.empty())
                    user.groups.push_back(group);
        user.groups.emplace_back("system:authenticated");
        tokens.users_.emplace_back(list[0], std::move(user));
    }
    return tokens;
}

std::optional<User> StaticTokens::find(std::string_view token) const {
    std::optional<User> found;
    for (const auto& [known, user] : users_)
        if (sameSecret(token, known))
            found = user;
    return found;
}

} // namespace slipway::apiserver::authentication
