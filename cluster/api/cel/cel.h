#pragma once

#include "cluster/api/cel/value.h"
#include "cluster/api/json.h"

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>

/// The Common Expression Language (https://github.com/google/cel-spec) with the libraries Kubernetes v1.34 gives it:
/// strings, lists, sets, regular expressions, URLs, IP addresses and CIDRs, quantities, semantic versions, named
/// formats, the authorizer, optional values and comprehensions of two variables. Admission policies, match conditions
/// and the rules of custom resources are written in it.
namespace slipway::api::cel {

struct Node;

/// How much evaluating may cost, and what it did (KEP-2876's units).
struct Budget {
    static constexpr std::uint64_t perExpression = 1'000'000, perObject = 10'000'000;
    std::uint64_t limit = perExpression;
    std::uint64_t used = 0;
};

/// An expression. Immutable; thread-safe.
class Expression {
public:
    /// Reads an expression whose variables are of no known type. The error is as compilers print it: what, where, and
    /// the line with a mark below it.
    static std::expected<Expression, std::string> parse(std::string_view text);

    using Types = std::map<std::string, TypePointer, std::less<>>;
    /// Reads and checks an expression of these variables: that each name, field and function is there, and that
    /// arguments fit.
    static std::expected<Expression, std::string> compile(std::string_view text, const Types& variables);

    using Variables = std::map<std::string, Value, std::less<>>;
    /// The value under these variables. Errors: CEL's ("no such key: x", "no such overload"), or that it cost too much.
    std::expected<Value, std::string> evaluate(const Variables& variables, Budget& budget) const;
    /// The same with a budget of its own, as JSON.
    std::expected<Json, std::string> evaluate(const Variables& variables) const;

    /// Of a compiled expression: what it is, and what evaluating costs at most by the bounds of the variables' types.
    const Type& type() const;
    std::uint64_t estimatedCost() const;
    /// Whether a variable is named anywhere.
    bool mentions(std::string_view variable) const;

private:
    std::shared_ptr<const Node> root_;
};

} // namespace slipway::api::cel
