#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::api {
namespace {

std::optional<std::string> nameProblem(const Resource& resource, std::string_view name) {
    if (resource.name == "namespaces" || resource.name == "statefulsets")
        return labelProblem(name);
    if (resource.name == "services")
        return label1035Problem(name);
    if (resource.group == "rbac.authorization.k8s.io" || resource.name == "certificatesigningrequests" ||
        resource.name == "apiservices")
        return pathSegmentProblem(name);
    if (resource.name == "ipaddresses")
        return addressProblem(name);
    if (resource.name == "cronjobs" && name.size() > 52)
        return std::string("must be no more than 52 characters");
    return subdomainProblem(name);
}

void validateAnnotations(const JsonObject& object, Causes& causes) {
    const Json* annotations = find(object, {"metadata", "annotations"});
    if (annotations == nullptr || !annotations->is_object())
        return;
    std::size_t size = 0;
    for (const auto& [key, value] : annotations->get_object()) {
        std::string lowered(key);
        std::ranges::transform(lowered, lowered.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (const auto problem = qualifiedNameProblem(lowered))
            causes.push_back(invalidValue("metadata.annotations", Json(key), *problem));
        size += key.size() + (value.is_string() ? value.get_string().size() : 0);
    }
    if (size > 256 * 1024)
        causes.push_back({"FieldValueTooLong", "Too long: may not be more than 262144 bytes", "metadata.annotations"});
}

/// Whether a finalizer without a domain must be one of Kubernetes' own; kinds of extension servers take any name.
bool knowsItsFinalizers(const Resource& resource) {
    static constexpr std::array<std::string_view, 3> others{"apiextensions.k8s.io", "apiregistration.k8s.io",
                                                            "admissionregistration.k8s.io"};
    return resource.custom == nullptr && std::ranges::find(others, resource.group) == others.end();
}

void validateFinalizers(const Resource& resource, const JsonObject& metadata, Causes& causes) {
    static constexpr std::array<std::string_view, 3> standard{"kubernetes", "orphan", "foregroundDeletion"};
    bool orphan = false, foreground = false;
    std::size_t index = 0;
    for (const Json& finalizer : listAt(metadata, "finalizers")) {
        const std::string_view name = view(finalizer.as_string());
        const std::size_t at = index++;
        orphan = orphan || name == "orphan";
        foreground = foreground || name == "foregroundDeletion";
        if (const auto problem = qualifiedNameProblem(name))
            causes.push_back(invalidValue("metadata.finalizers", finalizer, *problem));
        else if (knowsItsFinalizers(resource) && !name.contains('/') &&
                 std::ranges::find(standard, name) == standard.end())
            causes.push_back(invalidValue(std::format("metadata.finalizers[{}]", at), finalizer,
                                          "name is neither a standard finalizer name nor is it fully qualified"));
    }
    if (orphan && foreground)
        causes.push_back(invalidValue("metadata.finalizers", *metadata.if_contains("finalizers"),
                                      "finalizers orphan and foregroundDeletion cannot be both set"));
}

void validateOwners(const JsonObject& metadata, Causes& causes) {
    const JsonArray& owners = listAt(metadata, "ownerReferences");
    std::string controller;
    for (const Json& owner : owners) {
        if (!owner.is_object())
            continue;
        if (const std::string_view version = stringAt(owner, {"apiVersion"}); version.empty())
            causes.push_back(
                invalidValue("metadata.ownerReferences.apiVersion", Json(version), "version must not be empty"));
        for (std::string_view member : {"kind", "name", "uid"})
            if (stringAt(owner, {member}).empty())
                causes.push_back(
                    invalidValue(std::format("metadata.ownerReferences.{}", member), "", "must not be empty"));
        if (!boolAt(owner.get_object(), {"controller"}))
            continue;
        if (!controller.empty())
            causes.push_back(invalidValue(
                "metadata.ownerReferences", owners,
                std::format(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {} and {}",
                    controller, stringAt(owner, {"name"}))));
        controller = stringAt(owner, {"name"});
    }
}

} // namespace

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
    validateAnnotations(object, causes);
    validateOwners(metadata->get_object(), causes);
    validateFinalizers(resource, metadata->get_object(), causes);
}

void validateMetadataUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    for (std::string_view member : {"name", "namespace", "uid", "creationTimestamp"}) {
        const Json *old = find(before, {"metadata", member}), *now = find(after, {"metadata", member});
        if (old != nullptr && now != nullptr && *old != *now)
            causes.push_back(invalidValue(std::format("metadata.{}", member), *now, "field is immutable"));
    }
    if (stringAt(before, {"metadata", "deletionTimestamp"}).empty())
        return;
    const Json* old = find(before, {"metadata"});
    const Json* now = find(after, {"metadata"});
    if (old == nullptr || now == nullptr || !old->is_object() || !now->is_object())
        return;
    const JsonArray& kept = listAt(old->get_object(), "finalizers");
    std::string added;
    for (const Json& finalizer : listAt(now->get_object(), "finalizers"))
        if (std::ranges::find(kept, finalizer) == kept.end())
            added += std::format("{}{}", added.empty() ? "" : ", ", printJson(finalizer));
    if (!added.empty())
        causes.push_back(forbiddenField(
            "metadata.finalizers",
            std::format(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                added)));
}

} // namespace slipway::api
