#include "cluster/api/apply/merge_schema.h"

#include "cluster/api/custom/definition.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::api::apply {

MergeSchema MergeSchema::ofType(const Type& type) {
    MergeSchema schema;
    schema.source_ = Source::type;
    schema.type_ = &type;
    return schema;
}

MergeSchema MergeSchema::ofField(const Field& field, Source source) {
    MergeSchema schema;
    schema.source_ = source;
    schema.field_ = &field;
    schema.type_ = field.type;
    return schema;
}

MergeSchema MergeSchema::ofCustom(const custom::Schema& schema, Source source) {
    MergeSchema made;
    made.source_ = source;
    made.custom_ = &schema;
    return made;
}

MergeSchema MergeSchema::of(const Resource& resource) {
    return resource.custom != nullptr ? ofCustom(resource.custom->schema, Source::root) : ofType(*resource.type);
}

MergeSchema::Form MergeSchema::formOfField(const Json& value) const {
    if (source_ == Source::field && field_->container == Container::list) {
        if (!value.is_array())
            return Form::leaf;
        return field_->listType == ListType::set_   ? Form::set
               : field_->listType == ListType::map_ ? Form::items
                                                    : Form::leaf;
    }
    if (!value.is_object() || field_->atomic)
        return Form::leaf;
    if (source_ == Source::field && field_->container != Container::none)
        return Form::members;
    return field_->kind == FieldKind::object_ && !field_->type->atomic ? Form::members : Form::leaf;
}

MergeSchema::Form MergeSchema::formOfCustom(const Json& value) const {
    if (value.is_array())
        return custom_->listType == ListType::set_   ? Form::set
               : custom_->listType == ListType::map_ ? Form::items
                                                     : Form::leaf;
    return value.is_object() && !custom_->atomicMap ? Form::members : Form::leaf;
}

MergeSchema::Form MergeSchema::formOf(const Json& value) const {
    switch (source_) {
    case Source::deduced:
        return value.is_object() ? Form::members : Form::leaf;
    case Source::type:
        return value.is_object() && !type_->atomic ? Form::members : Form::leaf;
    case Source::field:
    case Source::item:
        return formOfField(value);
    case Source::custom:
    case Source::root:
        return formOfCustom(value);
    }
    return Form::leaf;
}

std::optional<MergeSchema> MergeSchema::member(std::string_view name) const {
    const auto ofStruct = [&](const Type& type) -> std::optional<MergeSchema> {
        const Field* field = type.field(name);
        return field == nullptr ? std::nullopt : std::optional(ofField(*field, Source::field));
    };
    switch (source_) {
    case Source::deduced:
        return deduced();
    case Source::type:
        return ofStruct(*type_);
    case Source::field:
    case Source::item:
        if (source_ == Source::field && field_->container == Container::map)
            return ofField(*field_, Source::item);
        if (field_->kind == FieldKind::object_ && field_->container != Container::mapOfList)
            return ofStruct(*field_->type);
        return deduced();
    case Source::custom:
    case Source::root:
        break;
    }
    if (source_ == Source::root || custom_->embedded) {
        if (name == "metadata")
            return ofType(*findType("meta.v1.ObjectMeta"));
        if (name == "apiVersion" || name == "kind")
            return deduced();
    }
    if (const custom::Schema* inner = custom_->member(name))
        return ofCustom(*inner, Source::custom);
    if (custom_->preserveUnknown || custom_->anyAdditional)
        return deduced();
    return {};
}

MergeSchema MergeSchema::item() const {
    if (source_ == Source::field)
        return ofField(*field_, Source::item);
    if (source_ == Source::custom && custom_->items != nullptr)
        return ofCustom(*custom_->items, Source::custom);
    return deduced();
}

std::vector<std::string_view> MergeSchema::keys() const {
    if (custom_ != nullptr)
        return {custom_->listKeys.begin(), custom_->listKeys.end()};
    return {field_->mapKeys.begin(), field_->mapKeys.end()};
}

/// The value of a key that an item leaves out.
const Json* MergeSchema::keyDefault(std::string_view key) const {
    if (custom_ != nullptr) {
        const custom::Schema* inner = custom_->items == nullptr ? nullptr : custom_->items->member(key);
        return inner != nullptr && inner->defaultValue ? &*inner->defaultValue : nullptr;
    }
    // The one key with a default among the built-in kinds: a port's protocol.
    static const Json tcp("TCP");
    return key == "protocol" ? &tcp : nullptr;
}

PathElement MergeSchema::elementOf(const Json& item, std::size_t index, Form form) const {
    if (form == Form::set)
        return {PathElement::Kind::value, printJson(item)};
    if (form == Form::items && item.is_object()) {
        auto names = keys();
        std::ranges::sort(names);
        JsonObject found;
        for (std::string_view name : names) {
            if (const Json* value = item.get_object().if_contains(name))
                found[name] = *value;
            else if (const Json* value = keyDefault(name))
                found[name] = *value;
        }
        if (!found.empty())
            return {PathElement::Kind::keys, printJson(found)};
    }
    return {PathElement::Kind::index, std::to_string(index)};
}

bool MergeSchema::isStruct(std::string_view member) const {
    switch (source_) {
    case Source::deduced:
        return false;
    case Source::type:
        return true;
    case Source::field:
        return field_->container == Container::none && field_->kind == FieldKind::object_;
    case Source::item:
        return field_->kind == FieldKind::object_;
    case Source::root:
    case Source::custom:
        return custom_->properties.contains(member) ||
               ((source_ == Source::root || custom_->embedded) &&
                (member == "metadata" || member == "apiVersion" || member == "kind"));
    }
    return false;
}

bool MergeSchema::alwaysPresent(std::string_view member) const {
    if (custom_ != nullptr || source_ == Source::deduced)
        return member == "metadata" && source_ == Source::root;
    static constexpr std::array<std::string_view, 10> names{
        "metadata",       "spec",        "status",       "template",   "strategy",
        "updateStrategy", "jobTemplate", "loadBalancer", "containers", "nodeInfo"};
    return source_ != Source::item && std::ranges::find(names, member) != names.end();
}

std::string_view MergeSchema::expected() const {
    const auto scalar = [](FieldKind kind) -> std::string_view {
        switch (kind) {
        case FieldKind::string_:
        case FieldKind::bytes_:
            return "string";
        case FieldKind::int32_:
        case FieldKind::int64_:
        case FieldKind::double_:
            return "numeric";
        case FieldKind::bool_:
            return "boolean";
        case FieldKind::object_:
            return "map";
        default:
            return "";
        }
    };
    switch (source_) {
    case Source::deduced:
        return "";
    case Source::type:
        return "map";
    case Source::field:
        if (field_->container == Container::list)
            return "list";
        if (field_->container != Container::none)
            return "map";
        return scalar(field_->kind);
    case Source::item:
        return scalar(field_->kind);
    case Source::root:
        return "map";
    case Source::custom:
        break;
    }
    if (custom_->type == "object")
        return "map";
    if (custom_->type == "array")
        return "list";
    return custom_->type == "integer" || custom_->type == "number" ? "numeric" : std::string_view(custom_->type);
}

} // namespace slipway::api::apply
