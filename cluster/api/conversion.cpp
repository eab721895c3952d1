#include "cluster/api/conversion.h"

#include "cluster/api/conversion_kinds.h"
#include "cluster/api/custom/definition.h"

#include <format>

namespace slipway::api {

std::string apiVersionOf(const Resource& resource) {
    return resource.group.empty() ? std::string(resource.version)
                                  : std::format("{}/{}", resource.group, resource.version);
}

std::string storedApiVersionOf(const Resource& resource) {
    if (resource.custom != nullptr)
        return std::format("{}/{}", resource.group, resource.custom->storageVersion);
    if (resource.group == "events.k8s.io")
        return "v1";
    if (resource.group == "autoscaling" && resource.name == "horizontalpodautoscalers")
        return "autoscaling/v2";
    return apiVersionOf(resource);
}

namespace {

void convert(const Resource& resource, JsonObject& object, const std::string& wanted) {
    const std::string is(stringAt(object, {"apiVersion"}));
    if (is == wanted)
        return;
    if (resource.custom == nullptr) {
        if (wanted == "events.k8s.io/v1")
            eventToGroup(object);
        else if (is == "events.k8s.io/v1")
            eventToCore(object);
        else if (wanted == "autoscaling/v1")
            autoscalerToV1(object);
        else if (is == "autoscaling/v1")
            autoscalerToV2(object);
    }
    object["apiVersion"] = wanted;
}

} // namespace

void convertTo(const Resource& resource, JsonObject& object) {
    convert(resource, object, apiVersionOf(resource));
}

void convertToStored(const Resource& resource, JsonObject& object) {
    convert(resource, object, storedApiVersionOf(resource));
}

std::string printObject(const JsonObject& object) {
    std::string text = std::format(R"({{"kind":{},"apiVersion":{})", printJson(Json(stringAt(object, {"kind"}))),
                                   printJson(Json(stringAt(object, {"apiVersion"}))));
    for (const auto& [name, value] : object) {
        if (name == "kind" || name == "apiVersion")
            continue;
        text += ',';
        text += printJson(Json(name));
        text += ':';
        text += printJson(value);
    }
    return text += '}';
}

bool isInVersion(std::string_view bytes, const Resource& resource) {
    constexpr std::string_view begin = R"({"kind":")", middle = R"(","apiVersion":")";
    const auto skip = [&](std::string_view part) {
        if (!bytes.starts_with(part))
            return false;
        bytes.remove_prefix(part.size());
        return true;
    };
    if (!skip(begin) || !skip(resource.kind) || !skip(middle))
        return false;
    return (resource.group.empty() || (skip(resource.group) && skip("/"))) && skip(resource.version) && skip("\"");
}

} // namespace slipway::api
