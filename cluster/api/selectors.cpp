#include "cluster/api/selectors.h"

#include "cluster/api/types/meta_v1.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <functional>

namespace slipway::api {
namespace {

using Op = LabelRequirement::Operator;

/// Cuts a selector into words, operators and parentheses.
class SelectorScanner {
public:
    explicit SelectorScanner(std::string_view text) : text_(text) {}

    std::string_view next() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t'))
            ++at_;
        const std::size_t start = at_;
        if (at_ == text_.size())
            return {};
        if (const char c = text_[at_]; c == '(' || c == ')' || c == ',')
            return text_.substr(at_++, 1);
        if (isOperator(text_[at_])) {
            while (at_ < text_.size() && isOperator(text_[at_]))
                ++at_;
            return text_.substr(start, at_ - start);
        }
        while (at_ < text_.size() && !isOperator(text_[at_]) &&
               std::string_view(" \t(),").find(text_[at_]) == std::string_view::npos)
            ++at_;
        return text_.substr(start, at_ - start);
    }
    std::string_view peek() {
        const std::size_t saved = at_;
        const std::string_view token = next();
        at_ = saved;
        return token;
    }

private:
    static bool isOperator(char c) { return c == '=' || c == '!' || c == '<' || c == '>'; }

    std::string_view text_;
    std::size_t at_ = 0;
};

bool isWord(std::string_view token) {
    return !token.empty() && std::string_view("(),=!<>").find(token[0]) == std::string_view::npos;
}

std::expected<std::vector<std::string>, std::string> parseSet(SelectorScanner& scanner) {
    if (scanner.next() != "(")
        return std::unexpected(std::string("expected '('"));
    std::vector<std::string> values;
    for (;;) {
        const std::string_view token = scanner.peek();
        if (isWord(token))
            values.emplace_back(scanner.next());
        else
            values.emplace_back();
        const std::string_view end = scanner.next();
        if (end == ")")
            return values;
        if (end != ",")
            return std::unexpected(std::format("found '{}', expected: ',' or ')'", end));
    }
}

std::expected<LabelRequirement, std::string> parseRequirement(SelectorScanner& scanner) {
    LabelRequirement requirement;
    std::string_view token = scanner.next();
    if (token == "!") {
        requirement.op = Op::doesNotExist;
        requirement.key = scanner.next();
        return requirement;
    }
    if (!isWord(token))
        return std::unexpected(std::format("found '{}', expected: !, identifier, or 'end of string'", token));
    requirement.key = token;
    token = scanner.peek();
    if (token.empty() || token == ",")
        return requirement;
    token = scanner.next();
    if (token == "in" || token == "notin") {
        requirement.op = token == "in" ? Op::in : Op::notIn;
        auto values = parseSet(scanner);
        if (!values)
            return std::unexpected(values.error());
        requirement.values = std::move(*values);
        return requirement;
    }
    if (token == "=" || token == "==")
        requirement.op = Op::in;
    else if (token == "!=")
        requirement.op = Op::notIn;
    else if (token == ">")
        requirement.op = Op::greater;
    else if (token == "<")
        requirement.op = Op::less;
    else
        return std::unexpected(std::format("found '{}', expected: in, notin, =, ==, !=, gt, lt", token));
    requirement.values.emplace_back(isWord(scanner.peek()) ? scanner.next() : std::string_view());
    return requirement;
}

std::optional<long long> toNumber(std::string_view text) {
    long long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool holds(const LabelRequirement& r, const std::optional<std::string_view>& label) {
    switch (r.op) {
    case Op::in:
        return label && std::ranges::find(r.values, *label) != r.values.end();
    case Op::notIn:
        return !label || std::ranges::find(r.values, *label) == r.values.end();
    case Op::exists:
        return label.has_value();
    case Op::doesNotExist:
        return !label;
    case Op::greater:
    case Op::less: {
        if (!label || r.values.empty())
            return false;
        const auto have = toNumber(*label), limit = toNumber(r.values[0]);
        return have && limit && (r.op == Op::greater ? *have > *limit : *have < *limit);
    }
    }
    return false;
}

bool allHold(const std::vector<LabelRequirement>& requirements,
             const std::function<std::optional<std::string_view>(const std::string&)>& label) {
    return std::ranges::all_of(requirements, [&](const LabelRequirement& r) { return holds(r, label(r.key)); });
}

std::optional<Op> typedOperator(std::string_view name) {
    if (name == "In")
        return Op::in;
    if (name == "NotIn")
        return Op::notIn;
    if (name == "Exists")
        return Op::exists;
    if (name == "DoesNotExist")
        return Op::doesNotExist;
    return {};
}

std::string joined(const JsonArray& values) {
    std::vector<std::string> words;
    for (const Json& value : values)
        words.emplace_back(value.is_string() ? view(value.get_string()) : std::string_view());
    std::ranges::sort(words);
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ",") + word;
    return text;
}

/// The member at a dotted path as text.
std::string fieldText(const JsonObject& object, std::string_view path) {
    const JsonObject* current = &object;
    while (current != nullptr) {
        const std::size_t dot = path.find('.');
        const Json* member = current->if_contains(path.substr(0, dot));
        if (member == nullptr)
            return {};
        if (dot == std::string_view::npos)
            return member->is_string() ? std::string(view(member->get_string())) : printJson(*member);
        current = member->if_object();
        path.remove_prefix(dot + 1);
    }
    return {};
}

} // namespace

std::expected<LabelMatcher, std::string> LabelMatcher::parse(std::string_view text) {
    LabelMatcher matcher;
    SelectorScanner scanner(text);
    const auto fail = [&](const std::string& why) {
        return std::unexpected(std::format("unable to parse requirement: {}", why));
    };
    if (scanner.peek().empty())
        return matcher;
    for (;;) {
        auto requirement = parseRequirement(scanner);
        if (!requirement)
            return fail(requirement.error());
        if (requirement->key.empty() || !isWord(requirement->key))
            return fail("expected a label key");
        matcher.requirements_.push_back(std::move(*requirement));
        const std::string_view token = scanner.next();
        if (token.empty())
            return matcher;
        if (token != ",")
            return fail(std::format("found '{}', expected: ',' or 'end of string'", token));
    }
}

bool LabelMatcher::matches(const std::map<std::string, std::string>& labels) const {
    return allHold(requirements_, [&](const std::string& key) -> std::optional<std::string_view> {
        const auto found = labels.find(key);
        return found == labels.end() ? std::nullopt : std::optional<std::string_view>(found->second);
    });
}

bool LabelMatcher::matches(const JsonObject& object) const {
    const Json* labels = find(object, {"metadata", "labels"});
    return allHold(requirements_, [&](const std::string& key) -> std::optional<std::string_view> {
        const Json* label = labels != nullptr && labels->is_object() ? labels->get_object().if_contains(key) : nullptr;
        return label != nullptr && label->is_string() ? std::optional(view(label->get_string())) : std::nullopt;
    });
}

std::expected<FieldMatcher, std::string> FieldMatcher::parse(std::string_view text) {
    FieldMatcher matcher;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
        if (part.empty())
            continue;
        const std::size_t sign = part.find('=');
        if (sign == std::string_view::npos || sign == 0)
            return std::unexpected(std::format("invalid selector: '{}'; can't understand '{}'", part, part));
        Requirement requirement;
        requirement.equal = part[sign - 1] != '!';
        requirement.path = part.substr(0, requirement.equal ? sign : sign - 1);
        requirement.value = part.substr(part.substr(sign).starts_with("==") ? sign + 2 : sign + 1);
        matcher.requirements.push_back(std::move(requirement));
    }
    return matcher;
}

bool FieldMatcher::matches(const JsonObject& object) const {
    return std::ranges::all_of(requirements,
                               [&](const Requirement& r) { return (fieldText(object, r.path) == r.value) == r.equal; });
}

bool matches(const meta_v1::LabelSelector& selector, const std::map<std::string, std::string>& labels) {
    for (const auto& [key, value] : selector.matchLabels)
        if (const auto found = labels.find(key); found == labels.end() || found->second != value)
            return false;
    LabelMatcher matcher;
    for (const auto& expression : selector.matchExpressions) {
        const auto op = typedOperator(expression.operator_);
        if (!op)
            return false;
        matcher.requirements_.push_back({expression.key, *op, expression.values});
    }
    return matcher.matches(labels);
}

std::string formatSelector(const JsonObject& labelSelector) {
    std::vector<std::string> parts;
    if (const Json* labels = find(labelSelector, {"matchLabels"}); labels != nullptr && labels->is_object())
        for (const auto& [key, value] : labels->get_object())
            parts.push_back(
                std::format("{}={}", std::string_view(key), value.is_string() ? view(value.get_string()) : ""));
    std::ranges::sort(parts);
    if (const Json* list = find(labelSelector, {"matchExpressions"}); list != nullptr && list->is_array()) {
        for (const Json& expression : list->get_array()) {
            const std::string_view key = stringAt(expression, {"key"}), op = stringAt(expression, {"operator"});
            const Json* values = find(expression, {"values"});
            const std::string set = values != nullptr && values->is_array() ? joined(values->get_array()) : "";
            if (op == "In")
                parts.push_back(std::format("{} in ({})", key, set));
            else if (op == "NotIn")
                parts.push_back(std::format("{} notin ({})", key, set));
            else if (op == "Exists")
                parts.emplace_back(key);
            else
                parts.push_back(std::format("!{}", key));
        }
    }
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : ",") + part;
    return text;
}

} // namespace slipway::api
