#pragma once

#include "cluster/api/json.h"

#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>

/// The Common Expression Language (https://github.com/google/cel-spec) over JSON values, as admission policies and
/// match conditions use it: operators, field selection, macros (has, all, exists, exists_one, map, filter) and the
/// functions Kubernetes adds for texts and lists. Left out: durations, timestamps and bytes as types of their own,
/// optionals.
namespace slipway::api::cel {

struct Node;

/// A parsed expression. Immutable; thread-safe.
class Expression {
public:
    /// The error says where the text is not understood.
    static std::expected<Expression, std::string> parse(std::string_view text);

    using Variables = std::map<std::string, Json, std::less<>>;
    /// The value under these variables. Errors: CEL's ("no such key: x", "no such overload"), or that it took too long.
    std::expected<Json, std::string> evaluate(const Variables& variables) const;

private:
    std::shared_ptr<const Node> root_;
};

} // namespace slipway::api::cel
