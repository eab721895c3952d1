#pragma once

#include "cluster/apiserver/request.h"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::apiserver::authentication {

/// Tokens that live as long as the server, from a file of lines `token,user,uid,"group1,group2"`. Immutable.
class StaticTokens {
public:
    /// The error names the line, never its token.
    static std::expected<StaticTokens, std::string> parse(std::string_view text);

    std::optional<User> find(std::string_view token) const;

private:
    std::vector<std::pair<std::string, User>> users_;
};

/// Whether two secrets are equal, in a time that tells nothing about where they differ.
bool sameSecret(std::string_view a, std::string_view b);

} // namespace slipway::apiserver::authentication
