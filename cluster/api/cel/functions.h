#pragma once

#include "cluster/api/cel/value.h"

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The functions expressions may call. Private to this folder.
namespace slipway::api::cel {

using ValueResult = std::expected<Value, std::string>;
using Args = std::span<const Value>;

/// What a call costs, in the units of KEP-2876: by the sizes of its arguments and result.
enum class Cost {
    one,
    traversal,       ///< a tenth of the first argument's size
    twoTraversals,   ///< and as much for the result
    secondTraversal, ///< a tenth of the second argument's size
    product,         ///< of the tenths of two texts
    pattern,         ///< a text against a regular expression
    items,           ///< one for each item of the second argument
    itemsOfFirst,    ///< one for each item of the first, and its traversal
    smaller,         ///< a tenth of the smaller of two
    sum,             ///< a tenth of both
    result,          ///< two tenths of the result
    network,         ///< comparing addresses
    crossProduct,    ///< of the items of two lists
    authorization    ///< so dear that an expression can do two
};

/// A row of a table of functions. The signature says name, receiver or namespace, parameters and result:
/// "string.contains(string): bool", "sets.contains(list(A), list(A)): bool", "_+_(int, int): int".
struct FunctionRow {
    std::string_view signature;
    ValueResult (*call)(Args args); ///< its arguments are of the kinds the signature says
    Cost cost = Cost::one;
};

/// One overload.
struct Function {
    std::string name;
    bool member = false;             ///< called on its first parameter
    std::vector<TypePointer> params; ///< the receiver first
    TypePointer result;
    ValueResult (*call)(Args args) = nullptr;
    Cost cost = Cost::one;

    bool accepts(Args args) const;
};

/// All overloads of that name, of methods and functions alike.
std::span<const Function> functionsNamed(std::string_view name);

std::span<const FunctionRow> operatorFunctions();
std::span<const FunctionRow> conversionFunctions();
std::span<const FunctionRow> timeFunctions();
std::span<const FunctionRow> textFunctions();
std::span<const FunctionRow> listFunctions();
std::span<const FunctionRow> optionalFunctions();
std::span<const FunctionRow> addressFunctions();
std::span<const FunctionRow> urlFunctions();
std::span<const FunctionRow> quantityFunctions();
std::span<const FunctionRow> semverFunctions();
std::span<const FunctionRow> formatFunctions();
std::span<const FunctionRow> authorizerFunctions();

/// What a call cost, by what was given and what came of it.
std::uint64_t callCost(Cost cost, Args args, const Value& result);

inline std::unexpected<std::string> fail(std::string message) {
    return std::unexpected(std::move(message));
}
inline const std::string& text(const Value& value) {
    return value.as<std::string>();
}

} // namespace slipway::api::cel
