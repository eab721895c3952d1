#pragma once

#include "cluster/api/cel/node.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api::cel {

enum class TokenKind { name, quotedName, literal, sign, end };

struct Token {
    TokenKind kind;
    std::string text; ///< a name or a sign; of a literal, as it was written
    Value value;      ///< of a literal
    std::size_t at = 0;
};

/// Splits an expression; the last token is the end. The error says where and why.
std::expected<std::vector<Token>, Problem> tokenize(std::string_view text);

} // namespace slipway::api::cel
