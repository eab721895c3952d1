#include "cluster/api/custom/rules.h"

#include <algorithm>
#include <format>

/// What the rules of a schema say of a value.
namespace slipway::api::custom {
namespace {

constexpr std::size_t longestMessage = 5 * 1024;

StatusCause finding(const std::string& path, const Schema& schema, std::string_view detail,
                    std::string_view reason = {}) {
    StatusCause cause;
    const std::string field = path.empty() ? "<nil>" : path;
    if (reason == "FieldValueForbidden")
        cause = forbiddenField(field, detail);
    else if (reason == "FieldValueRequired")
        cause = requiredValue(field, detail);
    else if (reason == "FieldValueDuplicate")
        cause = duplicateValue(field, Json(schema.type));
    else
        cause = invalidValue(field, Json(schema.type), detail);
    return cause;
}

std::string named(const Rule& rule) {
    return rule.message.empty() ? rule.text : rule.message;
}

class Judge {
public:
    explicit Judge(std::vector<std::string>* warnings) : warnings_(warnings) {}

    /// @p before is null where there is no value to compare with. @p unchanged: whether the closest value that can be
    /// compared is what it was.
    void value(const Schema& schema, const Json& value, const Json* before, const std::string& path, bool unchanged) {
        if (!schema.ruledBelow || value.is_null() || spent_)
            return;
        const bool same = before != nullptr ? *before == value : unchanged;
        if (schema.rules != nullptr)
            rules(schema, value, before, path, same);
        for (const Schema& part : schema.allOf)
            this->value(part, value, before, path, same);
        if (const JsonArray* list = value.if_array())
            items(schema, *list, before, path, same);
        else if (const JsonObject* object = value.if_object())
            members(schema, *object, before, path, same);
    }

    std::vector<StatusCause> causes;

private:
    void items(const Schema& schema, const JsonArray& list, const Json* before, const std::string& path, bool same) {
        if (schema.items == nullptr)
            return;
        for (std::size_t i = 0; i < list.size() && !spent_; ++i)
            value(*schema.items, list[i], before == nullptr ? nullptr : sameItem(list[i], *before, schema),
                  std::format("{}[{}]", path, i), same);
    }

    void members(const Schema& schema, const JsonObject& object, const Json* before, const std::string& path,
                 bool same) {
        const JsonObject* old = before == nullptr || schema.atomicMap ? nullptr : before->if_object();
        for (const auto& [name, member] : object) {
            const auto property = schema.properties.find(std::string_view(name));
            const bool known = property != schema.properties.end();
            const Schema* inner = known ? &property->second : schema.additional.get();
            if (inner == nullptr || spent_)
                continue;
            const std::string below = !known         ? std::format("{}[{}]", path, std::string_view(name))
                                      : path.empty() ? std::string(name)
                                                     : std::format("{}.{}", path, std::string_view(name));
            value(*inner, member, old == nullptr ? nullptr : old->if_contains(name), below, same);
        }
    }

    void rules(const Schema& schema, const Json& value, const Json* before, const std::string& path, bool same) {
        const cel::Value self = cel::Value::view(value, schema.rules->type);
        std::optional<cel::Value> old;
        if (before != nullptr && !before->is_null())
            old = cel::Value::view(*before, schema.rules->type);
        for (const Rule& rule : schema.rules->rules) {
            if (rule.comparesOld && !old && !rule.optionalOld)
                continue;
            cel::Expression::Variables variables{{"self", self}};
            if (rule.optionalOld)
                variables["oldSelf"] = old ? cel::Value::some(*old) : cel::Value::none();
            else if (old)
                variables["oldSelf"] = *old;
            ask(schema, rule, variables, path, same);
            if (spent_)
                return;
        }
    }

    /// Evaluates within what is left for the object. Nothing when that is used up.
    std::optional<std::expected<cel::Value, std::string>> evaluated(const cel::Expression& expression,
                                                                    const cel::Expression::Variables& variables) {
        cel::Budget budget;
        auto value = expression.evaluate(variables, budget);
        if (budget.used > left_ || left_ == 0)
            return std::nullopt;
        left_ -= budget.used;
        return value;
    }

    void ask(const Schema& schema, const Rule& rule, const cel::Expression::Variables& variables,
             const std::string& path, bool same) {
        const auto result = evaluated(rule.expression, variables);
        if (!result)
            return end(
                finding(path, schema,
                        "validation failed due to running out of cost budget, no further validation rules will be "
                        "run"));
        if (!*result)
            return failed(schema, rule, result->error(), path);
        if ((*result)->isTrue())
            return;
        const std::string at = rule.fieldPath.empty() ? path : fieldOf(schema, rule, path);
        StatusCause cause = finding(at, schema, messageOf(schema, rule, variables, at), rule.reason);
        if (spent_)
            return;
        if (!rule.comparesOld && same && warnings_ != nullptr)
            warnings_->push_back(std::format("{}: {}", cause.field, cause.message));
        else
            causes.push_back(std::move(cause));
    }

    static std::string fieldOf(const Schema& schema, const Rule& rule, const std::string& path) {
        const std::string below = fieldAt(schema, rule.fieldPath).value_or("");
        return path.empty() || below.starts_with('[') ? path + below : std::format("{}.{}", path, below);
    }

    void end(StatusCause cause) {
        causes.push_back(std::move(cause));
        spent_ = true;
    }

    void failed(const Schema& schema, const Rule& rule, const std::string& error, const std::string& path) {
        if (error.starts_with("operation cancelled: actual cost limit exceeded"))
            end(finding(path, schema,
                        std::format("'{}': no further validation rules will be run due to call cost exceeds limit for "
                                    "rule: {}",
                                    error, named(rule))));
        else if (error.starts_with("no such overload"))
            causes.push_back(finding(path, schema,
                                     std::format("'{}': call arguments did not match a supported operator, function or "
                                                 "macro signature for rule: {}",
                                                 error, named(rule))));
        else
            causes.push_back(finding(path, schema, std::format("{} evaluating rule: {}", error, named(rule))));
    }

    std::string messageOf(const Schema& schema, const Rule& rule, const cel::Expression::Variables& variables,
                          const std::string& path) {
        const std::string plain = rule.message.empty() ? "failed rule: " + rule.text : rule.message;
        if (!rule.messageExpression)
            return plain;
        const auto result = evaluated(*rule.messageExpression, variables);
        if (!result) {
            end(finding(path, schema,
                        "messageExpression evaluation failed due to running out of cost budget, no further validation "
                        "rules will be run"));
            return plain;
        }
        if (!*result || !(*result)->is<std::string>())
            return plain;
        const std::string& written = (*result)->as<std::string>();
        const std::size_t first = written.find_first_not_of(" \t\r\n"), last = written.find_last_not_of(" \t\r\n");
        if (first == written.npos || last - first >= longestMessage)
            return plain;
        const std::string trimmed = written.substr(first, last - first + 1);
        return trimmed.contains('\n') ? plain : trimmed;
    }

    std::vector<std::string>* warnings_;
    std::uint64_t left_ = cel::Budget::perObject;
    bool spent_ = false;
};

const Json* keyOf(const Json& item, const std::string& name, const Schema& schema) {
    if (const Json* key = find(item, {name}))
        return key;
    const Schema* member = schema.items == nullptr ? nullptr : schema.items->member(name);
    return member != nullptr && member->defaultValue ? &*member->defaultValue : nullptr;
}

} // namespace

const Json* sameItem(const Json& item, const Json& list, const Schema& schema) {
    if (schema.listType != ListType::map_ || !list.is_array())
        return nullptr;
    for (const Json& other : list.get_array()) {
        const bool same = std::ranges::all_of(schema.listKeys, [&](const std::string& name) {
            const Json *mine = keyOf(item, name, schema), *theirs = keyOf(other, name, schema);
            return mine != nullptr && theirs != nullptr && *mine == *theirs;
        });
        if (same)
            return &other;
    }
    return nullptr;
}

std::vector<StatusCause> judgeByRules(const Schema& schema, const Json& value, const Json* before,
                                      const std::string& path, std::vector<std::string>* warnings) {
    Judge judge(warnings);
    judge.value(schema, value, before, path, false);
    return std::move(judge.causes);
}

} // namespace slipway::api::custom
