#include "cluster/api/cel/parser.h"

#include "cluster/api/cel/tokens.h"

#include <array>
#include <format>

namespace slipway::api::cel {
namespace {

constexpr int deepest = 100;
using Result = std::expected<NodePointer, std::string>;

NodePointer make(NodeKind kind, std::string text, std::vector<NodePointer> args) {
    return std::make_shared<const Node>(Node{kind, std::move(text), Json(), std::move(args)});
}

NodePointer makeLiteral(Json value) {
    return std::make_shared<const Node>(Node{NodeKind::literal, "", std::move(value), {}});
}

/// Recursive descent by the grammar of the CEL specification; each level of binary operators is one step.
class Parser {
public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    Result parse() {
        auto root = conditional();
        if (root && now().kind != TokenKind::end)
            return fail(std::format("mismatched input '{}'", now().text));
        return root;
    }

private:
    const Token& now() const { return tokens_[at_]; }
    bool is(std::string_view sign) const { return now().kind == TokenKind::sign && now().text == sign; }
    bool take(std::string_view sign) {
        if (!is(sign))
            return false;
        ++at_;
        return true;
    }
    std::unexpected<std::string> fail(std::string_view why) const {
        return std::unexpected(std::format("Syntax error at {}: {}", now().at, why));
    }

    Result conditional() {
        if (++depth_ > deepest)
            return fail("the expression is nested too deeply");
        auto test = binary(0);
        if (test && take("?")) {
            auto yes = binary(0);
            if (!yes)
                return yes;
            if (!take(":"))
                return fail("missing ':'");
            auto no = conditional();
            if (!no)
                return no;
            test = make(NodeKind::condition, "", {*test, *yes, *no});
        }
        --depth_;
        return test;
    }

    /// The operators by how tightly they bind.
    static bool isOperator(const Token& token, std::size_t level) {
        static const std::array<std::vector<std::string_view>, 5> levels{
            {{"||"}, {"&&"}, {"==", "!=", "<", "<=", ">", ">=", "in"}, {"+", "-"}, {"*", "/", "%"}}};
        if (token.kind != TokenKind::sign && !(token.kind == TokenKind::name && token.text == "in"))
            return false;
        for (std::string_view sign : levels[level])
            if (token.text == sign)
                return true;
        return false;
    }

    Result binary(std::size_t level) {
        if (level == 5)
            return unary();
        auto left = binary(level + 1);
        while (left && isOperator(now(), level)) {
            const std::string sign = now().text;
            ++at_;
            auto right = binary(level + 1);
            if (!right)
                return right;
            left = make(NodeKind::binary, sign, {*left, *right});
        }
        return left;
    }

    Result unary() {
        for (std::string_view sign : {"!", "-"})
            if (take(sign)) {
                if (++depth_ > deepest)
                    return fail("the expression is nested too deeply");
                auto operand = unary();
                --depth_;
                return operand ? Result(make(NodeKind::unary, std::string(sign), {*operand})) : operand;
            }
        return member();
    }

    Result member() {
        auto value = primary();
        while (value) {
            if (take(".")) {
                if (now().kind != TokenKind::name)
                    return fail("a field name is missing");
                const std::string name = now().text;
                ++at_;
                if (!take("(")) {
                    value = make(NodeKind::select, name, {*value});
                    continue;
                }
                auto args = list(")");
                if (!args)
                    return std::unexpected(args.error());
                args->insert(args->begin(), *value);
                value = make(NodeKind::method, name, std::move(*args));
            } else if (take("[")) {
                auto index = conditional();
                if (!index)
                    return index;
                if (!take("]"))
                    return fail("missing ']'");
                value = make(NodeKind::index, "", {*value, *index});
            } else {
                break;
            }
        }
        return value;
    }

    std::expected<std::vector<NodePointer>, std::string> list(std::string_view close) {
        std::vector<NodePointer> items;
        while (!take(close)) {
            auto item = conditional();
            if (!item)
                return std::unexpected(item.error());
            items.push_back(*item);
            if (!take(",") && !is(close))
                return fail(std::format("missing '{}'", close));
        }
        return items;
    }

    Result object() {
        std::vector<NodePointer> parts;
        while (!take("}")) {
            auto key = conditional();
            if (!key)
                return key;
            if (!take(":"))
                return fail("missing ':'");
            auto value = conditional();
            if (!value)
                return value;
            parts.push_back(*key);
            parts.push_back(*value);
            if (!take(",") && !is("}"))
                return fail("missing '}'");
        }
        return make(NodeKind::object, "", std::move(parts));
    }

    Result primary() {
        const Token token = now();
        if (token.kind == TokenKind::number || token.kind == TokenKind::text) {
            ++at_;
            return makeLiteral(token.value);
        }
        if (take("(")) {
            auto inner = conditional();
            if (inner && !take(")"))
                return fail("missing ')'");
            return inner;
        }
        if (take("[")) {
            auto items = list("]");
            return items ? Result(make(NodeKind::list, "", std::move(*items))) : std::unexpected(items.error());
        }
        if (take("{"))
            return object();
        take(".");
        if (now().kind != TokenKind::name)
            return fail(now().kind == TokenKind::end ? "mismatched input '<EOF>'"
                                                     : std::format("mismatched input '{}'", now().text));
        const std::string name = now().text;
        ++at_;
        if (name == "true" || name == "false")
            return makeLiteral(Json(name == "true"));
        if (name == "null")
            return makeLiteral(Json());
        if (!take("("))
            return make(NodeKind::name, name, {});
        auto args = list(")");
        return args ? Result(make(NodeKind::call, name, std::move(*args))) : std::unexpected(args.error());
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

} // namespace

std::expected<NodePointer, std::string> parseExpression(std::string_view text) {
    auto tokens = tokenize(text);
    if (!tokens)
        return std::unexpected(tokens.error());
    return Parser(std::move(*tokens)).parse();
}

} // namespace slipway::api::cel
