#include "cluster/api/validation_at.h"
#include "cluster/api/validation_pod_parts.h"

#include <algorithm>
#include <set>

namespace slipway::api {
namespace {

void validateHostPort(const At& port, PodContext& pod, std::int64_t number, std::int64_t hostPort) {
    validatePortNumber(Json(hostPort), port.pathOf("hostPort"), port.causes());
    if (pod.spec.flag("hostNetwork") && hostPort != number)
        port.invalid("containerPort", "must match `hostPort` when `hostNetwork` is true", Json(number));
    const std::string key = std::format("{}/{}/{}", port.text("protocol"), port.text("hostIP"), hostPort);
    if (!pod.hostPorts.insert(key).second)
        port.causes().push_back(duplicateValue(port.pathOf("hostPort"), Json(key)));
}

void validatePorts(const At& container, PodContext& pod) {
    std::set<std::string_view> names;
    container.each("ports", [&](const At& port) {
        const std::string_view name = port.text("name");
        if (const auto problem = name.empty() ? std::nullopt : portNameProblem(name))
            port.invalid("name", *problem);
        else if (!name.empty() && !names.insert(name).second)
            port.duplicate("name");
        const auto number = port.number("containerPort").value_or(0), hostPort = port.number("hostPort").value_or(0);
        if (number == 0)
            port.require("containerPort");
        else
            validatePortNumber(Json(number), port.pathOf("containerPort"), port.causes());
        if (hostPort != 0)
            validateHostPort(port, pod, number, hostPort);
        port.judge("hostIP", addressProblem);
    });
}

void validateName(const At& container, PodContext& pod) {
    const std::string name(container.text("name"));
    if (name.empty())
        container.require("name");
    else if (const auto problem = labelProblem(name))
        container.invalid("name", *problem);
    else if (!pod.names.insert(name).second)
        container.duplicate("name");
}

void validateImage(const At& container) {
    const std::string_view image = container.text("image");
    if (image.empty())
        container.require("image");
    else if (std::string_view(" \t\n").contains(image.front()) || std::string_view(" \t\n").contains(image.back()))
        container.invalid("image", "must not have leading or trailing whitespace");
}

/// Nothing but commands, files and images makes sense in a running pod.
void forbidForEphemeral(const At& container) {
    for (std::string_view member : {"ports", "resources", "resizePolicy", "restartPolicy"}) {
        const Json value = container.value(member);
        const bool empty = value.is_null() || (value.is_object() && value.get_object().empty()) ||
                           (value.is_array() && value.get_array().empty());
        if (!empty)
            container.forbid(member, "cannot be set for an Ephemeral Container");
    }
    if (const std::string_view target = container.text("targetContainerName"); !target.empty())
        if (const auto problem = labelProblem(target))
            container.invalid("targetContainerName", *problem);
}

void validateResizePolicies(const At& container) {
    std::set<std::string_view> seen;
    container.each("resizePolicy", [&](const At& policy) {
        const std::string_view name = policy.text("resourceName");
        if (!seen.insert(name).second)
            policy.causes().push_back(duplicateValue(policy.path(), Json(name)));
        if (name.empty())
            policy.require("resourceName");
        else
            policy.oneOf("resourceName", {"cpu", "memory"});
        if (policy.needs("restartPolicy"))
            policy.oneOf("restartPolicy", {"NotRequired", "RestartContainer"});
    });
}

void validateMount(const At& mount, const PodContext& pod, const At& container, bool ephemeral) {
    const std::string_view name = mount.text("name");
    if (name.empty())
        mount.require("name");
    else if (const auto volume = pod.volumes.find(name); volume == pod.volumes.end())
        mount.causes().push_back(notFoundValue(mount.pathOf("name"), name));
    const At inList(mount.object(), container.pathOf("volumeMounts"), mount.causes()); // findings that name no index
    for (std::string_view member : {"subPath", "subPathExpr"}) {
        if (mount.text(member).empty())
            continue;
        if (ephemeral)
            mount.forbid(member, "cannot be set for an Ephemeral Container");
        else
            validateRelativePath(inList, member);
    }
    if (!mount.text("subPath").empty() && !mount.text("subPathExpr").empty())
        mount.invalid("subPathExpr", "subPathExpr and subPath are mutually exclusive");
    if (mount.text("mountPropagation") == "Bidirectional" && !container.in("securityContext").flag("privileged"))
        inList.forbid("mountPropagation", "Bidirectional mount propagation is available only to privileged containers");
    inList.oneOf("recursiveReadOnly", {"Disabled", "Enabled", "IfPossible"});
    if (const std::string_view recursive = mount.text("recursiveReadOnly");
        (recursive == "Enabled" || recursive == "IfPossible") && !mount.flag("readOnly"))
        inList.forbid("recursiveReadOnly", "may only be specified when readOnly is true");
}

} // namespace

void validateRelativePath(const At& owner, std::string_view member) {
    const std::string_view path = owner.text(member);
    if (path.starts_with('/'))
        owner.invalid(member, "must be a relative path");
    else if (path == ".." || path.starts_with("../") || path.ends_with("/..") || path.contains("/../"))
        owner.invalid(member, "must not contain '..'");
}

void validateMounts(const At& container, const PodContext& pod, bool ephemeral) {
    std::set<std::string_view> paths;
    container.each("volumeMounts", [&](const At& mount) {
        validateMount(mount, pod, container, ephemeral);
        const std::string_view path = mount.text("mountPath");
        if (path.empty())
            mount.require("mountPath");
        else if (!paths.insert(path).second)
            mount.invalid("mountPath", "must be unique");
    });
    container.each("volumeDevices", [&](const At& device) {
        const std::string_view name = device.text("name");
        if (name.empty())
            device.require("name");
        else if (const auto volume = pod.volumes.find(name); volume == pod.volumes.end())
            device.causes().push_back(notFoundValue(device.pathOf("name"), name));
        else if (!volume->second.claimed)
            device.invalid("name", "can only use volume source type of PersistentVolumeClaim or Ephemeral for block "
                                   "mode");
        const std::string_view path = device.text("devicePath");
        if (path.empty())
            device.require("devicePath");
        else if (!paths.insert(path).second)
            device.invalid("devicePath", "must be unique");
    });
}

void validateContainer(const At& container, PodContext& pod, std::string_view list) {
    const bool ephemeral = list == "ephemeralContainers";
    validateName(container, pod);
    validateImage(container);
    if (ephemeral)
        forbidForEphemeral(container);
    else
        validatePorts(container, pod);
    if (list == "initContainers")
        container.oneOf("restartPolicy", {"Always"});
    else if (list == "containers" && container.has("restartPolicy"))
        container.forbid("restartPolicy", "may not be set for non-init containers");
    validateEnvironment(container);
    validateMounts(container, pod, ephemeral);
    validateProbes(container, list);
    validateLifecycle(container, pod, list);
    if (!ephemeral) {
        validateResources(container);
        validateResizePolicies(container);
    }
    validateContainerSecurity(container, pod.spec);
}

} // namespace slipway::api
