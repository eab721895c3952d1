#include "cluster/api/cel/cel.h"

#include "cluster/api/cel/checker.h"
#include "cluster/api/cel/evaluator.h"
#include "cluster/api/cel/parser.h"

#include <algorithm>

namespace slipway::api::cel {
namespace {

bool names(const Node& node, std::string_view variable) {
    if (node.kind == NodeKind::name && node.text == variable)
        return true;
    return std::ranges::any_of(node.args, [&](const NodePointer& arg) { return names(*arg, variable); });
}

} // namespace

std::expected<Expression, std::string> Expression::parse(std::string_view text) {
    auto root = parseExpression(text);
    if (!root)
        return std::unexpected(describe(text, root.error()));
    Expression expression;
    expression.root_ = std::move(*root);
    return expression;
}

std::expected<Expression, std::string> Expression::compile(std::string_view text, const Types& variables) {
    auto root = parseExpression(text);
    if (!root)
        return std::unexpected(describe(text, root.error()));
    std::string problems;
    for (const Problem& problem : check(**root, variables))
        problems += (problems.empty() ? "" : "\n") + describe(text, problem);
    if (!problems.empty())
        return std::unexpected(std::move(problems));
    Expression expression;
    expression.root_ = std::move(*root);
    return expression;
}

std::expected<Value, std::string> Expression::evaluate(const Variables& variables, Budget& budget) const {
    return evaluateNode(*root_, variables, budget);
}

std::expected<Json, std::string> Expression::evaluate(const Variables& variables) const {
    Budget budget;
    const auto value = evaluateNode(*root_, variables, budget);
    return value ? std::expected<Json, std::string>(toJson(*value)) : std::unexpected(value.error());
}

const Type& Expression::type() const {
    return root_->type != nullptr ? *root_->type : *simple(Kind::dyn);
}

std::uint64_t Expression::estimatedCost() const {
    return estimateCost(*root_);
}

bool Expression::mentions(std::string_view variable) const {
    return names(*root_, variable);
}

} // namespace slipway::api::cel
