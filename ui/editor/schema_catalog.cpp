#include "ui/editor/schema_catalog.h"

#include "ui/resources/row_readers.h"
#include "ui/session/session.h"

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonObject;

constexpr std::string_view gvkMember = "x-kubernetes-group-version-kind";

const JsonObject* schemasOf(const Json& document) {
    const Json* schemas = api::find(document, {"components", "schemas"});
    return schemas == nullptr ? nullptr : schemas->if_object();
}

/// The reference of a schema, which may stand in an allOf of one.
std::string_view referenceOf(const JsonObject& schema) {
    if (const auto own = api::stringAt(schema, {"$ref"}); !own.empty())
        return own;
    const api::JsonArray& all = arrayAt(schema, {"allOf"});
    return all.size() == 1 ? api::stringAt(all.front(), {"$ref"}) : std::string_view();
}

QStringList strings(const JsonObject& object, const char* member) {
    QStringList all;
    for (const Json& item : arrayAt(object, {member}))
        all << (item.is_string() ? text(api::view(item.get_string())) : text(api::printJson(item)));
    return all;
}

} // namespace

Schema::Schema(std::shared_ptr<const Json> document, const Json* node)
    : document_(std::move(document)), node_(node), outer_(node) {
    constexpr int deepest = 16;
    for (int depth = 0; node_ != nullptr && node_->is_object() && depth < deepest; ++depth) {
        const std::string_view reference = referenceOf(node_->get_object());
        if (reference.empty())
            return;
        const JsonObject* schemas = schemasOf(*document_);
        node_ = schemas == nullptr ? nullptr : schemas->if_contains(reference.substr(reference.rfind('/') + 1));
    }
}

const JsonObject* Schema::object() const {
    return node_ == nullptr ? nullptr : node_->if_object();
}

QString Schema::type() const {
    const JsonObject* schema = object();
    if (schema == nullptr)
        return {};
    const auto said = api::stringAt(*schema, {"type"});
    return !said.empty() ? text(said) : schema->contains("properties") ? QStringLiteral("object") : QString();
}

QString Schema::description() const {
    for (const Json* place : {outer_, node_})
        if (place != nullptr)
            if (const auto words = api::stringAt(*place, {"description"}); !words.empty())
                return text(words);
    return {};
}

QStringList Schema::properties() const {
    QStringList names;
    const Json* found = node_ == nullptr ? nullptr : api::find(*node_, {"properties"});
    if (found != nullptr && found->is_object())
        for (const auto& entry : found->get_object())
            names << text(entry.key());
    return names;
}

QStringList Schema::required() const {
    return object() == nullptr ? QStringList() : strings(*object(), "required");
}
QStringList Schema::enumeration() const {
    return object() == nullptr ? QStringList() : strings(*object(), "enum");
}

Schema Schema::property(std::string_view name) const {
    return node_ == nullptr ? Schema() : Schema(document_, api::find(*node_, {"properties", name}));
}
Schema Schema::items() const {
    return node_ == nullptr ? Schema() : Schema(document_, api::find(*node_, {"items"}));
}
Schema Schema::additional() const {
    const Json* found = node_ == nullptr ? nullptr : api::find(*node_, {"additionalProperties"});
    return found != nullptr && found->is_object() ? Schema(document_, found) : Schema();
}

bool Schema::takesAnyMember() const {
    const JsonObject* schema = object();
    if (schema == nullptr)
        return true;
    const Json* additional = schema->if_contains("additionalProperties");
    return !schema->contains("properties") || api::boolAt(*schema, {"x-kubernetes-preserve-unknown-fields"}) ||
           api::boolAt(*schema, {"x-kubernetes-embedded-resource"}) ||
           (additional != nullptr && !(additional->is_bool() && !additional->get_bool()));
}

bool Schema::isIntOrString() const {
    const JsonObject* schema = object();
    return schema != nullptr && (api::boolAt(*schema, {"x-kubernetes-int-or-string"}) ||
                                 api::stringAt(*schema, {"format"}) == "int-or-string" || schema->contains("oneOf") ||
                                 schema->contains("anyOf"));
}

void SchemaCatalog::load(const std::string& apiVersion) {
    if (apiVersion.empty() || isLoaded(apiVersion))
        return;
    const std::string path = (apiVersion.contains('/') ? "apis/" : "api/") + apiVersion;
    std::shared_ptr<const Json> document;
    if (auto index = client_->getJson("/openapi/v3")) {
        const auto url = api::stringAt(*index, {"paths", path, "serverRelativeURL"});
        if (auto fetched = client_->getJson(url.empty() ? "/openapi/v3/" + path : std::string(url)))
            document = std::make_shared<const Json>(std::move(*fetched));
        else if (fetched.error().kind == client::Errc::unreachable)
            return; // asked again next time
    } else if (index.error().kind == client::Errc::unreachable) {
        return;
    }
    std::lock_guard lock(mutex_);
    documents_[apiVersion] = std::move(document);
}

bool SchemaCatalog::isLoaded(const std::string& apiVersion) const {
    std::lock_guard lock(mutex_);
    return documents_.contains(apiVersion);
}

Schema SchemaCatalog::find(const std::string& apiVersion, const std::string& kind) const {
    std::lock_guard lock(mutex_);
    const auto found = documents_.find(apiVersion);
    if (found == documents_.end() || found->second == nullptr)
        return {};
    const JsonObject* schemas = schemasOf(*found->second);
    if (schemas == nullptr)
        return {};
    for (const auto& entry : *schemas) {
        const JsonObject* schema = entry.value().if_object();
        if (schema == nullptr || !schema->contains(gvkMember))
            continue;
        for (const Json& gvk : arrayAt(*schema, {gvkMember})) {
            const std::string group(api::stringAt(gvk, {"group"})), version(api::stringAt(gvk, {"version"}));
            if (api::stringAt(gvk, {"kind"}) == kind && (group.empty() ? version : group + "/" + version) == apiVersion)
                return {found->second, &entry.value()};
        }
    }
    return {};
}

QStringList SchemaCatalog::kinds(const std::string& apiVersion) const {
    std::lock_guard lock(mutex_);
    QStringList names;
    const auto found = documents_.find(apiVersion);
    const JsonObject* schemas =
        found == documents_.end() || found->second == nullptr ? nullptr : schemasOf(*found->second);
    if (schemas == nullptr)
        return names;
    for (const auto& entry : *schemas)
        if (const JsonObject* schema = entry.value().if_object(); schema != nullptr && schema->contains(gvkMember))
            for (const Json& gvk : arrayAt(*schema, {gvkMember})) {
                const std::string group(api::stringAt(gvk, {"group"})), version(api::stringAt(gvk, {"version"}));
                const QString kind = text(api::stringAt(gvk, {"kind"}));
                if ((group.empty() ? version : group + "/" + version) == apiVersion && !names.contains(kind) &&
                    schema->if_contains("properties") != nullptr &&
                    api::find(*schema, {"properties", "metadata"}) != nullptr && !kind.endsWith(QLatin1String("List")))
                    names << kind;
            }
    return names;
}

} // namespace slipway::ui
