#include "cluster/api/cel/cel.h"
#include "cluster/api/cel/functions.h"
#include "cluster/api/cel/parser.h"

#include <format>

namespace slipway::api::cel {
namespace {

constexpr int mostSteps = 1'000'000;
using Result = std::expected<Json, std::string>;

std::unexpected<std::string> overload() {
    return std::unexpected(std::string("no such overload"));
}

std::unexpected<std::string> noKey(std::string_view key) {
    return std::unexpected(std::format("no such key: {}", key));
}

/// One evaluation: the variables in scope and the steps left.
class Evaluation {
public:
    explicit Evaluation(const Expression::Variables& variables) : variables_(variables) {}

    Result of(const Node& node) {
        if (++steps_ > mostSteps)
            return std::unexpected("operation cancelled: actual cost limit exceeded");
        switch (node.kind) {
        case NodeKind::literal:
            return node.value;
        case NodeKind::name:
            return variable(node.text);
        case NodeKind::select:
            return select(node);
        case NodeKind::index:
            return index(node);
        case NodeKind::list:
            return list(node);
        case NodeKind::object:
            return object(node);
        case NodeKind::call:
            return node.text == "has" ? has(node) : call(node);
        case NodeKind::method:
            return isMacro(node) ? macro(node) : call(node);
        case NodeKind::unary:
            return unary(node);
        case NodeKind::binary:
            return node.text == "&&" || node.text == "||" ? logical(node) : binary(node);
        case NodeKind::condition: {
            const auto test = of(*node.args[0]);
            if (!test)
                return test;
            return test->is_bool() ? of(*node.args[test->get_bool() ? 1 : 2]) : overload();
        }
        }
        return std::unexpected("unknown expression");
    }

private:
    Result variable(const std::string& name) const {
        for (auto bound = bound_.rbegin(); bound != bound_.rend(); ++bound)
            if (bound->first == name)
                return bound->second;
        const auto found = variables_.find(name);
        if (found == variables_.end())
            return std::unexpected(std::format("undeclared reference to '{}' (in container '')", name));
        return found->second;
    }

    Result select(const Node& node) {
        const auto owner = of(*node.args[0]);
        if (!owner)
            return owner;
        if (!owner->is_object())
            return owner->is_null() ? noKey(node.text) : overload();
        const Json* found = owner->get_object().if_contains(node.text);
        return found == nullptr ? noKey(node.text) : Result(*found);
    }

    Result has(const Node& node) {
        if (node.args.size() != 1 || node.args[0]->kind != NodeKind::select)
            return std::unexpected("invalid argument to has() macro");
        const auto owner = of(*node.args[0]->args[0]);
        if (!owner)
            return owner;
        return Json(owner->is_object() && owner->get_object().contains(node.args[0]->text));
    }

    Result index(const Node& node) {
        const auto owner = of(*node.args[0]), key = of(*node.args[1]);
        if (!owner || !key)
            return owner ? key : owner;
        if (owner->is_array() && key->is_int64()) {
            const std::int64_t at = key->get_int64();
            if (at < 0 || at >= static_cast<std::int64_t>(owner->get_array().size()))
                return std::unexpected(std::format("index out of bounds: {}", at));
            return owner->get_array()[static_cast<std::size_t>(at)];
        }
        if (!owner->is_object() || !key->is_string())
            return overload();
        const Json* found = owner->get_object().if_contains(view(key->get_string()));
        return found == nullptr ? noKey(view(key->get_string())) : Result(*found);
    }

    Result list(const Node& node) {
        JsonArray items;
        for (const NodePointer& item : node.args) {
            auto value = of(*item);
            if (!value)
                return value;
            items.push_back(std::move(*value));
        }
        return Json(std::move(items));
    }

    Result object(const Node& node) {
        JsonObject members;
        for (std::size_t i = 0; i + 1 < node.args.size(); i += 2) {
            const auto key = of(*node.args[i]);
            auto value = of(*node.args[i + 1]);
            if (!key || !value)
                return key ? value : key;
            members[key->is_string() ? std::string(view(key->get_string())) : printJson(*key)] = std::move(*value);
        }
        return Json(std::move(members));
    }

    Result call(const Node& node) {
        std::vector<Json> args;
        for (const NodePointer& arg : node.args) {
            auto value = of(*arg);
            if (!value)
                return value;
            args.push_back(std::move(*value));
        }
        return callFunction(node.text, args);
    }

    Result unary(const Node& node) {
        const auto value = of(*node.args[0]);
        if (!value)
            return value;
        if (node.text == "!" && value->is_bool())
            return Json(!value->get_bool());
        return node.text == "-" ? applyOperator("-", Json(std::int64_t(0)), *value) : overload();
    }

    Result binary(const Node& node) {
        const auto left = of(*node.args[0]), right = of(*node.args[1]);
        if (!left || !right)
            return left ? right : left;
        return applyOperator(node.text, *left, *right);
    }

    /// Either side decides alone if it can, also when the other is an error.
    Result logical(const Node& node) {
        const bool decides = node.text == "||";
        const auto left = of(*node.args[0]);
        if (left && *left == Json(decides))
            return left;
        const auto right = of(*node.args[1]);
        if (right && *right == Json(decides))
            return right;
        if (!left || !right)
            return left ? right : left;
        return left->is_bool() && right->is_bool() ? Result(Json(!decides)) : overload();
    }

    static bool isMacro(const Node& node) {
        const std::string& name = node.text;
        return node.args.size() >= 3 && node.args[1]->kind == NodeKind::name &&
               (name == "all" || name == "exists" || name == "exists_one" || name == "existsOne" || name == "map" ||
                name == "filter");
    }

    Result macro(const Node& node) {
        const auto range = of(*node.args[0]);
        if (!range)
            return range;
        JsonArray items;
        if (range->is_array())
            items = range->get_array();
        else if (range->is_object())
            for (const auto& [key, value] : range->get_object())
                items.emplace_back(key);
        else
            return overload();
        const std::string& name = node.text;
        const bool mapsSome = name == "map" && node.args.size() == 4; // map(x, test, value)
        JsonArray kept;
        std::optional<std::string> problem;
        std::int64_t holds = 0;
        for (const Json& item : items) {
            bound_.emplace_back(node.args[1]->text, item);
            auto value = of(*node.args[2]);
            if (mapsSome && value && *value == Json(true))
                value = of(*node.args[3]);
            else if (mapsSome && value)
                value = std::unexpected("");
            bound_.pop_back();
            if (!value) {
                if (!value.error().empty())
                    problem = value.error();
                continue;
            }
            if (name == "map")
                kept.push_back(std::move(*value));
            else if (!value->is_bool())
                problem = "no such overload";
            else if (value->get_bool()) {
                ++holds;
                kept.push_back(item);
                if (name == "exists")
                    return Json(true);
            } else if (name == "all") {
                return Json(false);
            }
        }
        if (problem)
            return std::unexpected(*problem);
        if (name == "all" || name == "exists")
            return Json(name == "all");
        if (name == "exists_one" || name == "existsOne")
            return Json(holds == 1);
        return Json(std::move(kept));
    }

    const Expression::Variables& variables_;
    std::vector<std::pair<std::string, Json>> bound_; ///< by macros, innermost last
    int steps_ = 0;
};

} // namespace

std::expected<Expression, std::string> Expression::parse(std::string_view text) {
    auto root = parseExpression(text);
    if (!root)
        return std::unexpected(root.error());
    Expression expression;
    expression.root_ = std::move(*root);
    return expression;
}

std::expected<Json, std::string> Expression::evaluate(const Variables& variables) const {
    return Evaluation(variables).of(*root_);
}

} // namespace slipway::api::cel
