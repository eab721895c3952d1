#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::api {
namespace {

void validateContainerPorts(const JsonObject& container, bool hostNetwork, const std::string& path, Causes& causes) {
    std::set<std::string> names;
    std::size_t index = 0;
    for (const Json& port : listAt(container, "ports")) {
        const std::string at = std::format("{}.ports[{}]", path, index++);
        const std::string_view name = stringAt(port, {"name"});
        if (const auto problem = name.empty() ? std::nullopt : portNameProblem(name))
            causes.push_back(invalidValue(at + ".name", Json(name), *problem));
        else if (!name.empty() && !names.emplace(name).second)
            causes.push_back(duplicateValue(at + ".name", Json(name)));
        const auto number = intAt(port.as_object(), {"containerPort"}).value_or(0),
                   hostPort = intAt(port.as_object(), {"hostPort"}).value_or(0);
        if (number == 0)
            causes.push_back(requiredValue(at + ".containerPort", ""));
        else
            validatePortNumber(Json(number), at + ".containerPort", causes);
        if (hostPort != 0)
            validatePortNumber(Json(hostPort), at + ".hostPort", causes);
        if (hostNetwork && hostPort != 0 && hostPort != number)
            causes.push_back(
                invalidValue(at + ".containerPort", Json(number), "must match `hostPort` when `hostNetwork` is true"));
    }
}

bool printable(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '='; });
}

void validateEnvironment(const JsonObject& container, const std::string& path, Causes& causes) {
    std::size_t index = 0;
    for (const Json& variable : listAt(container, "env")) {
        const std::string at = std::format("{}.env[{}]", path, index++);
        const std::string_view name = stringAt(variable, {"name"});
        if (name.empty())
            causes.push_back(requiredValue(at + ".name", ""));
        else if (!printable(name))
            causes.push_back(invalidValue(
                at + ".name", Json(name),
                "a valid environment variable name must consist only of printable ASCII characters other than '='"));
        const Json* from = find(variable, {"valueFrom"});
        if (from == nullptr || !from->is_object())
            continue;
        if (from->get_object().empty())
            causes.push_back(invalidValue(
                at + ".valueFrom", "",
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"));
        else if (!stringAt(variable, {"value"}).empty())
            causes.push_back(invalidValue(at + ".valueFrom", "", "may not be specified when `value` is not empty"));
        else if (from->get_object().size() > 1)
            causes.push_back(
                invalidValue(at + ".valueFrom", "", "may not have more than one field specified at a time"));
    }
}

void validateMounts(const JsonObject& container, const std::set<std::string>& volumes, const std::string& path,
                    Causes& causes) {
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

/// What a probe or a lifecycle hook does.
void validateAction(const JsonObject& action, std::initializer_list<std::string_view> kinds, const std::string& path,
                    Causes& causes) {
    int handlers = 0;
    for (std::string_view kind : kinds) {
        const Json* found = action.if_contains(kind);
        if (found == nullptr || !found->is_object())
            continue;
        const std::string at = std::format("{}.{}", path, kind);
        if (++handlers > 1) {
            causes.push_back(forbiddenField(at, "may not specify more than 1 handler type"));
            continue;
        }
        if (kind == "exec" && listAt(found->get_object(), "command").empty())
            causes.push_back(requiredValue(at + ".command", ""));
        if (const Json* port = find(*found, {"port"}); port != nullptr && (kind == "httpGet" || kind == "tcpSocket"))
            validatePortOrName(*port, at + ".port", causes);
    }
    if (handlers == 0)
        causes.push_back(requiredValue(path, "must specify a handler type"));
}

void validateProbe(const JsonObject& container, std::string_view member, const std::string& path, Causes& causes) {
    const Json* found = container.if_contains(member);
    if (found == nullptr || !found->is_object())
        return;
    const JsonObject& probe = found->get_object();
    const std::string at = std::format("{}.{}", path, member);
    validateAction(probe, {"exec", "httpGet", "tcpSocket", "grpc"}, at, causes);
    for (std::string_view number :
         {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"})
        validateNonNegative(probe, number, at, causes);
    if (const auto success = intAt(probe, {"successThreshold"}); member != "readinessProbe" && success && *success != 1)
        causes.push_back(invalidValue(at + ".successThreshold", Json(*success), "must be 1"));
}

void validateLifecycle(const JsonObject& container, const std::string& path, Causes& causes) {
    for (std::string_view hook : {"postStart", "preStop"})
        if (const Json* handler = find(container, {"lifecycle", hook}); handler != nullptr && handler->is_object())
            validateAction(handler->get_object(), {"exec", "httpGet", "tcpSocket", "sleep"},
                           std::format("{}.lifecycle.{}", path, hook), causes);
}

/// What the containers of one pod are judged against.
struct PodContext {
    std::set<std::string> volumes, names;
    bool hostNetwork = false;
};

void validateContainer(const JsonObject& container, PodContext& pod, std::string_view list, const std::string& path,
                       Causes& causes) {
    const std::string name(stringAt(container, {"name"}));
    if (name.empty())
        causes.push_back(requiredValue(path + ".name", ""));
    else if (const auto problem = labelProblem(name))
        causes.push_back(invalidValue(path + ".name", Json(name), *problem));
    else if (!pod.names.insert(name).second)
        causes.push_back(duplicateValue(path + ".name", Json(name)));
    const std::string_view image = stringAt(container, {"image"});
    if (image.empty())
        causes.push_back(requiredValue(path + ".image", ""));
    else if (std::string_view(" \t\n").contains(image.front()) || std::string_view(" \t\n").contains(image.back()))
        causes.push_back(invalidValue(path + ".image", Json(image), "must not have leading or trailing whitespace"));
    validateContainerPorts(container, pod.hostNetwork, path, causes);
    validateEnvironment(container, path, causes);
    validateMounts(container, pod.volumes, path, causes);
    validateResources(container, path, causes);
    validateLifecycle(container, path, causes);
    const bool restarts = list == "containers" || stringAt(container, {"restartPolicy"}) == "Always";
    for (std::string_view probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
        if (restarts)
            validateProbe(container, probe, path, causes);
        else if (container.contains(probe))
            causes.push_back(forbiddenField(std::format("{}.{}", path, probe),
                                            list == "initContainers"
                                                ? "may not be set for init containers without restartPolicy=Always"
                                                : "cannot be set for an Ephemeral Container"));
    }
}

void validateTolerations(const JsonObject& spec, const std::string& path, Causes& causes) {
    std::size_t index = 0;
    for (const Json& toleration : listAt(spec, "tolerations")) {
        const std::string at = std::format("{}.tolerations[{}]", path, index++);
        const std::string_view key = stringAt(toleration, {"key"}), op = stringAt(toleration, {"operator"}),
                               value = stringAt(toleration, {"value"});
        if (const auto problem = key.empty() ? std::nullopt : qualifiedNameProblem(key))
            causes.push_back(invalidValue(at + ".key", Json(key), *problem));
        if (key.empty() && op != "Exists")
            causes.push_back(invalidValue(
                at + ".operator", Json(op),
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
        if (op == "Exists" && !value.empty())
            causes.push_back(
                invalidValue(at + ".operator", Json(value), "value must be empty when `operator` is 'Exists'"));
        else if (const auto problem = labelValueProblem(value))
            causes.push_back(invalidValue(at + ".operator", Json(value), *problem));
        if (toleration.as_object().contains("tolerationSeconds") && stringAt(toleration, {"effect"}) != "NoExecute")
            causes.push_back(invalidValue(at + ".effect", Json(stringAt(toleration, {"effect"})),
                                          "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
}

void validatePodNames(const JsonObject& spec, const std::string& path, Causes& causes) {
    for (std::string_view member : {"nodeName", "serviceAccountName", "priorityClassName", "runtimeClassName"})
        if (const std::string_view name = stringAt(spec, {member}); !name.empty())
            if (const auto problem = subdomainProblem(name))
                causes.push_back(invalidValue(std::format("{}.{}", path, member), Json(name), *problem));
    for (std::string_view member : {"hostname", "subdomain"})
        if (const std::string_view name = stringAt(spec, {member}); !name.empty())
            if (const auto problem = labelProblem(name))
                causes.push_back(invalidValue(std::format("{}.{}", path, member), Json(name), *problem));
}

} // namespace

void validatePodSpec(const JsonObject& spec, const std::string& path, Causes& causes) {
    PodContext pod;
    pod.volumes = validateVolumes(spec, path, causes);
    pod.hostNetwork = boolAt(spec, {"hostNetwork"});
    if (listAt(spec, "containers").empty())
        causes.push_back(requiredValue(path + ".containers", ""));
    for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"}) {
        std::size_t index = 0;
        for (const Json& container : listAt(spec, list)) {
            if (container.is_object())
                validateContainer(container.get_object(), pod, list, std::format("{}.{}[{}]", path, list, index),
                                  causes);
            ++index;
        }
    }
    validateNonNegative(spec, "terminationGracePeriodSeconds", path, causes);
    validateLabels(spec.if_contains("nodeSelector"), path + ".nodeSelector", causes);
    validatePodNames(spec, path, causes);
    validateTolerations(spec, path, causes);
    if (const auto seconds = intAt(spec, {"activeDeadlineSeconds"}); seconds && (*seconds < 1 || *seconds > 2147483647))
        causes.push_back(invalidValue(path + ".activeDeadlineSeconds", Json(*seconds),
                                      "must be between 1 and 2147483647, inclusive"));
}

} // namespace slipway::api
