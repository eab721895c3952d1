#include "cluster/api/base64.h"
#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <format>

namespace slipway::api {
namespace {

constexpr std::size_t mostData = 1024 * 1024;
constexpr std::string_view rbac = "rbac.authorization.k8s.io";

const JsonObject& objectOf(const JsonObject& object, std::string_view member) {
    static const JsonObject none;
    const Json* found = object.if_contains(member);
    return found != nullptr && found->is_object() ? found->get_object() : none;
}

Json part(const JsonObject& object, std::string_view member) {
    const Json* found = object.if_contains(member);
    return found == nullptr ? Json() : *found;
}

/// The length of what a base64 text stands for.
std::size_t decodedSize(std::string_view text) {
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    return text.size() / 4 * 3 - std::min(padding, text.size());
}

void requireKeys(const JsonObject& secret, std::initializer_list<std::string_view> keys, Causes& causes) {
    for (std::string_view key : keys)
        if (!objectOf(secret, "data").contains(key))
            causes.push_back(requiredValue(std::format("data[{}]", key), ""));
}

void validateSecretType(const JsonObject& secret, Causes& causes) {
    const std::string_view type = stringAt(secret, {"type"});
    const JsonObject& data = objectOf(secret, "data");
    if (type == "kubernetes.io/tls") {
        requireKeys(secret, {"tls.crt", "tls.key"}, causes);
    } else if (type == "kubernetes.io/ssh-auth") {
        requireKeys(secret, {"ssh-privatekey"}, causes);
    } else if (type == "kubernetes.io/basic-auth") {
        if (!data.contains("username") && !data.contains("password"))
            requireKeys(secret, {"username", "password"}, causes);
    } else if (type == "kubernetes.io/dockerconfigjson" || type == "kubernetes.io/dockercfg") {
        const std::string_view key = type == "kubernetes.io/dockercfg" ? ".dockercfg" : ".dockerconfigjson";
        requireKeys(secret, {key}, causes);
        const auto text = decodeBase64(stringAt(secret, {"data", key}));
        if (data.contains(key) && (!text || !parseJson(*text)))
            causes.push_back(invalidValue(std::format("data[{}]", key), "<secret contents redacted>",
                                          "invalid character in the JSON text"));
    } else if (type == "kubernetes.io/service-account-token") {
        if (stringAt(secret, {"metadata", "annotations", "kubernetes.io/service-account.name"}).empty())
            causes.push_back(requiredValue("metadata.annotations[kubernetes.io/service-account.name]", ""));
    }
}

void validateRule(const Resource& resource, const JsonObject& rule, const std::string& at, Causes& causes) {
    if (listAt(rule, "verbs").empty())
        causes.push_back(requiredValue(at + ".verbs", "verbs must contain at least one value"));
    const JsonArray &paths = listAt(rule, "nonResourceURLs"), &groups = listAt(rule, "apiGroups"),
                    &resources = listAt(rule, "resources");
    if (!paths.empty()) {
        if (resource.namespaced)
            causes.push_back(
                invalidValue(at + ".nonResourceURLs", paths, "namespaced rules cannot apply to non-resource URLs"));
        if (!groups.empty() || !resources.empty() || !listAt(rule, "resourceNames").empty())
            causes.push_back(invalidValue(at + ".nonResourceURLs", paths,
                                          "rules cannot apply to both regular resources and non-resource URLs"));
        return;
    }
    if (groups.empty())
        causes.push_back(requiredValue(at + ".apiGroups", "resource rules must supply at least one api group"));
    if (resources.empty())
        causes.push_back(requiredValue(at + ".resources", "resource rules must supply at least one resource"));
}

void validateSubject(const Resource& resource, const JsonObject& subject, const std::string& at, Causes& causes) {
    const std::string_view kind = stringAt(subject, {"kind"}), group = stringAt(subject, {"apiGroup"}),
                           name = stringAt(subject, {"name"});
    if (name.empty())
        causes.push_back(requiredValue(at + ".name", ""));
    if (kind == "ServiceAccount") {
        if (const auto problem = name.empty() ? std::nullopt : subdomainProblem(name))
            causes.push_back(invalidValue(at + ".name", Json(name), *problem));
        if (!group.empty())
            causes.push_back(notSupported(at + ".apiGroup", Json(group), {""}));
        if (!resource.namespaced && stringAt(subject, {"namespace"}).empty())
            causes.push_back(requiredValue(at + ".namespace", ""));
    } else if (kind == "User" || kind == "Group") {
        if (group != rbac)
            causes.push_back(notSupported(at + ".apiGroup", Json(group), {std::string(rbac)}));
    } else {
        causes.push_back(notSupported(at + ".kind", Json(kind), {"ServiceAccount", "User", "Group"}));
    }
}

} // namespace

void validateData(const Resource& resource, const JsonObject& object, Causes& causes) {
    std::size_t size = 0;
    for (std::string_view member : {"data", "binaryData"}) {
        const bool encoded = member == "binaryData" || resource.name == "secrets";
        for (const auto& [key, value] : objectOf(object, member)) {
            const std::string_view text = value.is_string() ? view(value.get_string()) : std::string_view();
            size += encoded ? decodedSize(text) : text.size();
            const std::string at = std::format("{}[{}]", member, std::string_view(key));
            if (const auto problem = configKeyProblem(key))
                causes.push_back(invalidValue(at, Json(key), *problem));
            if (member == "binaryData" && objectOf(object, "data").contains(key))
                causes.push_back(invalidValue(std::format("data[{}]", std::string_view(key)), Json(key),
                                              "duplicate of key present in binaryData"));
        }
    }
    if (size > mostData)
        causes.push_back({"FieldValueTooLong", std::format("Too long: may not be more than {} bytes", mostData),
                          resource.name == "secrets" ? "data" : "[]"});
    if (resource.name == "secrets")
        validateSecretType(object, causes);
}

void validateDataUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after, Causes& causes) {
    if (resource.name == "secrets" && part(before, "type") != part(after, "type"))
        causes.push_back(invalidValue("type", part(after, "type"), "field is immutable"));
    if (!boolAt(before, {"immutable"}))
        return;
    if (!boolAt(after, {"immutable"}))
        causes.push_back(forbiddenField("immutable", "field is immutable when `immutable` is set"));
    for (std::string_view member : {"data", "binaryData"})
        if (objectOf(before, member) != objectOf(after, member))
            causes.push_back(forbiddenField(std::string(member), "field is immutable when `immutable` is set"));
}

void validateRole(const Resource& resource, const JsonObject& role, Causes& causes) {
    std::size_t index = 0;
    for (const Json& rule : listAt(role, "rules"))
        if (const std::string at = std::format("rules[{}]", index++); rule.is_object())
            validateRule(resource, rule.get_object(), at, causes);
}

void validateBinding(const Resource& resource, const JsonObject& binding, Causes& causes) {
    const std::string_view group = stringAt(binding, {"roleRef", "apiGroup"}),
                           kind = stringAt(binding, {"roleRef", "kind"}), name = stringAt(binding, {"roleRef", "name"});
    if (group != rbac)
        causes.push_back(notSupported("roleRef.apiGroup", Json(group), {std::string(rbac)}));
    if (kind != "ClusterRole" && (kind != "Role" || !resource.namespaced))
        causes.push_back(notSupported("roleRef.kind", Json(kind),
                                      resource.namespaced ? std::vector<std::string>{"Role", "ClusterRole"}
                                                          : std::vector<std::string>{"ClusterRole"}));
    if (name.empty())
        causes.push_back(requiredValue("roleRef.name", ""));
    else if (const auto problem = pathSegmentProblem(name))
        causes.push_back(invalidValue("roleRef.name", Json(name), *problem));
    std::size_t index = 0;
    for (const Json& subject : listAt(binding, "subjects"))
        if (const std::string at = std::format("subjects[{}]", index++); subject.is_object())
            validateSubject(resource, subject.get_object(), at, causes);
}

} // namespace slipway::api
