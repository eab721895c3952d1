#include "cluster/api/cel/macros.h"

#include "cluster/api/cel/functions.h"

#include <algorithm>
#include <array>

namespace slipway::api::cel {
namespace {

using Result = std::expected<NodePointer, Problem>;

struct Macro {
    std::string_view name;
    std::size_t variables;
    std::size_t least, most; ///< arguments behind the variables
};

/// all(x, test), all(i, x, test), map(x, value), map(x, test, value), ...: which it is follows from how many arguments
/// there are.
constexpr std::array<Macro, 15> macros{{{"all", 1, 1, 1},
                                        {"exists", 1, 1, 1},
                                        {"exists_one", 1, 1, 1},
                                        {"existsOne", 1, 1, 1},
                                        {"map", 1, 1, 2},
                                        {"filter", 1, 1, 1},
                                        {"all", 2, 1, 1},
                                        {"exists", 2, 1, 1},
                                        {"existsOne", 2, 1, 1},
                                        {"transformList", 2, 1, 2},
                                        {"transformMap", 2, 1, 2},
                                        {"transformMapEntry", 2, 1, 2},
                                        {"optMap", 1, 1, 1},
                                        {"optFlatMap", 1, 1, 1},
                                        {"exists_one", 2, 1, 1}}};

Result expandHas(const NodePointer& call) {
    if (call->args.size() != 1 || call->args[0]->kind != NodeKind::select)
        return std::unexpected(Problem{call->at, "invalid argument to has() macro"});
    auto test = std::make_shared<Node>(*call->args[0]);
    test->kind = NodeKind::test;
    test->at = call->at;
    return test;
}

/// "sets.contains" of the target and name of a method; empty when the target is no plain name.
std::string qualifiedName(const Node& target, std::string_view name) {
    if (target.kind == NodeKind::name)
        return target.text + "." + std::string(name);
    return {};
}

Result expandMacro(const NodePointer& call, const Macro& macro) {
    auto loop = std::make_shared<Node>(Node{NodeKind::comprehension, call->text, {call->args[0]}, call->at});
    for (std::size_t i = 1; i <= macro.variables; ++i) {
        const Node& variable = *call->args[i];
        if (variable.kind != NodeKind::name)
            return std::unexpected(Problem{variable.at, "argument must be a simple name"});
        loop->variables.push_back(variable.text);
    }
    loop->args.insert(loop->args.end(), call->args.begin() + static_cast<std::ptrdiff_t>(1 + macro.variables),
                      call->args.end());
    return loop;
}

} // namespace

Result expandCall(NodePointer call) {
    if (call->kind == NodeKind::call)
        return call->text == "has" ? expandHas(call) : call;
    if (std::string name = qualifiedName(*call->args[0], call->text); !functionsNamed(name).empty()) {
        call->kind = NodeKind::call;
        call->text = std::move(name);
        call->args.erase(call->args.begin());
        return call;
    }
    for (const Macro& macro : macros) {
        const std::size_t given = call->args.size() - 1;
        if (macro.name == call->text && given >= macro.variables + macro.least && given <= macro.variables + macro.most)
            return expandMacro(call, macro);
    }
    return call;
}

} // namespace slipway::api::cel
