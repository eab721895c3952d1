#pragma once

#include "cluster/api/json.h"

#include <memory>
#include <string>
#include <vector>

/// The syntax tree of an expression. Private to this folder.
namespace slipway::api::cel {

enum class NodeKind {
    literal,
    name,     ///< a variable
    select,   ///< args[0].text
    index,    ///< args[0][args[1]]
    list,     ///< [args...]
    object,   ///< {args[0]: args[1], ...}
    call,     ///< text(args...)
    method,   ///< args[0].text(args[1]...)
    unary,    ///< text: "!" or "-"
    binary,   ///< text: the operator
    condition ///< args[0] ? args[1] : args[2]
};

struct Node {
    NodeKind kind;
    std::string text;
    Json value; ///< of a literal
    std::vector<std::shared_ptr<const Node>> args;
};

using NodePointer = std::shared_ptr<const Node>;

} // namespace slipway::api::cel
