#include "cluster/api/cel/evaluator.h"

#include <algorithm>
#include <format>

namespace slipway::api::cel {
namespace {

constexpr std::uint64_t listCost = 10, mapCost = 30;

std::unexpected<std::string> noOverload() {
    return fail("no such overload");
}
std::unexpected<std::string> noKey(std::string_view key) {
    return fail(std::format("no such key: {}", key));
}

/// The types that are values: "type(x) == string".
std::optional<Value> typeNamed(std::string_view name) {
    for (std::string_view known : {"int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type",
                                   "type", "google.protobuf.Timestamp", "google.protobuf.Duration", "net.IP",
                                   "net.CIDR", "kubernetes.Quantity", "kubernetes.URL"})
        if (name == known)
            return TypeName{std::string(name)};
    return std::nullopt;
}

/// One evaluation: the variables in scope and what it costs.
class Evaluation {
public:
    Evaluation(const Expression::Variables& variables, Budget& budget) : variables_(variables), budget_(budget) {}

    ValueResult of(const Node& node) {
        if (!charge(0))
            return spent();
        switch (node.kind) {
        case NodeKind::literal:
            return node.value;
        case NodeKind::name:
            return charge(1) ? variable(node.text) : spent();
        case NodeKind::select:
        case NodeKind::test:
            return select(node);
        case NodeKind::list:
            return list(node);
        case NodeKind::object:
            return object(node);
        case NodeKind::call:
        case NodeKind::method:
            return call(node);
        case NodeKind::logical:
            return logical(node);
        case NodeKind::condition: {
            const auto test = of(*node.args[0]);
            if (!test)
                return test;
            return test->is<bool>() ? of(*node.args[test->as<bool>() ? 1 : 2]) : noOverload();
        }
        case NodeKind::comprehension:
            return node.text.starts_with("opt") ? throughOptional(node) : comprehension(node);
        }
        return fail("unknown expression");
    }

private:
    bool charge(std::uint64_t cost) {
        budget_.used = budget_.used + cost < budget_.used ? ~std::uint64_t(0) : budget_.used + cost;
        return budget_.used <= budget_.limit;
    }
    static std::unexpected<std::string> spent() { return fail("operation cancelled: actual cost limit exceeded"); }
    bool isSpent() const { return budget_.used > budget_.limit; }

    ValueResult variable(const std::string& name) const {
        for (auto bound = bound_.rbegin(); bound != bound_.rend(); ++bound)
            if (bound->first == name)
                return bound->second;
        if (const auto found = variables_.find(name); found != variables_.end())
            return found->second;
        if (auto type = typeNamed(name))
            return *type;
        return fail(std::format("undeclared reference to '{}' (in container '')", name));
    }

    static std::optional<std::string> wholeName(const Node& node) {
        if (node.kind == NodeKind::name)
            return node.text;
        if (node.kind != NodeKind::select)
            return std::nullopt;
        auto owner = wholeName(*node.args[0]);
        return owner ? std::optional(*owner + "." + node.text) : std::nullopt;
    }

    ValueResult select(const Node& node) {
        if (node.kind == NodeKind::select)
            if (const auto whole = wholeName(node); whole && variables_.contains(*whole))
                return charge(1) ? ValueResult(variables_.find(*whole)->second) : spent();
        const auto owner = of(*node.args[0]);
        if (!owner)
            return owner;
        const bool tests = node.kind == NodeKind::test;
        if (!tests && !charge(1))
            return spent();
        if (owner->is<Optional>()) {
            const auto& inner = owner->as<Optional>().value;
            const auto found =
                inner == nullptr || !inner->is<MapPointer>() ? std::nullopt : inner->as<MapPointer>()->find(node.text);
            return tests ? Value(found.has_value()) : found ? Value::some(*found) : Value::none();
        }
        if (!owner->is<MapPointer>())
            return tests ? ValueResult(false) : owner->is<Null>() ? noKey(node.text) : noOverload();
        const auto found = owner->as<MapPointer>()->find(node.text);
        if (tests)
            return found.has_value();
        return found ? ValueResult(*found) : fail(owner->as<MapPointer>()->whyMissing(node.text));
    }

    ValueResult list(const Node& node) {
        std::vector<Value> items;
        for (std::size_t i = 0; i < node.args.size(); ++i) {
            auto value = of(*node.args[i]);
            if (!value)
                return value;
            if (i >= node.optionals.size() || !node.optionals[i])
                items.push_back(std::move(*value));
            else if (!value->is<Optional>())
                return noOverload();
            else if (value->as<Optional>().value != nullptr)
                items.push_back(*value->as<Optional>().value);
        }
        return charge(listCost) ? ValueResult(Value::list(std::move(items))) : spent();
    }

    ValueResult object(const Node& node) {
        std::vector<std::pair<Value, Value>> entries;
        for (std::size_t i = 0; i + 1 < node.args.size(); i += 2) {
            auto key = of(*node.args[i]);
            auto value = key ? of(*node.args[i + 1]) : key;
            if (!value)
                return value;
            if (node.optionals[i / 2]) {
                if (!value->is<Optional>())
                    return noOverload();
                if (value->as<Optional>().value == nullptr)
                    continue;
                value = *value->as<Optional>().value;
            }
            if (std::ranges::any_of(entries, [&](const auto& entry) { return equal(entry.first, *key); }))
                return fail(std::format("Failed with repeated key: {}", printJson(toJson(*key))));
            entries.emplace_back(std::move(*key), std::move(*value));
        }
        return charge(mapCost) ? ValueResult(Value::map(std::move(entries))) : spent();
    }

    ValueResult call(const Node& node) {
        std::vector<Value> args;
        for (const NodePointer& arg : node.args) {
            auto value = of(*arg);
            if (!value)
                return value;
            args.push_back(std::move(*value));
        }
        for (const Function* function : node.overloads)
            if (function->accepts(args))
                return carriedOut(*function, args);
        if (!node.overloads.empty())
            return noOverload();
        const auto known = functionsNamed(node.text);
        if (known.empty())
            return fail(std::format("undeclared reference to '{}'", node.text));
        for (const Function& function : known)
            if (function.member == (node.kind == NodeKind::method) && function.accepts(args))
                return carriedOut(function, args);
        return noOverload();
    }

    ValueResult carriedOut(const Function& function, Args args) {
        // What is dear by its arguments alone is refused before it is done.
        if (function.cost != Cost::result && !charge(callCost(function.cost, args, Value())))
            return spent();
        auto result = function.call(args);
        if (result && function.cost == Cost::result && !charge(callCost(function.cost, args, *result)))
            return spent();
        return result;
    }

    /// Either side decides alone if it can, also when the other is an error.
    ValueResult logical(const Node& node) {
        const bool decides = node.text == "_||_";
        const auto left = of(*node.args[0]);
        if (isSpent() || (left && left->is<bool>() && left->as<bool>() == decides))
            return left;
        const auto right = of(*node.args[1]);
        if (isSpent() || (right && right->is<bool>() && right->as<bool>() == decides))
            return right;
        if (!left || !right)
            return left ? right : left;
        return left->is<bool>() && right->is<bool>() ? ValueResult(!decides) : noOverload();
    }

    ValueResult throughOptional(const Node& node) {
        const auto target = of(*node.args[0]);
        if (!target)
            return target;
        if (!target->is<Optional>())
            return noOverload();
        if (target->as<Optional>().value == nullptr)
            return Value::none();
        bound_.emplace_back(node.variables[0], *target->as<Optional>().value);
        auto value = of(*node.args[1]);
        bound_.pop_back();
        return !value || node.text == "optFlatMap" ? value : ValueResult(Value::some(*value));
    }

    /// What a comprehension has gathered so far.
    struct Gathered {
        std::vector<Value> items;
        std::vector<std::pair<Value, Value>> entries;
        std::int64_t holding = 0;
        std::optional<std::string> problem;
        std::optional<Value> decided;
    };

    /// The items of a list, or the keys of a map with their values.
    static std::optional<std::vector<std::pair<Value, Value>>> iterated(const Value& range) {
        std::vector<std::pair<Value, Value>> pairs;
        if (range.is<ListPointer>()) {
            const List& list = *range.as<ListPointer>();
            for (std::size_t i = 0; i < list.size(); ++i)
                pairs.emplace_back(static_cast<std::int64_t>(i), list.at(i));
            return pairs;
        }
        if (!range.is<MapPointer>())
            return std::nullopt;
        for (Value& key : range.as<MapPointer>()->keys()) {
            auto value = range.as<MapPointer>()->find(key);
            pairs.emplace_back(std::move(key), value ? std::move(*value) : Value());
        }
        return pairs;
    }

    ValueResult comprehension(const Node& node) {
        const auto range = of(*node.args[0]);
        if (!range)
            return range;
        auto pairs = iterated(*range);
        if (!pairs)
            return noOverload();
        const bool overList = range->is<ListPointer>();
        Gathered gathered;
        const std::size_t bound = bound_.size();
        for (auto& [key, value] : *pairs) {
            const Value item = overList ? value : key;
            if (node.variables.size() == 2)
                bound_.emplace_back(node.variables[0], key), bound_.emplace_back(node.variables[1], value);
            else
                bound_.emplace_back(node.variables[0], item);
            step(node, key, item, gathered);
            bound_.resize(bound);
            if (isSpent())
                return spent();
            if (gathered.decided)
                return *gathered.decided;
        }
        return result(node, gathered);
    }

    void step(const Node& node, const Value& key, const Value& item, Gathered& gathered) {
        const std::string& macro = node.text;
        const bool gathers = macro == "map" || macro.starts_with("transform");
        charge(macro == "exists" ? 4 : macro == "all" ? 3 : gathers ? 12 : macro == "filter" ? 13 : 2);
        if (gathers && node.args.size() == 3) {
            const auto test = of(*node.args[1]);
            if (!test || !test->is<bool>()) {
                gathered.problem = test ? "no such overload" : test.error();
                return;
            }
            if (!test->as<bool>())
                return;
        }
        auto value = of(*node.args.back());
        if (!value) {
            gathered.problem = value.error();
            return;
        }
        if (gathers)
            return gather(macro, key, std::move(*value), gathered);
        if (!value->is<bool>()) {
            gathered.problem = "no such overload";
        } else if (value->as<bool>()) {
            ++gathered.holding;
            if (macro == "filter")
                gathered.items.push_back(item);
            if (macro == "exists")
                gathered.decided = true;
        } else if (macro == "all") {
            gathered.decided = false;
        }
    }

    static void gather(std::string_view macro, const Value& key, Value value, Gathered& gathered) {
        if (macro == "map" || macro == "transformList") {
            gathered.items.push_back(std::move(value));
        } else if (macro == "transformMap") {
            gathered.entries.emplace_back(key, std::move(value));
        } else if (!value.is<MapPointer>()) {
            gathered.problem = "no such overload";
        } else {
            for (Value& name : value.as<MapPointer>()->keys()) {
                auto member = value.as<MapPointer>()->find(name);
                if (std::ranges::any_of(gathered.entries, [&](const auto& entry) { return equal(entry.first, name); }))
                    gathered.problem = std::format("insert failed: key '{}' already exists", printJson(toJson(name)));
                gathered.entries.emplace_back(std::move(name), member ? std::move(*member) : Value());
            }
        }
    }

    static ValueResult result(const Node& node, Gathered& gathered) {
        if (gathered.problem)
            return fail(*gathered.problem);
        const std::string& macro = node.text;
        if (macro == "all" || macro == "exists")
            return macro == "all";
        if (macro == "exists_one" || macro == "existsOne")
            return gathered.holding == 1;
        if (macro == "transformMap" || macro == "transformMapEntry")
            return Value::map(std::move(gathered.entries));
        return Value::list(std::move(gathered.items));
    }

    const Expression::Variables& variables_;
    Budget& budget_;
    std::vector<std::pair<std::string, Value>> bound_; ///< by comprehensions, innermost last
};

} // namespace

ValueResult evaluateNode(const Node& root, const Expression::Variables& variables, Budget& budget) {
    return Evaluation(variables, budget).of(root);
}

} // namespace slipway::api::cel
