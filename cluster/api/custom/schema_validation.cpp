#include "cluster/api/custom/schema_validation.h"

#include "cluster/api/custom/pattern.h"
#include "cluster/api/custom/rules.h"
#include "cluster/api/validation_names.h"

#include <algorithm>
#include <cmath>
#include <format>

namespace slipway::api::custom {
namespace {

/// The length of a text in characters, as bounds count it.
std::int64_t characters(std::string_view text) {
    return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

bool fits(const Json& value, const Schema& schema) {
    if (value.is_null())
        return schema.nullable;
    if (schema.intOrString)
        return value.is_int64() || value.is_uint64() || value.is_string();
    if (schema.type.empty())
        return true;
    const std::string_view is = typeName(value);
    if (schema.type == "number")
        return is == "integer" || is == "number";
    return is == schema.type;
}

StatusCause finding(const std::string& path, const Json& value, std::string_view what) {
    return invalidValue(path, value, std::format("{} in body {}", path, what));
}

/// Go's error values without a place of their own are reported so.
StatusCause composite(std::string message) {
    return {"FieldValueInvalid", "Invalid value: \"\": " + std::move(message), "<nil>"};
}

StatusCause tooMany(const std::string& path, std::size_t count, std::int64_t most) {
    return {"FieldValueTooMany", std::format("Too many: {}: must have at most {} items", count, most), path};
}

class Check {
public:
    void value(const Json& value, const Schema& schema, const std::string& path, const Json* before) {
        if (before != nullptr && *before == value)
            return;
        if (!fits(value, schema)) {
            typeMismatch(value, schema, path);
            return;
        }
        if (value.is_null())
            return;
        if (!schema.enumValues.empty() && std::ranges::find(schema.enumValues, value) == schema.enumValues.end())
            notListed(value, schema, path);
        if (value.is_string())
            text(view(value.get_string()), schema, path);
        else if (value.is_number())
            number(value, schema, path);
        else if (value.is_array())
            list(value.get_array(), schema, path, before);
        else if (value.is_object())
            object(value.get_object(), schema, path, before);
        alternatives(value, schema, path);
    }

    std::vector<StatusCause> causes;

private:
    void typeMismatch(const Json& value, const Schema& schema, const std::string& path) {
        const std::string_view wanted =
            schema.intOrString ? std::string_view("integer,string") : std::string_view(schema.type);
        StatusCause cause =
            invalidValue(path, Json(typeName(value)),
                         std::format("{} in body must be of type {}: \"{}\"", path, wanted, typeName(value)));
        cause.reason = "FieldValueTypeInvalid";
        causes.push_back(std::move(cause));
    }

    void notListed(const Json& value, const Schema& schema, const std::string& path) {
        std::string list;
        for (const Json& allowed : schema.enumValues)
            list += (list.empty() ? "" : ", ") +
                    (allowed.is_string() ? printJson(allowed) : printJson(Json(printJson(allowed))));
        causes.push_back({"FieldValueNotSupported",
                          std::format("Unsupported value: {}: supported values: {}", printJson(value), list), path});
    }

    void text(std::string_view text, const Schema& schema, const std::string& path) {
        const std::int64_t length = characters(text);
        if (schema.maxLength && length > *schema.maxLength)
            causes.push_back(
                {"FieldValueTooLong", std::format("Too long: may not be more than {} bytes", *schema.maxLength), path});
        if (schema.minLength && length < *schema.minLength)
            causes.push_back(
                finding(path, Json(text), std::format("should be at least {} chars long", *schema.minLength)));
        if (schema.pattern != nullptr && !schema.pattern->matches(text))
            causes.push_back(finding(path, Json(text), std::format("should match '{}'", schema.patternText)));
        if (!schema.format.empty() && !hasFormat(text, schema.format)) {
            causes.push_back(
                finding(path, Json(text), std::format("must be of type {}: {}", schema.format, printJson(Json(text)))));
            causes.back().reason = "FieldValueTypeInvalid";
        }
    }

    void number(const Json& value, const Schema& schema, const std::string& path) {
        const double is = value.to_number<double>();
        if (schema.multipleOf && *schema.multipleOf != 0) {
            const double times = is / *schema.multipleOf;
            if (std::abs(times - std::round(times)) > 1e-9)
                causes.push_back(
                    finding(path, value, std::format("should be a multiple of {}", printNumber(*schema.multipleOf))));
        }
        if (schema.maximum && (schema.exclusiveMaximum ? is >= *schema.maximum : is > *schema.maximum))
            causes.push_back(
                finding(path, value,
                        std::format("should be less than {}{}", schema.exclusiveMaximum ? "" : "or equal to ",
                                    printNumber(*schema.maximum))));
        if (schema.minimum && (schema.exclusiveMinimum ? is <= *schema.minimum : is < *schema.minimum))
            causes.push_back(
                finding(path, value,
                        std::format("should be greater than {}{}", schema.exclusiveMinimum ? "" : "or equal to ",
                                    printNumber(*schema.minimum))));
        if (schema.format == "int32" && (is < -2147483648.0 || is > 2147483647.0))
            causes.push_back(finding(path, value, "must be of type int32: " + printJson(value)));
    }

    void list(const JsonArray& list, const Schema& schema, const std::string& path, const Json* before) {
        if (schema.items != nullptr)
            for (std::size_t i = 0; i < list.size(); ++i)
                value(list[i], *schema.items, std::format("{}[{}]", path, i),
                      before == nullptr ? nullptr : sameItem(list[i], *before, schema));
        if (schema.minItems && static_cast<std::int64_t>(list.size()) < *schema.minItems)
            causes.push_back(
                finding(path, Json(list.size()), std::format("should have at least {} items", *schema.minItems)));
        if (schema.maxItems && static_cast<std::int64_t>(list.size()) > *schema.maxItems)
            causes.push_back(tooMany(path, list.size(), *schema.maxItems));
        if (schema.uniqueItems && hasDuplicates(list))
            causes.push_back(finding(path, Json(list), "shouldn't contain duplicates"));
        if (schema.listType == ListType::set_)
            distinct(list, path, [](const Json& item) { return item; });
        if (schema.listType == ListType::map_)
            distinct(list, path, [&](const Json& item) { return keysOf(item, schema); });
    }

    static bool hasDuplicates(const JsonArray& list) {
        for (std::size_t i = 0; i < list.size(); ++i)
            if (std::find(list.begin() + static_cast<std::ptrdiff_t>(i) + 1, list.end(), list[i]) != list.end())
                return true;
        return false;
    }

    /// The members a list map tells its items apart by, with the defaults of those left out.
    static Json keysOf(const Json& item, const Schema& schema) {
        JsonObject keys;
        for (const std::string& name : schema.listKeys) {
            if (const Json* key = find(item, {name}))
                keys[name] = *key;
            else if (const Schema* member = schema.items == nullptr ? nullptr : schema.items->member(name);
                     member != nullptr && member->defaultValue)
                keys[name] = *member->defaultValue;
        }
        return keys;
    }

    template <class Identity> void distinct(const JsonArray& list, const std::string& path, Identity identity) {
        std::map<std::string, bool> seen; // whether it was reported
        for (std::size_t i = 0; i < list.size(); ++i) {
            const Json id = identity(list[i]);
            const auto [place, fresh] = seen.emplace(printJson(id), false);
            if (fresh || place->second)
                continue;
            place->second = true;
            causes.push_back(duplicateValue(std::format("{}[{}]", path, i), id));
        }
    }

    void object(const JsonObject& object, const Schema& schema, const std::string& path, const Json* before) {
        const auto below = [&](std::string_view name) {
            return path.empty() ? std::string(name) : std::format("{}.{}", path, name);
        };
        for (const std::string& name : schema.required)
            if (!object.contains(name))
                causes.push_back(requiredValue(below(name), ""));
        if (schema.minProperties && static_cast<std::int64_t>(object.size()) < *schema.minProperties)
            causes.push_back(finding(path, Json(object.size()),
                                     std::format("should have at least {} properties", *schema.minProperties)));
        if (schema.maxProperties && static_cast<std::int64_t>(object.size()) > *schema.maxProperties)
            causes.push_back(tooMany(path, object.size(), *schema.maxProperties));
        const JsonObject* old = before == nullptr || schema.atomicMap ? nullptr : before->if_object();
        for (const auto& [name, member] : object)
            if (const Schema* inner = schema.member(name))
                value(member, *inner, below(name), old == nullptr ? nullptr : old->if_contains(name));
    }

    /// What one of several schemas says of a value.
    static std::vector<StatusCause> judge(const Json& value, const Schema& schema, const std::string& path) {
        Check check;
        check.value(value, schema, path, nullptr);
        return std::move(check.causes);
    }

    /// How many of several schemas are satisfied; the findings of the closest of the others.
    std::size_t satisfied(const Json& value, const std::vector<Schema>& schemas, const std::string& path,
                          std::vector<StatusCause>& closest) {
        std::size_t count = 0;
        for (const Schema& schema : schemas) {
            auto found = judge(value, schema, path);
            if (found.empty())
                ++count;
            else if (closest.empty() || found.size() < closest.size())
                closest = std::move(found);
        }
        return count;
    }

    void take(std::vector<StatusCause> found) { std::ranges::move(found, std::back_inserter(causes)); }

    void alternatives(const Json& value, const Schema& schema, const std::string& path) {
        std::vector<StatusCause> closest;
        if (!schema.anyOf.empty() && satisfied(value, schema.anyOf, path, closest) == 0) {
            causes.push_back(composite(std::format("\"{}\" must validate at least one schema (anyOf)", path)));
            take(std::move(closest));
        }
        closest.clear();
        if (!schema.oneOf.empty()) {
            const std::size_t count = satisfied(value, schema.oneOf, path, closest);
            if (count != 1)
                causes.push_back(composite(
                    std::format("\"{}\" must validate one and only one schema (oneOf). {}", path,
                                count == 0 ? "Found none valid" : std::format("Found {} valid alternatives", count))));
            if (count == 0)
                take(std::move(closest));
        }
        std::size_t held = 0;
        for (const Schema& part : schema.allOf) {
            auto found = judge(value, part, path);
            held += found.empty() ? 1 : 0;
            take(std::move(found));
        }
        if (held != schema.allOf.size())
            causes.push_back(composite(std::format("\"{}\" must validate all the schemas (allOf){}", path,
                                                   held == 0 ? ". None validated" : "")));
        if (schema.negated != nullptr && judge(value, *schema.negated, path).empty())
            causes.push_back(composite(std::format("\"{}\" must not validate the schema (not)", path)));
    }
};

/// The rules every embedded object follows, wherever it is.
void embedded(const Json& value, const Schema& schema, const std::string& path, std::vector<StatusCause>& causes) {
    if (const JsonArray* list = value.if_array(); list != nullptr && schema.items != nullptr) {
        for (std::size_t i = 0; i < list->size(); ++i)
            embedded((*list)[i], *schema.items, std::format("{}[{}]", path, i), causes);
        return;
    }
    const JsonObject* object = value.if_object();
    if (object == nullptr)
        return;
    if (schema.embedded) {
        for (std::string_view name : {"apiVersion", "kind"})
            if (stringAt(*object, {name}).empty())
                causes.push_back(requiredValue(std::format("{}.{}", path, name), "must not be empty"));
        if (const std::string_view kind = stringAt(*object, {"kind"}); !kind.empty()) {
            std::string lowered(kind);
            std::ranges::transform(lowered, lowered.begin(),
                                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            if (const auto problem = label1035Problem(lowered))
                causes.push_back(invalidValue(path + ".kind", Json(kind),
                                              "may have mixed case, but should otherwise match: " + *problem));
        }
        if (const std::string_view name = stringAt(*object, {"metadata", "name"}); !name.empty())
            if (const auto problem = subdomainProblem(name))
                causes.push_back(invalidValue(path + ".metadata.name", Json(name), *problem));
        validateLabels(find(*object, {"metadata", "labels"}), path + ".metadata.labels", causes);
    }
    for (const auto& [name, member] : *object)
        if (const Schema* inner = schema.member(name))
            embedded(member, *inner, path.empty() ? std::string(name) : path + "." + std::string(name), causes);
}

} // namespace

std::string_view typeName(const Json& value) {
    switch (value.kind()) {
    case boost::json::kind::null:
        return "null";
    case boost::json::kind::bool_:
        return "boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
        return "integer";
    case boost::json::kind::double_:
        return std::floor(value.get_double()) == value.get_double() && std::abs(value.get_double()) < 9e15 ? "integer"
                                                                                                           : "number";
    case boost::json::kind::string:
        return "string";
    case boost::json::kind::array:
        return "array";
    case boost::json::kind::object:
        return "object";
    }
    return "";
}

std::string printNumber(double number) {
    return std::floor(number) == number && std::abs(number) < 1e15
               ? std::format("{}", static_cast<std::int64_t>(number))
               : std::format("{}", number);
}

std::vector<StatusCause> validateValue(const Json& value, const Schema& schema, const std::string& path,
                                       const Json* before) {
    Check check;
    check.value(value, schema, path, before);
    return std::move(check.causes);
}

std::vector<StatusCause> validateEmbedded(const JsonObject& object, const Schema& schema) {
    std::vector<StatusCause> causes;
    for (const auto& [name, member] : object)
        if (const Schema* inner = schema.member(name); inner != nullptr && name != "metadata")
            embedded(member, *inner, std::string(name), causes);
    return causes;
}

} // namespace slipway::api::custom
