#pragma once

#include "cluster/api/schema.h"

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api::cel {

struct Type;
using TypePointer = std::shared_ptr<const Type>;

enum class Kind {
    dyn, ///< known when the expression is evaluated
    null,
    bool_,
    int_,
    uint,
    double_,
    string,
    bytes,
    timestamp,
    duration,
    list,     ///< args: of the items
    map,      ///< args: of keys and values
    object,   ///< named fields
    optional, ///< args: of the value
    type,     ///< args: the type it names
    opaque,   ///< of Kubernetes' libraries: "net.IP", "kubernetes.Quantity", ...
    parameter ///< of a function's signature
};

/// A static type. Immutable; thread-safe.
struct Type {
    static constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();

    Kind kind = Kind::dyn;
    std::string name; ///< of objects, opaque types and parameters
    std::vector<TypePointer> args = {};
    std::map<std::string, TypePointer, std::less<>> fields = {}; ///< of an object, by their escaped names
    /// How many characters or items a value has at most: what costs are estimated with.
    std::uint64_t maxElements = unbounded;
    bool bounded = false;                ///< whether maxElements is known
    ListType listType = ListType::none_; ///< of a list: sets and maps are equal in any order
    std::vector<std::string> listKeys = {};
};

/// A type without arguments.
TypePointer simple(Kind kind);
TypePointer listOf(TypePointer items);
TypePointer mapOf(TypePointer keys, TypePointer values);
TypePointer optionalOf(TypePointer value);
TypePointer typeOf(TypePointer named);
TypePointer opaque(std::string_view name);

/// As errors write it: "list(int)", "map(string, dyn)".
std::string printType(const Type& type);

/// What the parameters of a signature stand for in one call.
using Substitution = std::map<std::string, TypePointer, std::less<>>;
/// Whether a value of type @p actual may be given for @p formal; binds the parameters of @p formal.
bool assignable(const TypePointer& formal, const TypePointer& actual, Substitution& bound);
/// @p type with its parameters replaced; those not bound are dyn.
TypePointer substitute(const TypePointer& type, const Substitution& bound);
/// What values of either type are: the one both can be, else dyn.
TypePointer joined(const TypePointer& a, const TypePointer& b);

/// A field's name as expressions write it: "__dot__" for a dot and so on, "__namespace__" for a reserved word. Nothing
/// for a name that cannot be written. Source: Kubernetes' rules for property names in CEL.
std::string escapedName(std::string_view name);
std::string unescapedName(std::string_view name);

} // namespace slipway::api::cel
