#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::api {
namespace {

constexpr std::string_view path = "spec.ephemeralContainers";

const JsonArray& containersOf(const JsonObject& pod, std::string_view list) {
    static const JsonArray none;
    const Json* found = find(pod, {"spec", list});
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

const Json* named(const JsonArray& containers, std::string_view name) {
    const auto found =
        std::ranges::find_if(containers, [&](const Json& one) { return stringAt(one, {"name"}) == name; });
    return found == containers.end() ? nullptr : &*found;
}

/// What a container that was put into a running pod cannot have.
void validateFields(const JsonObject& container, const std::string& at, Causes& causes) {
    static constexpr std::array<std::string_view, 7> barred{
        "ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy"};
    for (std::string_view field : barred) {
        const Json* found = container.if_contains(field);
        const bool empty = found == nullptr || (found->is_object() && found->get_object().empty()) ||
                           (found->is_array() && found->get_array().empty());
        if (!empty)
            causes.push_back(
                forbiddenField(std::format("{}.{}", at, field), "cannot be set for an Ephemeral Container"));
    }
    std::size_t index = 0;
    if (const Json* mounts = container.if_contains("volumeMounts"); mounts != nullptr && mounts->is_array())
        for (const Json& mount : mounts->get_array()) {
            for (std::string_view field : {"subPath", "subPathExpr"})
                if (!stringAt(mount, {field}).empty())
                    causes.push_back(forbiddenField(std::format("{}.volumeMounts[{}].{}", at, index, field),
                                                    "cannot be set for an Ephemeral Container"));
            ++index;
        }
}

} // namespace

void validateEphemeralContainersUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    const JsonArray &old = containersOf(before, "ephemeralContainers"),
                    &now = containersOf(after, "ephemeralContainers");
    if (find(after, {"metadata", "annotations", "kubernetes.io/config.mirror"}) != nullptr)
        causes.push_back(forbiddenField("", "static pods do not support ephemeral containers"));
    std::size_t index = 0;
    for (const Json& container : now) {
        const std::string at = std::format("{}[{}]", path, index++);
        if (!container.is_object() || named(old, stringAt(container, {"name"})) != nullptr)
            continue;
        validateFields(container.get_object(), at, causes);
        const std::string_view target = stringAt(container, {"targetContainerName"});
        if (!target.empty() && named(containersOf(after, "containers"), target) == nullptr &&
            named(containersOf(after, "initContainers"), target) == nullptr)
            causes.push_back(
                {"FieldValueNotFound", std::format("Not found: \"{}\"", target), at + ".targetContainerName"});
    }
    for (const Json& container : old) {
        const std::string_view name = stringAt(container, {"name"});
        const Json* kept = named(now, name);
        if (kept == nullptr)
            causes.push_back(forbiddenField(
                std::string(path), std::format("existing ephemeral containers \"{}\" may not be removed\n", name)));
        else if (*kept != container)
            causes.push_back(forbiddenField(
                std::string(path), std::format("existing ephemeral containers \"{}\" may not be changed\n", name)));
    }
}

} // namespace slipway::api
