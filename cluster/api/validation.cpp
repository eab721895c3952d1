#include "cluster/api/validation.h"

#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <format>

namespace slipway::api {
namespace {

/// Required members and enumerated values, for every kind, from the schema alone.
class SchemaCheck {
public:
    explicit SchemaCheck(Causes& causes) : causes_(causes) {}

    void object(const Type& type, const JsonObject& value, const std::string& path) {
        for (const Field& field : type.fields) {
            const std::string memberPath = path.empty() ? std::string(field.name) : path + "." + std::string(field.name);
            const Json* member = value.if_contains(field.name);
            if (member == nullptr) {
                if (field.required)
                    causes_.push_back(requiredValue(memberPath, ""));
                continue;
            }
            if (field.kind == FieldKind::string_ && field.container == Container::none)
                scalar(field, *member, memberPath);
            else if (field.kind == FieldKind::object_)
                objects(field, *member, memberPath);
        }
    }

private:
    void scalar(const Field& field, const Json& value, const std::string& path) {
        if (!value.is_string())
            return;
        const std::string_view text = view(value.get_string());
        if (field.required && text.empty()) {
            causes_.push_back(requiredValue(path, ""));
        } else if (!field.enumValues.empty() && !text.empty() && std::ranges::find(field.enumValues, text) == field.enumValues.end()) {
            causes_.push_back(notSupported(path, value, {field.enumValues.begin(), field.enumValues.end()}));
        }
    }

    void objects(const Field& field, const Json& value, const std::string& path) {
        if (value.is_object() && field.container == Container::none)
            object(*field.type, value.get_object(), path);
        if (value.is_array()) {
            std::size_t index = 0;
            for (const Json& item : value.get_array()) {
                if (item.is_object())
                    object(*field.type, item.get_object(), std::format("{}[{}]", path, index));
                ++index;
            }
        }
    }

    Causes& causes_;
};

/// Statuses are written by parts of the system and judged by nobody, as in Kubernetes.
void validateSchema(const Resource& resource, const JsonObject& object, Causes& causes) {
    JsonObject judged = object;
    judged.erase("status");
    judged.erase("metadata");
    for (const Field& field : resource.type->fields)
        if (field.name == "metadata")
            judged["metadata"] = JsonObject();
    SchemaCheck(causes).object(*resource.type, judged, {});
}

std::optional<std::string> nameProblem(const Resource& resource, std::string_view name) {
    if (resource.name == "namespaces")
        return labelProblem(name);
    if (resource.name == "services")
        return label1035Problem(name);
    if (resource.group == "rbac.authorization.k8s.io") {
        if (name == "." || name == ".." || name.find('/') != std::string_view::npos || name.find('%') != std::string_view::npos)
            return std::string("may not contain '/' or '%', or be '.' or '..'");
        return {};
    }
    return subdomainProblem(name);
}

void validateMetadata(const Resource& resource, const JsonObject& object, Causes& causes) {
    const Json* metadata = object.if_contains("metadata");
    if (metadata == nullptr || !metadata->is_object())
        return;
    const std::string_view name = stringAt(object, {"metadata", "name"});
    if (name.empty())
        causes.push_back(requiredValue("metadata.name", "name or generateName is required"));
    else if (const auto problem = nameProblem(resource, name))
        causes.push_back(invalidValue("metadata.name", Json(name), *problem));
    validateLabels(find(object, {"metadata", "labels"}), "metadata.labels", causes);
    if (const Json* annotations = find(object, {"metadata", "annotations"}); annotations != nullptr && annotations->is_object()) {
        std::size_t size = 0;
        for (const auto& [key, value] : annotations->get_object()) {
            std::string lowered(key);
            std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            if (const auto problem = qualifiedNameProblem(lowered))
                causes.push_back(invalidValue("metadata.annotations", Json(key), *problem));
            size += key.size() + (value.is_string() ? value.get_string().size() : 0);
        }
        if (size > 256 * 1024)
            causes.push_back({"FieldValueTooLong", "Too long: may not be more than 262144 bytes", "metadata.annotations"});
    }
}

void validateData(const JsonObject& object, Causes& causes) {
    std::size_t size = 0;
    for (std::string_view member : {"data", "binaryData"}) {
        const Json* data = object.if_contains(member);
        if (data == nullptr || !data->is_object())
            continue;
        for (const auto& [key, value] : data->get_object()) {
            const std::string_view text = key;
            size += text.size() + (value.is_string() ? value.get_string().size() : 0);
            const bool good = !text.empty() && text.size() <= 253 && text != "." && text != ".." &&
                              std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; });
            if (!good)
                causes.push_back(invalidValue(std::format("{}[{}]", member, text), Json(text),
                                              "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
                                              "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
        }
    }
    if (size > 1024 * 1024 + 400 * 1024)
        causes.push_back({"FieldValueTooLong", "Too long: may not be more than 1048576 bytes", ""});
}

void validateKind(const Resource& resource, const JsonObject& object, Causes& causes) {
    if (resource.name == "pods") {
        if (const Json* spec = object.if_contains("spec"); spec != nullptr && spec->is_object())
            validatePodSpec(spec->get_object(), "spec", causes);
    } else if (resource.name == "services") {
        validateService(object, causes);
    } else if (resource.group == "apps" && resource.name != "controllerrevisions") {
        validateWorkload(resource, object, causes);
    } else if (resource.name == "configmaps" || resource.name == "secrets") {
        validateData(object, causes);
    }
}

/// The members of an object that were declared immutable may be kept, or the whole object deleted.
void validateImmutable(const Resource& resource, const JsonObject& before, const JsonObject& after, Causes& causes) {
    const auto part = [](const JsonObject& object, std::string_view member) {
        const Json* found = object.if_contains(member);
        return found == nullptr ? Json() : *found;
    };
    if ((resource.name == "configmaps" || resource.name == "secrets") && boolAt(before, {"immutable"})) {
        if (!boolAt(after, {"immutable"}))
            causes.push_back(forbiddenField("immutable", "field is immutable when `immutable` is set"));
        for (std::string_view member : {"data", "binaryData"})
            if (part(before, member) != part(after, member))
                causes.push_back(forbiddenField(std::string(member), "field is immutable when `immutable` is set"));
    }
    if (resource.name == "secrets" && part(before, "type") != part(after, "type"))
        causes.push_back(invalidValue("type", part(after, "type"), "field is immutable"));
    if ((resource.name == "rolebindings" || resource.name == "clusterrolebindings") && part(before, "roleRef") != part(after, "roleRef"))
        causes.push_back(invalidValue("roleRef", part(after, "roleRef"), "cannot change roleRef"));
    if (resource.name == "services") {
        const std::string_view old = stringAt(before, {"spec", "clusterIP"}), now = stringAt(after, {"spec", "clusterIP"});
        if (!old.empty() && old != now && stringAt(after, {"spec", "type"}) != "ExternalName")
            causes.push_back(invalidValue("spec.clusterIPs[0]", JsonArray{now}, "may not change once set"));
    }
}

} // namespace

std::vector<StatusCause> validateCreate(const Resource& resource, const JsonObject& object) {
    Causes causes;
    validateMetadata(resource, object, causes);
    validateKind(resource, object, causes);
    Causes schema;
    validateSchema(resource, object, schema);
    for (StatusCause& cause : schema) // what a kind's own check already said need not be said twice
        if (std::ranges::none_of(causes, [&](const StatusCause& said) { return said.field == cause.field; }))
            causes.push_back(std::move(cause));
    return causes;
}

std::vector<StatusCause> validateUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after, std::string_view subresource) {
    Causes causes;
    if (!subresource.empty())
        return causes;
    causes = validateCreate(resource, after);
    validateImmutable(resource, before, after, causes);
    if (resource.name == "pods")
        validatePodUpdate(before, after, causes);
    else if (resource.group == "apps")
        validateWorkloadUpdate(resource, before, after, causes);
    return causes;
}

} // namespace slipway::api
