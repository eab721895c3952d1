#include "cluster/api/custom/declared_type.h"

#include <algorithm>

namespace slipway::api::custom {
namespace {

constexpr std::uint64_t mostRequestBytes = 3 * 1024 * 1024;

cel::TypePointer bounded(cel::Kind kind, std::uint64_t most) {
    auto type = std::make_shared<cel::Type>();
    type->kind = kind;
    type->maxElements = most;
    type->bounded = true;
    return type;
}

std::uint64_t atLeastZero(std::int64_t number) {
    return number < 0 ? 0 : static_cast<std::uint64_t>(number);
}

std::uint64_t longestText(const Schema& schema) {
    if (schema.maxLength)
        return atLeastZero(*schema.maxLength) * 4; // a character has up to four bytes
    if (!schema.enumValues.empty() && !schema.intOrString) {
        std::uint64_t longest = 0;
        for (const Json& value : schema.enumValues)
            if (value.is_string())
                longest = std::max<std::uint64_t>(longest, value.get_string().size());
        return longest;
    }
    return mostRequestBytes - 2;
}

DeclaredType text(const Schema& schema) {
    if (schema.format == "byte")
        return {bounded(cel::Kind::bytes, schema.maxLength ? atLeastZero(*schema.maxLength) : mostRequestBytes - 2), 2};
    if (schema.format == "duration")
        return {bounded(cel::Kind::duration, 32), 4};
    if (schema.format == "date")
        return {bounded(cel::Kind::timestamp, 12), 12};
    if (schema.format == "date-time")
        return {bounded(cel::Kind::timestamp, 37), 22};
    return {bounded(cel::Kind::string, longestText(schema)), 2};
}

DeclaredType list(const Schema& schema) {
    if (schema.items == nullptr)
        return {};
    const DeclaredType items = declaredType(*schema.items, schema.items->embedded);
    if (items.type == nullptr)
        return {};
    auto type = std::make_shared<cel::Type>();
    type->kind = cel::Kind::list;
    type->args = {items.type};
    type->maxElements = declaredCount(schema).value_or((mostRequestBytes - 2) / (items.smallest + 1));
    type->bounded = true;
    type->listType = schema.listType;
    type->listKeys = schema.listKeys;
    return {type, 2};
}

DeclaredType map(const Schema& schema) {
    const DeclaredType values = declaredType(*schema.additional, schema.additional->embedded);
    if (values.type == nullptr)
        return {};
    auto type = std::make_shared<cel::Type>();
    type->kind = cel::Kind::map;
    type->args = {bounded(cel::Kind::string, mostRequestBytes - 2), values.type};
    type->maxElements = declaredCount(schema).value_or((mostRequestBytes - 2) / (values.smallest + 6));
    type->bounded = true;
    return {type, 2};
}

cel::TypePointer metadataType() {
    auto type = std::make_shared<cel::Type>();
    type->kind = cel::Kind::object;
    type->name = "object";
    type->fields["name"] = bounded(cel::Kind::string, mostRequestBytes - 2);
    type->fields["generateName"] = bounded(cel::Kind::string, mostRequestBytes - 2);
    return type;
}

DeclaredType object(const Schema& schema, bool root) {
    DeclaredType declared;
    declared.smallest = 2;
    auto type = std::make_shared<cel::Type>();
    type->kind = cel::Kind::object;
    type->name = "object";
    for (const auto& [name, property] : schema.properties) {
        if (root && (name == "metadata" || name == "kind" || name == "apiVersion"))
            continue;
        const DeclaredType field = declaredType(property, property.embedded);
        if (field.type == nullptr)
            continue;
        if (const std::string escaped = cel::escapedName(name); !escaped.empty())
            type->fields[escaped] = field.type;
        const bool needed = std::ranges::find(schema.required, name) != schema.required.end();
        if (needed && !property.defaultValue)
            declared.smallest += name.size() + field.smallest + 4;
    }
    if (root) {
        for (const char* name : {"kind", "apiVersion"})
            type->fields[name] = bounded(cel::Kind::string, mostRequestBytes - 2);
        type->fields["metadata"] = metadataType();
    }
    declared.type = std::move(type);
    return declared;
}

} // namespace

std::uint64_t mostPerRequest(std::uint64_t smallest) {
    return mostRequestBytes / (smallest + 1);
}

std::optional<std::uint64_t> declaredCount(const Schema& schema) {
    const auto& count = schema.type == "array" ? schema.maxItems : schema.maxProperties;
    return count ? std::optional(atLeastZero(*count)) : std::nullopt;
}

DeclaredType declaredType(const Schema& schema, bool root) {
    if (schema.intOrString)
        return {bounded(cel::Kind::dyn, longestText(schema)), 1};
    if (schema.type == "array")
        return list(schema);
    if (schema.type == "object")
        return schema.additional != nullptr ? map(schema) : object(schema, root);
    if (schema.type == "string")
        return text(schema);
    if (schema.type == "boolean")
        return {cel::simple(cel::Kind::bool_), 4};
    if (schema.type == "number")
        return {cel::simple(cel::Kind::double_), 1};
    if (schema.type == "integer")
        return {cel::simple(cel::Kind::int_), 1};
    return {};
}

} // namespace slipway::api::custom
