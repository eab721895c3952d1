#include "cluster/api/custom/declared_type.h"
#include "cluster/api/custom/rules.h"

#include <algorithm>
#include <array>
#include <format>
#include <limits>

/// What x-kubernetes-validations must be like for a definition to be taken.
namespace slipway::api::custom {
namespace {

constexpr std::uint64_t mostPerExpression = 10'000'000, mostPerSchema = 100'000'000;
constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();

bool isBlank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == text.npos;
}

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
    std::uint64_t out = 0;
    return __builtin_mul_overflow(a, b, &out) ? unbounded : out;
}

/// "estimated rule cost exceeds budget by factor of more than 100x"
std::string exceeds(std::string_view what, std::uint64_t cost, std::uint64_t limit) {
    const double factor = static_cast<double>(cost) / static_cast<double>(limit);
    const std::string by = factor > 100   ? "more than 100x"
                           : factor < 1.5 ? std::format("{:f}x", factor)
                                          : std::format("{:.1f}x", factor);
    return std::format("{} exceeds budget by factor of {}", what, by);
}

/// A rule as errors print it.
std::string printed(const JsonObject& rule) {
    const auto text = [&](std::string_view member) { return printJson(Json(stringAt(rule, {member}))); };
    const auto pointer = [&](std::string_view member, std::string_view type) {
        return std::format("(*{})({})", type, rule.contains(member) ? "0xc000000000" : "nil");
    };
    return std::format("apiextensions.ValidationRule{{Rule:{}, Message:{}, MessageExpression:{}, Reason:{}, "
                       "FieldPath:{}, OptionalOldSelf:{}}}",
                       text("rule"), text("message"), text("messageExpression"),
                       pointer("reason", "apiextensions.FieldValueErrorReason"), text("fieldPath"),
                       pointer("optionalOldSelf", "bool"));
}

/// Where a walk through the schema is.
struct Place {
    std::string path;
    cel::TypePointer type;
    std::optional<std::uint64_t> times = 1; ///< how often a value can be there; nothing: it is not bounded
    std::string incomparable = {};          ///< the path below which old values are not found again; empty: none
    bool root = false;
};

class RulesCheck {
public:
    void visit(const Schema& schema, const Place& place) {
        for (std::size_t i = 0; i < schema.ruleProps.size(); ++i)
            if (schema.ruleProps[i].is_object())
                rule(schema, schema.ruleProps[i].get_object(), place,
                     std::format("{}.x-kubernetes-validations[{}]", place.path, i));
        below(schema, place);
    }

    void total(const std::string& path) {
        if (total_ <= mostPerSchema)
            return;
        std::ranges::sort(dearest_, std::greater{}, &std::pair<std::uint64_t, std::string>::first);
        for (std::size_t i = 0; i < std::min<std::size_t>(dearest_.size(), 4); ++i)
            causes.push_back(forbiddenField(dearest_[i].second,
                                            "contributed to estimated rule & messageExpression cost "
                                            "total exceeding cost limit for entire OpenAPIv3 "
                                            "schema"));
        causes.push_back(forbiddenField(
            path, exceeds("x-kubernetes-validations estimated rule & messageExpression cost total for entire OpenAPIv3 "
                          "schema",
                          total_, mostPerSchema)));
    }

    std::vector<StatusCause> causes;

private:
    void below(const Schema& schema, const Place& place) {
        const auto arg = [&](std::size_t i) {
            return place.type != nullptr && place.type->args.size() > i ? place.type->args[i] : nullptr;
        };
        const auto repeated = [&] {
            const auto count = declaredCount(schema);
            return place.times && count ? std::optional(times(*place.times, *count)) : std::nullopt;
        };
        if (schema.items != nullptr) {
            Place items{place.path + ".items", arg(0), repeated(), place.incomparable, false};
            if (schema.listType != ListType::map_ && items.incomparable.empty())
                items.incomparable = place.path;
            visit(*schema.items, items);
        }
        if (schema.additional != nullptr) {
            Place values{place.path + ".additionalProperties", arg(1), repeated(), place.incomparable, false};
            if (schema.atomicMap && values.incomparable.empty())
                values.incomparable = place.path;
            visit(*schema.additional, values);
        }
        for (const auto& [name, property] : schema.properties) {
            Place member{std::format("{}.properties[{}]", place.path, name), nullptr, place.times, place.incomparable,
                         false};
            if (schema.atomicMap && member.incomparable.empty())
                member.incomparable = place.path;
            if (place.type != nullptr && place.type->kind == cel::Kind::object)
                if (const auto field = place.type->fields.find(cel::escapedName(name));
                    field != place.type->fields.end())
                    member.type = field->second;
            if (member.type == nullptr)
                member.type = declaredType(property, property.embedded).type;
            visit(property, member);
        }
        for (std::size_t i = 0; i < schema.allOf.size(); ++i) {
            Place part = place;
            part.path = std::format("{}.allOf[{}]", place.path, i);
            visit(schema.allOf[i], part);
        }
    }

    /// The texts of a rule. Whether it has one.
    bool texts(const Schema& schema, const JsonObject& props, const std::string& path) {
        const std::string_view rule = stringAt(props, {"rule"}), message = stringAt(props, {"message"}),
                               expression = stringAt(props, {"messageExpression"}),
                               reason = stringAt(props, {"reason"}), field = stringAt(props, {"fieldPath"});
        const std::size_t first = rule.find_first_not_of(" \t\r\n"), last = rule.find_last_not_of(" \t\r\n");
        if (first == rule.npos)
            causes.push_back(requiredValue(path + ".rule", "rule is not specified"));
        else if (!message.empty() && isBlank(message))
            causes.push_back(invalidValue(path + ".message", Json(message), "message must be non-empty if specified"));
        else if (message.substr(std::min(message.find_first_not_of(" \t\r\n"), message.size()))
                     .substr(0, message.find_last_not_of(" \t\r\n") + 1)
                     .contains('\n'))
            causes.push_back(invalidValue(path + ".message", Json(message), "message must not contain line breaks"));
        else if (rule.substr(first, last - first + 1).contains('\n') && isBlank(message))
            causes.push_back(
                requiredValue(path + ".message", "message must be specified if rule contains line breaks"));
        if (!expression.empty() && isBlank(expression))
            causes.push_back(
                requiredValue(path + ".messageExpression", "messageExpression must be non-empty if specified"));
        static constexpr std::array<std::string_view, 4> reasons{"FieldValueRequired", "FieldValueInvalid",
                                                                 "FieldValueForbidden", "FieldValueDuplicate"};
        if (props.contains("reason") && std::ranges::find(reasons, reason) == reasons.end())
            causes.push_back(notSupported(
                path + ".reason", Json(reason),
                {"FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"}));
        if (!field.empty() && isBlank(field))
            causes.push_back(
                invalidValue(path + ".fieldPath", Json(field), "fieldPath must be non-empty if specified"));
        else if (field.contains('\n'))
            causes.push_back(invalidValue(path + ".fieldPath", Json(field), "fieldPath must not contain line breaks"));
        else if (!field.empty() && !fieldAt(schema, field))
            causes.push_back(invalidValue(path + ".fieldPath", Json(field),
                                          "fieldPath must be a valid path: does not "
                                          "refer to a valid field"));
        return first != rule.npos;
    }

    void rule(const Schema& schema, const JsonObject& props, const Place& place, const std::string& path) {
        if (!texts(schema, props, path))
            return;
        if (place.type == nullptr) {
            causes.push_back(
                {"InternalError",
                 std::format("Internal error: rule declared on schema that does not support validation rules "
                             "type: '{}' x-kubernetes-preserve-unknown-fields: '{}'",
                             schema.type, schema.preserveUnknown),
                 place.path});
            return;
        }
        const auto compiled = compileRule(props, place.type);
        if (!compiled) {
            causes.push_back({"FieldValueInvalid",
                              std::format("Invalid value: {}: {}", printed(props), compiled.error().message),
                              std::format("{}.{}", path, compiled.error().member)});
            return;
        }
        if (compiled->comparesOld && !place.incomparable.empty())
            causes.push_back(invalidValue(path + ".rule", Json(stringAt(props, {"rule"})),
                                          "oldSelf cannot be used on the uncorrelatable portion of the schema within " +
                                              place.incomparable));
        const std::uint64_t often =
            place.times ? *place.times : mostPerRequest(declaredType(schema, place.root || schema.embedded).smallest);
        cost(compiled->expression, often, path + ".rule", "estimated rule cost", "rule");
        if (compiled->messageExpression)
            cost(*compiled->messageExpression, often, path + ".messageExpression", "estimated messageExpression cost",
                 "messageExpression");
    }

    void cost(const cel::Expression& expression, std::uint64_t often, const std::string& path, std::string_view what,
              std::string_view which) {
        const std::uint64_t cost = times(expression.estimatedCost(), often);
        if (cost > mostPerExpression)
            causes.push_back(forbiddenField(path, std::format("{} (try simplifying the {}, or adding maxItems, "
                                                              "maxProperties, and maxLength where arrays, maps, and "
                                                              "strings are declared)",
                                                              exceeds(what, cost, mostPerExpression), which)));
        total_ = cost > unbounded - total_ ? unbounded : total_ + cost;
        if (cost > mostPerSchema / 100)
            dearest_.emplace_back(cost, path);
    }

    std::uint64_t total_ = 0;
    std::vector<std::pair<std::uint64_t, std::string>> dearest_;
};

} // namespace

std::vector<StatusCause> validateRules(const Schema& schema, const std::string& path) {
    RulesCheck check;
    Place root{path, declaredType(schema, true).type};
    root.root = true;
    check.visit(schema, root);
    check.total(path);
    return std::move(check.causes);
}

} // namespace slipway::api::custom
