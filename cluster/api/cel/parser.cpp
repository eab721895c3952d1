#include "cluster/api/cel/parser.h"

#include "cluster/api/cel/macros.h"
#include "cluster/api/cel/tokens.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::api::cel {
namespace {

constexpr int deepest = 100;
using Parsed = std::expected<NodePointer, Problem>;

constexpr std::string_view whatMayStart = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, "
                                          "NUM_UINT, STRING, BYTES, IDENTIFIER}";

constexpr std::array<std::string_view, 17> reserved{"as",        "break",  "const",  "continue", "else", "for",
                                                    "function",  "if",     "import", "let",      "loop", "package",
                                                    "namespace", "return", "var",    "void",     "while"};

NodePointer make(NodeKind kind, std::string text, std::vector<NodePointer> args, std::size_t at) {
    return std::make_shared<Node>(Node{kind, std::move(text), std::move(args), at});
}

NodePointer makeLiteral(Value value, std::size_t at) {
    auto node = make(NodeKind::literal, {}, {}, at);
    node->value = std::move(value);
    return node;
}

/// Recursive descent by the grammar of the CEL specification; each level of binary operators is one step.
class Parser {
public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    Parsed parse() {
        auto root = conditional();
        if (root && now().kind != TokenKind::end)
            return fail(std::format("extraneous input '{}' expecting <EOF>", now().text));
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
    std::unexpected<Problem> fail(std::string_view why) const {
        return std::unexpected(Problem{now().at, std::format("Syntax error: {}", why)});
    }
    std::unexpected<Problem> unexpectedToken(std::string_view expecting) const {
        return fail(std::format("mismatched input '{}' expecting {}", now().text, expecting));
    }

    Parsed conditional() {
        if (++depth_ > deepest)
            return fail("the expression is nested too deeply");
        auto test = binary(0);
        if (const std::size_t at = now().at; test && take("?")) {
            auto yes = binary(0);
            if (!yes)
                return yes;
            if (!take(":"))
                return unexpectedToken("':'");
            auto no = conditional();
            if (!no)
                return no;
            test = make(NodeKind::condition, "_?_:_", {*test, *yes, *no}, at);
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
        return std::ranges::find(levels[level], token.text) != levels[level].end();
    }

    Parsed binary(std::size_t level) {
        if (level == 5)
            return unary();
        auto left = binary(level + 1);
        while (left && isOperator(now(), level)) {
            const Token sign = now();
            ++at_;
            auto right = binary(level + 1);
            if (!right)
                return right;
            const std::string name = sign.text == "in" ? "@in" : std::format("_{}_", sign.text);
            left = make(level < 2 ? NodeKind::logical : NodeKind::call, name, {*left, *right}, sign.at);
        }
        return left;
    }

    Parsed unary() {
        for (std::string_view sign : {"!", "-"})
            if (const std::size_t at = now().at; take(sign)) {
                if (sign == "-" && now().kind == TokenKind::literal &&
                    (now().value.is<std::int64_t>() || now().value.is<double>()) && !isSelected())
                    return negativeLiteral(at);
                if (++depth_ > deepest)
                    return fail("the expression is nested too deeply");
                auto operand = unary();
                --depth_;
                return operand ? Parsed(make(NodeKind::call, std::format("{}_", sign), {*operand}, at)) : operand;
            }
        if (now().kind == TokenKind::literal && now().value.is<std::int64_t>() &&
            now().value.as<std::int64_t>() == std::numeric_limits<std::int64_t>::min())
            return std::unexpected(Problem{now().at, "invalid int literal"});
        return member();
    }

    /// Whether something is done with the literal that comes: then a minus before it is done last.
    bool isSelected() const {
        const Token& next = tokens_[std::min(at_ + 1, tokens_.size() - 1)];
        return next.kind == TokenKind::sign && (next.text == "." || next.text == "[");
    }

    NodePointer negativeLiteral(std::size_t at) {
        const Value& value = now().value;
        ++at_;
        return makeLiteral(value.is<double>() ? Value(-value.as<double>())
                                              : Value(static_cast<std::int64_t>(
                                                    0 - static_cast<std::uint64_t>(value.as<std::int64_t>()))),
                           at);
    }

    Parsed member() {
        auto value = primary();
        while (value) {
            const std::size_t at = now().at;
            if (take("."))
                value = selected(std::move(*value), at);
            else if (take("["))
                value = indexed(std::move(*value), at);
            else
                break;
        }
        return value;
    }

    Parsed selected(NodePointer owner, std::size_t at) {
        const bool optional = take("?");
        if (now().kind != TokenKind::name && now().kind != TokenKind::quotedName)
            return unexpectedToken("IDENTIFIER");
        const Token name = now();
        ++at_;
        if (optional)
            return make(NodeKind::call, "_?._", {std::move(owner), makeLiteral(name.text, name.at)}, at);
        const std::size_t open = now().at;
        if (name.kind == TokenKind::quotedName || !take("("))
            return make(NodeKind::select, name.text, {std::move(owner)}, at);
        auto args = list(")");
        if (!args)
            return std::unexpected(args.error());
        args->insert(args->begin(), std::move(owner));
        return expandCall(make(NodeKind::method, name.text, std::move(*args), open));
    }

    Parsed indexed(NodePointer owner, std::size_t at) {
        const bool optional = take("?");
        auto index = conditional();
        if (!index)
            return index;
        if (!take("]"))
            return unexpectedToken("']'");
        return make(NodeKind::call, optional ? "_[?_]" : "_[_]", {std::move(owner), *index}, at);
    }

    std::expected<std::vector<NodePointer>, Problem> list(std::string_view close,
                                                          std::vector<bool>* optionals = nullptr) {
        std::vector<NodePointer> items;
        while (!take(close)) {
            const bool optional = optionals != nullptr && take("?");
            auto item = conditional();
            if (!item)
                return std::unexpected(item.error());
            items.push_back(*item);
            if (optionals != nullptr)
                optionals->push_back(optional);
            if (!take(",") && !is(close))
                return unexpectedToken(std::format("'{}'", close));
        }
        return items;
    }

    Parsed object(std::size_t at) {
        auto node = make(NodeKind::object, {}, {}, at);
        while (!take("}")) {
            node->optionals.push_back(take("?"));
            auto key = conditional();
            if (!key)
                return key;
            if (!take(":"))
                return unexpectedToken("':'");
            auto value = conditional();
            if (!value)
                return value;
            node->args.push_back(*key);
            node->args.push_back(*value);
            if (!take(",") && !is("}"))
                return unexpectedToken("'}'");
        }
        return node;
    }

    Parsed primary() {
        const Token token = now();
        if (token.kind == TokenKind::literal) {
            ++at_;
            return makeLiteral(token.value, token.at);
        }
        if (take("(")) {
            auto inner = conditional();
            if (inner && !take(")"))
                return unexpectedToken("')'");
            return inner;
        }
        if (take("[")) {
            auto node = make(NodeKind::list, {}, {}, token.at);
            auto items = list("]", &node->optionals);
            if (!items)
                return std::unexpected(items.error());
            node->args = std::move(*items);
            return node;
        }
        if (take("{"))
            return object(token.at);
        take(".");
        return named();
    }

    Parsed named() {
        const Token name = now();
        if (name.kind != TokenKind::name || name.text == "in")
            return unexpectedToken(whatMayStart);
        ++at_;
        if (name.text == "true" || name.text == "false")
            return makeLiteral(name.text == "true", name.at);
        if (name.text == "null")
            return makeLiteral(Null{}, name.at);
        if (std::ranges::find(reserved, name.text) != reserved.end())
            return std::unexpected(Problem{name.at, std::format("reserved identifier: {}", name.text)});
        const std::size_t open = now().at;
        if (!take("("))
            return make(NodeKind::name, name.text, {}, name.at);
        auto args = list(")");
        return args ? expandCall(make(NodeKind::call, name.text, std::move(*args), open))
                    : std::unexpected(args.error());
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

} // namespace

Parsed parseExpression(std::string_view text) {
    auto tokens = tokenize(text);
    if (!tokens)
        return std::unexpected(tokens.error());
    return Parser(std::move(*tokens)).parse();
}

} // namespace slipway::api::cel
