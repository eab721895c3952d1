#include "cluster/api/cel/checker.h"
#include "cluster/api/cel/functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slipway::api::cel {
namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
    return a > most - b ? most : a + b;
}
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
    std::uint64_t out = 0;
    return __builtin_mul_overflow(a, b, &out) ? most : out;
}
std::uint64_t part(std::uint64_t size, double factor) {
    const double cost = std::ceil(static_cast<double>(size) * factor);
    return cost >= 1.8e19 ? most : static_cast<std::uint64_t>(cost);
}

/// The sizes of what a list or map holds, where they are known.
struct Entries {
    std::uint64_t keys = 1, values = most;
};

/// What is known of a node: what it costs, how large its value is at most, and how large what is in it.
struct Estimate {
    std::uint64_t cost = 0, size = most;
    std::optional<Entries> entries = {};
};

bool isScalar(const Type& type) {
    switch (type.kind) {
    case Kind::bool_:
    case Kind::int_:
    case Kind::uint:
    case Kind::double_:
    case Kind::timestamp:
    case Kind::duration:
    case Kind::type:
        return true;
    case Kind::optional:
        return isScalar(*type.args[0]);
    default:
        return false;
    }
}

/// By the bounds a type was declared with.
std::uint64_t sizeOf(const TypePointer& type) {
    if (type == nullptr)
        return most;
    return type->bounded ? type->maxElements : isScalar(*type) ? 1 : most;
}

std::uint64_t literalSize(const Value& value) {
    return value.size();
}

class Estimator {
public:
    Estimate of(const Node& node) {
        switch (node.kind) {
        case NodeKind::literal:
            return {0, literalSize(node.value)};
        case NodeKind::name:
            return name(node);
        case NodeKind::test:
            return {of(*node.args[0]).cost, 1};
        case NodeKind::select: {
            const Kind owner = node.args[0]->type == nullptr ? Kind::dyn : node.args[0]->type->kind;
            const bool charged = owner == Kind::map || owner == Kind::object;
            return {plus(of(*node.args[0]).cost, charged ? 1 : 0), sizeOf(node.type)};
        }
        case NodeKind::list:
            return list(node);
        case NodeKind::object:
            return object(node);
        case NodeKind::logical:
            return {plus(of(*node.args[0]).cost, of(*node.args[1]).cost), 1};
        case NodeKind::condition:
            return condition(node);
        case NodeKind::call:
        case NodeKind::method:
            return call(node);
        case NodeKind::comprehension:
            return comprehension(node);
        }
        return {};
    }

private:
    Estimate name(const Node& node) const {
        for (auto bound = bound_.rbegin(); bound != bound_.rend(); ++bound)
            if (bound->first == node.text) {
                Estimate known = bound->second;
                known.cost = 1;
                return known;
            }
        return {1, sizeOf(node.type)};
    }

    Estimate list(const Node& node) {
        Estimate all{10, node.args.size(), Entries{1, 0}};
        for (const NodePointer& arg : node.args) {
            const Estimate item = of(*arg);
            all.cost = plus(all.cost, item.cost);
            all.entries->values = std::max(all.entries->values, item.size);
        }
        return all;
    }

    Estimate object(const Node& node) {
        Estimate all{30, node.args.size() / 2, Entries{0, 0}};
        for (std::size_t i = 0; i < node.args.size(); ++i) {
            const Estimate item = of(*node.args[i]);
            all.cost = plus(all.cost, item.cost);
            std::uint64_t& size = i % 2 == 0 ? all.entries->keys : all.entries->values;
            size = std::max(size, item.size);
        }
        return all;
    }

    Estimate condition(const Node& node) {
        const Estimate test = of(*node.args[0]), yes = of(*node.args[1]), no = of(*node.args[2]);
        Estimate result{plus(test.cost, std::max(yes.cost, no.cost)), std::max(yes.size, no.size)};
        if (yes.entries && no.entries)
            result.entries = Entries{std::max(yes.entries->keys, no.entries->keys),
                                     std::max(yes.entries->values, no.entries->values)};
        return result;
    }

    Estimate call(const Node& node) {
        std::vector<Estimate> args;
        std::uint64_t cost = 0;
        for (const NodePointer& arg : node.args) {
            args.push_back(of(*arg));
            cost = plus(cost, args.back().cost);
        }
        if (node.text == "dyn")
            return {plus(cost, 1), args[0].size, args[0].entries};
        Estimate result{0, sizeOf(node.type)};
        std::uint64_t dearest = 0;
        for (const Function* function : node.overloads) {
            const Estimate one = callOf(*function, node, args);
            dearest = std::max(dearest, one.cost);
            if (one.size != most && (result.size == most || one.size > result.size))
                result.size = one.size;
            if (one.entries)
                result.entries = one.entries;
        }
        if (node.text == "string" && result.size == most && args[0].size == 1)
            result.size = 64; // a number, a truth value or a time in digits
        result.cost = plus(cost, dearest);
        return result;
    }

    /// Of an item of the list at @p arg.
    static std::uint64_t itemSize(const Node& node, const std::vector<Estimate>& args, std::size_t arg) {
        if (args[arg].entries)
            return args[arg].entries->values;
        const TypePointer& type = node.args[arg]->type;
        return type == nullptr || type->args.empty() ? most : sizeOf(type->args[0]);
    }

    static Estimate callOf(const Function& function, const Node& node, const std::vector<Estimate>& args) {
        const auto size = [&](std::size_t i) { return i < args.size() ? args[i].size : 1; };
        const std::uint64_t own = sizeOf(node.type);
        switch (function.cost) {
        case Cost::one:
            return constantCall(function, node, args);
        case Cost::traversal:
            return {part(size(0), 0.1), own == most && node.type->kind == Kind::string ? size(0) : own};
        case Cost::twoTraversals:
            return {part(size(0), 0.2), function.name == "replace" ? replacedSize(node, args) : size(0)};
        case Cost::secondTraversal:
            return {part(size(1), 0.1), own};
        case Cost::product:
            return {times(part(size(0), 0.1), part(size(1), 0.1)), own};
        case Cost::pattern:
            return {times(part(plus(size(0), 1), 0.1), part(size(1), 0.25)), own == most ? size(0) : own};
        case Cost::items:
            return {size(1), own};
        case Cost::itemsOfFirst: {
            if (node.args[0]->type->kind == Kind::string)
                return {part(size(0), 0.1), own};
            const Type& list = *node.args[0]->type;
            const bool texts =
                !list.args.empty() && (list.args[0]->kind == Kind::string || list.args[0]->kind == Kind::bytes);
            return {times(size(0), plus(1, texts ? part(itemSize(node, args, 0), 0.1) : 0)), own};
        }
        case Cost::smaller:
            return {part(std::min(size(0), size(1)), 0.1), own};
        case Cost::sum:
            return {part(plus(size(0), size(1)), 0.1), plus(size(0), size(1))};
        case Cost::result: {
            std::uint64_t joined = times(size(0), itemSize(node, args, 0));
            if (args.size() > 1)
                joined = plus(joined, times(size(1), size(0) > 0 ? size(0) - 1 : 0));
            return {part(joined, 0.1), joined};
        }
        case Cost::network:
            return {plus(4, args.size() > 1 && node.args[1]->type->kind == Kind::string ? part(size(1), 0.1) : 0), own};
        case Cost::crossProduct:
            return {times(size(0), size(1)), own};
        case Cost::authorization:
            return {350'000, own};
        }
        return {1, own};
    }

    static Estimate constantCall(const Function& function, const Node& node, const std::vector<Estimate>& args) {
        Estimate result{1, sizeOf(node.type)};
        if (function.name == "_+_" && node.type->kind == Kind::list) {
            result.size = plus(args[0].size, args[1].size);
            if (args[0].entries && args[1].entries)
                result.entries = Entries{1, std::max(args[0].entries->values, args[1].entries->values)};
        } else if (function.name == "_[_]" && args[0].entries && result.size == most) {
            result.size = args[0].entries->values;
        }
        return result;
    }

    static std::uint64_t replacedSize(const Node& node, const std::vector<Estimate>& args) {
        if (args.size() < 3)
            return most;
        // Only of a literal is it known that it is not empty, and stands in no more than so many places.
        const bool literal = node.args[1]->kind == NodeKind::literal;
        const std::uint64_t whole = args[0].size, from = literal ? args[1].size : 0, to = args[2].size;
        if (from == 0)
            return plus(times(plus(whole, 1), to), whole);
        return to <= from ? whole : times(part(whole, 1.0 / static_cast<double>(from)), to);
    }

    Estimate ofItem(const Node& range, const Estimate& known, bool key) {
        const TypePointer& type = range.type;
        const bool list = type == nullptr || type->kind == Kind::list;
        const bool first = key && !list;
        Estimate item{1, most};
        if (known.entries)
            item.size = first ? known.entries->keys : known.entries->values;
        if (type != nullptr && !type->args.empty())
            if (const std::uint64_t declared = sizeOf(type->args[!list && !key ? 1 : 0]); declared != most)
                item.size = declared;
        return item;
    }

    Estimate comprehension(const Node& node) {
        const Node& range = *node.args[0];
        const Estimate over = of(range);
        const bool optional = node.text.starts_with("opt");
        if (optional) {
            bound_.emplace_back(node.variables[0], Estimate{1, sizeOf(range.type != nullptr && !range.type->args.empty()
                                                                          ? range.type->args[0]
                                                                          : nullptr)});
        } else if (node.variables.size() == 2) {
            const bool list = range.type != nullptr && range.type->kind == Kind::list;
            bound_.emplace_back(node.variables[0], list ? Estimate{1, 1} : ofItem(range, over, true));
            bound_.emplace_back(node.variables[1], ofItem(range, over, false));
        } else {
            bound_.emplace_back(node.variables[0], ofItem(range, over, true));
        }
        const Estimate body = of(*node.args.back());
        const std::uint64_t filter = node.args.size() == 3 ? of(*node.args[1]).cost : 0;
        bound_.resize(bound_.size() - node.variables.size());
        if (optional)
            return {plus(over.cost, plus(body.cost, 3)), body.size, body.entries};
        return loopOf(node, over, plus(body.cost, filter), body);
    }

    /// The cost of the loop a macro stands for: its condition, its step, and its result.
    static Estimate loopOf(const Node& node, const Estimate& over, std::uint64_t inside, const Estimate& body) {
        const std::string& macro = node.text;
        const bool gathers = macro == "map" || macro == "transformList";
        const bool maps = macro.starts_with("transformMap");
        const std::uint64_t fixed = macro == "all"      ? 3
                                    : macro == "exists" ? 4
                                    : macro == "filter" ? 13
                                    : gathers           ? 12
                                    : maps              ? 2
                                                        : 2;
        const std::uint64_t around = macro == "exists_one" || macro == "existsOne" ? 2
                                     : gathers || macro == "filter"                ? 11
                                     : maps                                        ? 31
                                                                                   : 1;
        Estimate result{plus(plus(over.cost, around), times(over.size, plus(fixed, inside))), 1};
        if (gathers || maps || macro == "filter") {
            result.size = over.size;
            if (gathers)
                result.entries = Entries{1, body.size};
            else if (macro == "filter")
                result.entries = over.entries;
        }
        return result;
    }

    std::vector<std::pair<std::string, Estimate>> bound_;
};

} // namespace

std::uint64_t estimateCost(const Node& root) {
    return Estimator().of(root).cost;
}

} // namespace slipway::api::cel
