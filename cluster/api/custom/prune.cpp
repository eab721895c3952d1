#include "cluster/api/custom/custom_schema.h"

#include <format>

namespace slipway::api::custom {
namespace {

class Pruning {
public:
    explicit Pruning(std::vector<std::string>* unknown) : unknown_(unknown) {}

    /// @p whole: an object with apiVersion, kind and metadata of its own.
    void object(JsonObject& value, const Schema& schema, bool whole, const std::string& path) {
        for (auto it = value.begin(); it != value.end();) {
            const std::string_view name = it->key();
            if (whole && (name == "apiVersion" || name == "kind" || name == "metadata")) {
                if (name == "metadata" && !path.empty())
                    metadata(it->value(), path + ".metadata");
                ++it;
                continue;
            }
            const auto property = schema.properties.find(name);
            const Schema* inner = property != schema.properties.end() ? &property->second : schema.additional.get();
            const bool known = inner != nullptr || schema.anyAdditional || schema.preserveUnknown;
            const std::string memberPath = path.empty() ? std::string(name) : std::format("{}.{}", path, name);
            if (!known) {
                if (unknown_ != nullptr)
                    unknown_->push_back(memberPath);
                it = value.stable_erase(it);
                continue;
            }
            if (inner != nullptr)
                any(it->value(), *inner, memberPath);
            ++it;
        }
    }

private:
    /// Of an embedded object; that of the object itself was read as that of every object is.
    void metadata(Json& value, const std::string& path) {
        static const Type* type = findType("meta.v1.ObjectMeta");
        JsonObject* members = value.if_object();
        if (members == nullptr)
            return;
        for (auto it = members->begin(); it != members->end();) {
            if (type->field(it->key()) != nullptr) {
                ++it;
                continue;
            }
            if (unknown_ != nullptr)
                unknown_->push_back(std::format("{}.{}", path, std::string_view(it->key())));
            it = members->stable_erase(it);
        }
    }

    void any(Json& value, const Schema& schema, const std::string& path) {
        if (value.is_object()) {
            object(value.get_object(), schema, schema.embedded, path);
        } else if (value.is_array() && schema.items != nullptr) {
            std::size_t index = 0;
            for (Json& item : value.get_array()) {
                any(item, *schema.items, std::format("{}[{}]", path, index));
                ++index;
            }
        }
    }

    std::vector<std::string>* unknown_;
};

} // namespace

void prune(JsonObject& object, const Schema& schema, std::vector<std::string>* unknown) {
    Pruning(unknown).object(object, schema, true, {});
}

bool applyDefaults(Json& value, const Schema& schema) {
    bool changed = false;
    if (JsonObject* object = value.if_object()) {
        for (const auto& [name, property] : schema.properties) {
            Json* member = object->if_contains(name);
            const bool absent = member == nullptr || (member->is_null() && !property.nullable);
            if (property.defaultValue && absent) {
                (*object)[name] = *property.defaultValue;
                changed = true;
            }
        }
        for (auto& [name, member] : *object)
            if (const Schema* inner = schema.member(name))
                changed = applyDefaults(member, *inner) || changed;
    } else if (JsonArray* list = value.if_array(); list != nullptr && schema.items != nullptr) {
        for (Json& item : *list) {
            if (item.is_null() && !schema.items->nullable && schema.items->defaultValue) {
                item = *schema.items->defaultValue;
                changed = true;
            }
            changed = applyDefaults(item, *schema.items) || changed;
        }
    }
    return changed;
}

} // namespace slipway::api::custom
