#include "cluster/apiserver/attributes.h"

#include "cluster/api/custom/definition.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

std::string textAt(const api::JsonObject& object, std::string_view path) {
    const api::JsonObject* current = &object;
    for (;;) {
        const std::size_t dot = path.find('.');
        const api::Json* member = current->if_contains(path.substr(0, dot));
        if (member == nullptr)
            return {};
        if (dot == std::string_view::npos)
            return member->is_string() ? std::string(api::view(member->get_string())) : api::printJson(*member);
        current = member->if_object();
        if (current == nullptr)
            return {};
        path.remove_prefix(dot + 1);
    }
}

/// What a field selects by where it is absent: mostly the empty string.
std::string_view absentValue(std::string_view field) {
    return field == "spec.unschedulable" || field == "spec.hostNetwork" ? "false"
           : field == "status.replicas"                                 ? "0"
                                                                        : "";
}

} // namespace

std::vector<std::string_view> selectableFields(const api::Resource& resource) {
    if (resource.custom != nullptr)
        return {resource.custom->selectable.begin(), resource.custom->selectable.end()};
    using Fields = std::vector<std::string_view>;
    static const std::map<std::string_view, Fields> byName{
        {"pods",
         {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
          "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName"}},
        {"events",
         {"involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
          "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
          "reportingComponent", "source", "type"}},
        {"namespaces", {"status.phase"}},
        {"nodes", {"spec.unschedulable"}},
        {"secrets", {"type"}},
        {"services", {"spec.clusterIP", "spec.type"}},
        {"replicasets", {"status.replicas"}},
        {"replicationcontrollers", {"status.replicas"}},
        {"jobs", {"status.successful"}},
        {"certificatesigningrequests", {"spec.signerName"}},
    };
    const auto found = byName.find(resource.name);
    return found == byName.end() ? Fields() : found->second;
}

Attributes Attributes::of(const api::Resource& resource, const api::JsonObject& object) {
    Attributes attributes;
    attributes.ns = api::stringAt(object, {"metadata", "namespace"});
    attributes.name = api::stringAt(object, {"metadata", "name"});
    if (const api::Json* labels = api::find(object, {"metadata", "labels"}); labels != nullptr && labels->is_object())
        for (const auto& [key, value] : labels->get_object())
            if (value.is_string())
                attributes.labels.emplace(key, api::view(value.get_string()));
    for (std::string_view field : selectableFields(resource)) {
        std::string text = field == "source" ? textAt(object, "source.component") : textAt(object, field);
        if (text.empty() && field == "source") // who reports is told in either of two members
            text = textAt(object, "reportingComponent");
        if (!text.empty() && text != absentValue(field))
            attributes.fields.emplace_back(field, std::move(text));
    }
    attributes.fields.shrink_to_fit(); // they are held for every object there is
    return attributes;
}

bool Selection::matches(const Attributes& attributes) const {
    if ((!ns.empty() && attributes.ns != ns) || (!name.empty() && attributes.name != name))
        return false;
    const auto valueOf = [&](const std::string& path) -> std::string_view {
        if (path == "metadata.name")
            return attributes.name;
        if (path == "metadata.namespace")
            return attributes.ns;
        const auto found = std::ranges::find(attributes.fields, path, [](const auto& pair) { return pair.first; });
        return found == attributes.fields.end() ? absentValue(path) : std::string_view(found->second);
    };
    return std::ranges::all_of(fields.requirements,
                               [&](const auto& r) { return (valueOf(r.path) == r.value) == r.equal; }) &&
           labels.matches(attributes.labels);
}

namespace {

/// Events are kept in their core form, under whose names their fields are found.
std::string storedPath(const api::Resource& resource, std::string path) {
    if (resource.group != "events.k8s.io")
        return path;
    if (path.starts_with("regarding."))
        return "involvedObject." + path.substr(std::string_view("regarding.").size());
    return path == "reportingController" ? "reportingComponent" : path;
}

} // namespace

std::expected<Selection, api::Status> Selection::parse(const api::Resource& resource, std::string ns, std::string name,
                                                       std::string_view labelSelector, std::string_view fieldSelector) {
    Selection selection{std::move(ns), std::move(name), {}, {}};
    auto labels = api::LabelMatcher::parse(labelSelector);
    if (!labels)
        return std::unexpected(api::badRequest(labels.error()));
    selection.labels = std::move(*labels);
    auto fields = api::FieldMatcher::parse(fieldSelector);
    if (!fields)
        return std::unexpected(api::badRequest(fields.error()));
    for (auto& requirement : fields->requirements)
        requirement.path = storedPath(resource, std::move(requirement.path));
    const auto known = selectableFields(resource);
    for (const auto& requirement : fields->requirements)
        if (requirement.path != "metadata.name" && requirement.path != "metadata.namespace" &&
            std::ranges::find(known, requirement.path) == known.end())
            return std::unexpected(api::badRequest(std::format(
                "Unable to find \"{}/{}, Resource={}\" that match label selector \"{}\", field selector \"{}\": "
                "field label not supported: {}",
                resource.group, resource.version, resource.name, labelSelector, fieldSelector, requirement.path)));
    selection.fields = std::move(*fields);
    return selection;
}

} // namespace slipway::apiserver
