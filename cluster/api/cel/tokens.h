#pragma once

#include "cluster/api/json.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api::cel {

enum class TokenKind { name, number, text, sign, end };

struct Token {
    TokenKind kind;
    std::string text; ///< a name or a sign
    Json value;       ///< of a number or text
    std::size_t at = 0;
};

/// Splits an expression; the last token is the end. The error says where and why.
std::expected<std::vector<Token>, std::string> tokenize(std::string_view text);

} // namespace slipway::api::cel
