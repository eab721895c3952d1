#include "cluster/api/custom/rules.h"

#include "cluster/api/custom/declared_type.h"

#include <algorithm>
#include <format>

namespace slipway::api::custom {
namespace {

std::string withoutMargins(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
    return first == text.npos ? std::string() : std::string(text.substr(first, last - first + 1));
}

std::unexpected<RuleProblem> problem(std::string_view member, std::string message) {
    return std::unexpected(RuleProblem{std::string(member), std::move(message)});
}

/// Compiles the rules of one node and goes on below; whether there are any.
bool compileBelow(Schema& schema, const cel::TypePointer& type);

cel::TypePointer argument(const cel::TypePointer& type, std::size_t index) {
    return type == nullptr || type->args.size() <= index ? nullptr : type->args[index];
}

bool compileMembers(Schema& schema, const cel::TypePointer& type) {
    bool ruled = false;
    for (auto& [name, property] : schema.properties) {
        cel::TypePointer field;
        if (type != nullptr && type->kind == cel::Kind::object)
            if (const auto found = type->fields.find(cel::escapedName(name)); found != type->fields.end())
                field = found->second;
        if (field == nullptr) // a name that expressions cannot write; its own rules are asked all the same
            field = declaredType(property, property.embedded).type;
        ruled = compileBelow(property, field) || ruled;
    }
    if (schema.additional != nullptr)
        ruled = compileBelow(*schema.additional, argument(type, 1)) || ruled;
    if (schema.items != nullptr)
        ruled = compileBelow(*schema.items, argument(type, 0)) || ruled;
    return ruled;
}

bool compileBelow(Schema& schema, const cel::TypePointer& type) {
    schema.ruledBelow = compileMembers(schema, type);
    if (type != nullptr && !schema.ruleProps.empty()) {
        auto set = std::make_shared<RuleSet>();
        set->type = type;
        for (const Json& props : schema.ruleProps)
            if (props.is_object())
                if (auto rule = compileRule(props.get_object(), type))
                    set->rules.push_back(std::move(*rule));
        schema.rules = std::move(set);
        schema.ruledBelow = true;
    }
    for (Schema& part : schema.allOf)
        schema.ruledBelow = compileBelow(part, type) || schema.ruledBelow;
    return schema.ruledBelow;
}

/// One step of a field path: ".name" or "['name']".
std::optional<std::string> takeStep(std::string_view& rest) {
    if (rest.starts_with('.')) {
        const std::size_t end = std::min(rest.find_first_of(".[", 1), rest.size());
        std::string name(rest.substr(1, end - 1));
        rest.remove_prefix(end);
        return name.empty() ? std::nullopt : std::optional(std::move(name));
    }
    if (!rest.starts_with("['"))
        return std::nullopt;
    std::string name;
    for (std::size_t i = 2; i < rest.size(); ++i) {
        if (rest[i] == '\\' && i + 1 < rest.size()) {
            name += rest[++i];
        } else if (rest[i] == '\'') {
            if (!rest.substr(i).starts_with("']"))
                return std::nullopt;
            rest.remove_prefix(i + 2);
            return name;
        } else {
            name += rest[i];
        }
    }
    return std::nullopt;
}

} // namespace

std::expected<Rule, RuleProblem> compileRule(const JsonObject& props, const cel::TypePointer& self) {
    Rule rule;
    rule.text = withoutMargins(stringAt(props, {"rule"}));
    rule.message = withoutMargins(stringAt(props, {"message"}));
    rule.reason = stringAt(props, {"reason"});
    rule.fieldPath = stringAt(props, {"fieldPath"});
    rule.optionalOld = boolAt(props, {"optionalOldSelf"});
    const cel::Expression::Types variables{{"self", self},
                                           {"oldSelf", rule.optionalOld ? cel::optionalOf(self) : self}};
    auto compiled = cel::Expression::compile(stringAt(props, {"rule"}), variables);
    if (!compiled)
        return problem("rule", "compilation failed: " + compiled.error());
    if (compiled->type().kind != cel::Kind::bool_)
        return problem("rule", "cel expression must evaluate to a bool");
    rule.expression = std::move(*compiled);
    rule.comparesOld = rule.expression.mentions("oldSelf");
    if (props.contains("optionalOldSelf") && !rule.comparesOld)
        return problem("optionalOldSelf", "may not be set if oldSelf is not used in rule");
    if (const std::string_view text = stringAt(props, {"messageExpression"}); !withoutMargins(text).empty()) {
        auto message = cel::Expression::compile(text, variables);
        if (!message)
            return problem("messageExpression", "messageExpression compilation failed: " + message.error());
        if (message->type().kind != cel::Kind::string)
            return problem("messageExpression", "messageExpression must evaluate to a string");
        rule.messageExpression = std::move(*message);
    }
    return rule;
}

void compileRules(Schema& schema, bool root) {
    compileBelow(schema, declaredType(schema, root).type);
}

std::optional<std::string> fieldAt(const Schema& schema, std::string_view path) {
    const Schema* at = &schema;
    std::string written;
    while (!path.empty()) {
        const auto name = takeStep(path);
        if (!name)
            return std::nullopt;
        if (!at->properties.empty()) {
            const auto found = at->properties.find(*name);
            if (found == at->properties.end())
                return std::nullopt;
            at = &found->second;
            written += (written.empty() ? "" : ".") + *name;
        } else if (at->additional != nullptr) {
            at = at->additional.get();
            written += std::format("[{}]", *name);
        } else {
            return std::nullopt;
        }
    }
    return written.empty() ? std::nullopt : std::optional(written);
}

} // namespace slipway::api::custom
