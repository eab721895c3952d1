#pragma once

#include "cluster/api/cel/value.h"

#include <memory>
#include <string>
#include <vector>

/// The syntax tree of an expression. Private to this folder.
namespace slipway::api::cel {

struct Function;

enum class NodeKind {
    literal,
    name,         ///< a variable
    select,       ///< args[0].text
    test,         ///< has(args[0].text)
    list,         ///< [args...]
    object,       ///< {args[0]: args[1], ...}
    call,         ///< text(args...); operators are calls of "_+_" and so on
    method,       ///< args[0].text(args[1]...)
    logical,      ///< text: "_&&_" or "_||_"
    condition,    ///< args[0] ? args[1] : args[2]
    comprehension ///< args[0].text(variables..., args[1]...): all, exists, map, ...
};

struct Node {
    NodeKind kind;
    std::string text = {};
    std::vector<std::shared_ptr<Node>> args = {};
    std::size_t at = 0; ///< bytes from the start of the expression
    Value value = {};   ///< of a literal
    std::vector<std::string> variables = {};
    std::vector<bool> optionals = {}; ///< which items (of a list) or entries (of an object) are optional

    // Set by the checker.
    TypePointer type = {};
    std::vector<const Function*> overloads = {}; ///< of a call
};

using NodePointer = std::shared_ptr<Node>;

/// What is wrong with an expression, and where.
struct Problem {
    std::size_t at = 0;
    std::string message;
};

/// As the field's compilers print it: "ERROR: <input>:1:5: undefined field 'z'", the line, and a mark below it.
std::string describe(std::string_view text, const Problem& problem);

} // namespace slipway::api::cel
