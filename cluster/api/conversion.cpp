#include "cluster/api/conversion.h"

#include "cluster/api/conversion_kinds.h"
#include "cluster/api/custom/definition.h"
#include "cluster/api/json_print.h"

#include <format>
#include <span>

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

void convertBuiltIn(JsonObject& object, const std::string& wanted) {
    const std::string is(stringAt(object, {"apiVersion"}));
    if (is == wanted)
        return;
    if (wanted == "events.k8s.io/v1")
        eventToGroup(object);
    else if (is == "events.k8s.io/v1")
        eventToCore(object);
    else if (wanted == "autoscaling/v1")
        autoscalerToV1(object);
    else if (is == "autoscaling/v1")
        autoscalerToV2(object);
    object["apiVersion"] = wanted;
}

/// Those of a custom resource that are of another version.
std::expected<void, Status> convertCustom(const custom::Version& version, std::span<JsonObject> objects,
                                          const std::string& wanted, bool asStored) {
    std::vector<JsonObject> asked;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (stringAt(objects[i], {"apiVersion"}) == wanted)
            continue;
        if (version.converter == nullptr) {
            objects[i]["apiVersion"] = wanted;
            continue;
        }
        asked.push_back(objects[i]);
        places.push_back(i);
    }
    if (asked.empty())
        return {};
    auto converted = version.converter->convert(std::move(asked), wanted, asStored);
    if (!converted)
        return std::unexpected(Status{.code = 500, .reason = "", .message = std::move(converted.error())});
    for (std::size_t i = 0; i < places.size(); ++i)
        objects[places[i]] = std::move((*converted)[i]);
    return {};
}

} // namespace

std::expected<void, Status> convertTo(const Resource& resource, JsonObject& object) {
    if (resource.custom == nullptr) {
        convertBuiltIn(object, apiVersionOf(resource));
        return {};
    }
    const std::string wanted = apiVersionOf(resource);
    const bool foreign = resource.version != resource.custom->storageVersion ||
                         stringAt(object, {"apiVersion"}) != wanted; // else it is kept as its schema reads it
    auto converted = convertCustom(*resource.custom, std::span(&object, 1), wanted, true);
    if (converted && foreign)
        custom::normalise(resource, object);
    return converted;
}

std::expected<void, Status> convertAllTo(const Resource& resource, std::vector<JsonObject>& objects) {
    if (resource.custom != nullptr && resource.custom->converter != nullptr) {
        const std::string wanted = apiVersionOf(resource);
        if (auto converted = convertCustom(*resource.custom, objects, wanted, true); !converted)
            return converted;
    }
    for (JsonObject& object : objects)
        if (auto converted = convertTo(resource, object); !converted)
            return converted;
    return {};
}

std::expected<void, Status> convertToStored(const Resource& resource, JsonObject& object) {
    if (resource.custom != nullptr)
        return convertCustom(*resource.custom, std::span(&object, 1), storedApiVersionOf(resource), false);
    convertBuiltIn(object, storedApiVersionOf(resource));
    return {};
}

bool mayAskConverter(const Resource& resource) {
    return resource.custom != nullptr && resource.custom->converter != nullptr;
}

std::string printObject(const JsonObject& object) {
    std::string text = R"({"kind":)";
    JsonPrinter printer(text);
    printer.text(stringAt(object, {"kind"}));
    text += R"(,"apiVersion":)";
    printer.text(stringAt(object, {"apiVersion"}));
    for (const auto& [name, value] : object) {
        if (name == "kind" || name == "apiVersion")
            continue;
        text += ',';
        printer.member(name, value);
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
