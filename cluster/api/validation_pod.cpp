#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::api {
namespace {

const JsonArray& listAt(const JsonObject& object, std::string_view name) {
    static const JsonArray none;
    const Json* found = object.if_contains(name);
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

void validatePort(const Json* number, const std::string& path, Causes& causes) {
    if (number == nullptr || !number->is_int64() || number->get_int64() < 1 || number->get_int64() > 65535)
        causes.push_back(number == nullptr ? requiredValue(path, "") : invalidValue(path, *number, "must be between 1 and 65535, inclusive"));
}

void validateContainerPorts(const JsonObject& container, const std::string& path, Causes& causes) {
    std::set<std::string> names;
    std::size_t index = 0;
    for (const Json& port : listAt(container, "ports")) {
        const std::string at = std::format("{}.ports[{}]", path, index++);
        validatePort(find(port, {"containerPort"}), at + ".containerPort", causes);
        if (const Json* hostPort = find(port, {"hostPort"}); hostPort != nullptr)
            validatePort(hostPort, at + ".hostPort", causes);
        const std::string_view name = stringAt(port, {"name"});
        if (name.empty())
            continue;
        if (const auto problem = portNameProblem(name))
            causes.push_back(invalidValue(at + ".name", Json(name), *problem));
        else if (!names.emplace(name).second)
            causes.push_back(duplicateValue(at + ".name", Json(name)));
    }
}

void validateEnvironment(const JsonObject& container, const std::string& path, Causes& causes) {
    std::size_t index = 0;
    for (const Json& variable : listAt(container, "env")) {
        const std::string at = std::format("{}.env[{}]", path, index++);
        const std::string_view name = stringAt(variable, {"name"});
        if (name.empty())
            causes.push_back(requiredValue(at + ".name", ""));
        else if (name.find('=') != std::string_view::npos)
            causes.push_back(invalidValue(at + ".name", Json(name), "a valid environment variable name must consist only of printable ASCII characters other than '='"));
        if (find(variable, {"valueFrom"}) != nullptr && !stringAt(variable, {"value"}).empty())
            causes.push_back(invalidValue(at + ".valueFrom", "", "may not be specified when `value` is not empty"));
    }
}

void validateMounts(const JsonObject& container, const std::set<std::string>& volumes, const std::string& path, Causes& causes) {
    std::set<std::string> paths;
    std::size_t index = 0;
    for (const Json& mount : listAt(container, "volumeMounts")) {
        const std::string at = std::format("{}.volumeMounts[{}]", path, index++);
        const std::string name(stringAt(mount, {"name"})), mountPath(stringAt(mount, {"mountPath"}));
        if (name.empty())
            causes.push_back(requiredValue(at + ".name", ""));
        else if (!volumes.contains(name))
            causes.push_back({"FieldValueNotFound", std::format("Not found: \"{}\"", name), at + ".name"});
        if (mountPath.empty())
            causes.push_back(requiredValue(at + ".mountPath", ""));
        else if (!paths.insert(mountPath).second)
            causes.push_back(invalidValue(at + ".mountPath", Json(mountPath), "must be unique"));
    }
}

void validateProbe(const JsonObject& container, std::string_view member, const std::string& path, Causes& causes) {
    const Json* probe = container.if_contains(member);
    if (probe == nullptr || !probe->is_object())
        return;
    int handlers = 0;
    for (std::string_view kind : {"exec", "httpGet", "tcpSocket", "grpc"})
        handlers += probe->get_object().contains(kind);
    const std::string at = std::format("{}.{}", path, member);
    if (handlers == 0)
        causes.push_back(requiredValue(at, "must specify a handler type"));
    else if (handlers > 1)
        causes.push_back(forbiddenField(at, "may not specify more than 1 handler type"));
    for (std::string_view number : {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"})
        if (const auto value = intAt(probe->get_object(), {number}); value && *value < 0)
            causes.push_back(invalidValue(std::format("{}.{}", at, number), Json(*value), "must be greater than or equal to 0"));
    if (const auto success = intAt(probe->get_object(), {"successThreshold"}); member != "readinessProbe" && success && *success != 1)
        causes.push_back(invalidValue(at + ".successThreshold", Json(*success), "must be 1"));
}

void validateContainer(const JsonObject& container, const std::set<std::string>& volumes, const std::string& path, std::set<std::string>& names, Causes& causes) {
    const std::string name(stringAt(container, {"name"}));
    if (name.empty())
        causes.push_back(requiredValue(path + ".name", ""));
    else if (const auto problem = labelProblem(name))
        causes.push_back(invalidValue(path + ".name", Json(name), *problem));
    else if (!names.insert(name).second)
        causes.push_back(duplicateValue(path + ".name", Json(name)));
    const std::string_view image = stringAt(container, {"image"});
    if (image.empty())
        causes.push_back(requiredValue(path + ".image", ""));
    else if (image.front() == ' ' || image.back() == ' ')
        causes.push_back(invalidValue(path + ".image", Json(image), "must not have leading or trailing whitespace"));
    validateContainerPorts(container, path, causes);
    validateEnvironment(container, path, causes);
    validateMounts(container, volumes, path, causes);
    for (std::string_view probe : {"livenessProbe", "readinessProbe", "startupProbe"})
        validateProbe(container, probe, path, causes);
}

std::set<std::string> validateVolumes(const JsonObject& spec, const std::string& path, Causes& causes) {
    std::set<std::string> names;
    std::size_t index = 0;
    for (const Json& volume : listAt(spec, "volumes")) {
        const std::string at = std::format("{}.volumes[{}]", path, index++);
        const std::string name(stringAt(volume, {"name"}));
        if (name.empty())
            causes.push_back(requiredValue(at + ".name", ""));
        else if (const auto problem = labelProblem(name))
            causes.push_back(invalidValue(at + ".name", Json(name), *problem));
        else if (!names.insert(name).second)
            causes.push_back(duplicateValue(at + ".name", Json(name)));
        if (volume.is_object() && volume.get_object().size() > 2)
            causes.push_back(forbiddenField(at, "may not specify more than 1 volume type"));
    }
    return names;
}

} // namespace

void validatePodSpec(const JsonObject& spec, const std::string& path, Causes& causes) {
    const std::set<std::string> volumes = validateVolumes(spec, path, causes);
    std::set<std::string> names;
    if (listAt(spec, "containers").empty())
        causes.push_back(requiredValue(path + ".containers", ""));
    for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"}) {
        std::size_t index = 0;
        for (const Json& container : listAt(spec, list)) {
            if (container.is_object())
                validateContainer(container.get_object(), volumes, std::format("{}.{}[{}]", path, list, index), names, causes);
            ++index;
        }
    }
    validateLabels(spec.if_contains("nodeSelector"), path + ".nodeSelector", causes);
    if (const auto grace = intAt(spec, {"terminationGracePeriodSeconds"}); grace && *grace < 0)
        causes.push_back(invalidValue(path + ".terminationGracePeriodSeconds", Json(*grace), "must be greater than or equal to 0"));
}

void validatePodUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    const auto frozen = [](const JsonObject& pod) {
        JsonObject spec = find(pod, {"spec"})->get_object();
        for (std::string_view list : {"containers", "initContainers"})
            if (Json* containers = spec.if_contains(list); containers != nullptr && containers->is_array())
                for (Json& container : containers->get_array())
                    container.as_object().erase("image");
        for (std::string_view free : {"activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates", "ephemeralContainers"})
            spec.erase(free);
        return spec;
    };
    if (find(before, {"spec"}) == nullptr || find(after, {"spec"}) == nullptr || frozen(before) == frozen(after))
        return;
    causes.push_back(forbiddenField("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                                            "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                                            "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
}

} // namespace slipway::api
