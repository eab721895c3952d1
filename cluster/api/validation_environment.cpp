#include "cluster/api/quantity.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_pod_parts.h"

#include <algorithm>
#include <array>

namespace slipway::api {
namespace {

constexpr std::array<std::string_view, 3> inVolumes{"metadata.name", "metadata.namespace", "metadata.uid"};
constexpr std::array<std::string_view, 9> inVariables{
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
    "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs"};

bool printable(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f && c != '='; });
}

/// metadata.labels['key'] and metadata.annotations['key'].
bool isSubscripted(std::string_view path) {
    for (std::string_view map : {"metadata.labels['", "metadata.annotations['"})
        if (path.starts_with(map) && path.ends_with("']") && path.size() > map.size() + 2)
            return true;
    return false;
}

void validateKeyRef(const At& from, std::string_view member) {
    if (!from.has(member))
        return;
    const At reference = from.in(member);
    reference.needs("name");
    if (reference.needs("key"))
        reference.judge("key", configKeyProblem);
}

void validateSource(const At& variable) {
    const At from = variable.in("valueFrom");
    int sources = 0;
    for (std::string_view kind : {"fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"})
        sources += from.has(kind) ? 1 : 0;
    if (sources == 0)
        return variable.invalid(
            "valueFrom", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
            "");
    if (!variable.text("value").empty())
        return variable.invalid("valueFrom", "may not be specified when `value` is not empty", "");
    if (sources > 1)
        return variable.invalid("valueFrom", "may not have more than one field specified at a time", "");
    validateFieldRef(from, false);
    validateResourceFieldRef(from, false);
    validateKeyRef(from, "configMapKeyRef");
    validateKeyRef(from, "secretKeyRef");
}

/// @p list: where all sources stand; what is wrong with one as a whole is said of it.
void validateWholeSource(const At& source, const std::string& list) {
    const bool map = source.has("configMapRef"), secret = source.has("secretRef");
    if (source.text("prefix").size() > 0 && !printable(source.text("prefix")))
        source.invalid("prefix", "a valid environment variable name must consist only of printable ASCII characters "
                                 "other than '='");
    if (map && source.in("configMapRef").needs("name"))
        source.in("configMapRef").judge("name", subdomainProblem);
    if (secret && source.in("secretRef").needs("name"))
        source.in("secretRef").judge("name", subdomainProblem);
    if (!map && !secret)
        source.causes().push_back(invalidValue(list, "", "must specify one of: `configMapRef` or `secretRef`"));
    else if (map && secret)
        source.causes().push_back(invalidValue(list, "", "may not have more than one field specified at a time"));
}

} // namespace

std::optional<std::string> fieldPathProblem(std::string_view path, bool volume) {
    if (isSubscripted(path) || std::ranges::find(inVariables, path) != inVariables.end() || path == "metadata.labels" ||
        path == "metadata.annotations" || (!volume && path == "spec.restartPolicy") ||
        (!volume && path == "spec.schedulerName") || (!volume && path == "status.phase"))
        return {};
    return std::format("error converting fieldPath: field label not supported: {}", path);
}

void validateFieldRef(const At& owner, bool volume) {
    if (!owner.has("fieldRef"))
        return;
    const At reference = owner.in("fieldRef");
    if (!reference.needs("apiVersion") || !reference.needs("fieldPath"))
        return;
    const std::string_view path = reference.text("fieldPath");
    if (const auto problem = fieldPathProblem(path, volume))
        return reference.invalid("fieldPath", *problem);
    const bool maps = path == "metadata.labels" || path == "metadata.annotations";
    if (isSubscripted(path) || (volume && (maps || std::ranges::find(inVolumes, path) != inVolumes.end())) ||
        (!volume && std::ranges::find(inVariables, path) != inVariables.end()))
        return;
    if (volume)
        reference.unsupported("fieldPath", {"metadata.annotations", "metadata.labels", "metadata.name",
                                            "metadata.namespace", "metadata.uid"});
    else
        reference.unsupported("fieldPath", {inVariables.begin(), inVariables.end()});
}

void validateResourceFieldRef(const At& owner, bool volume) {
    if (!owner.has("resourceFieldRef"))
        return;
    const At reference = owner.in("resourceFieldRef");
    if (volume && reference.text("containerName").empty())
        return reference.require("containerName");
    if (!reference.needs("resource"))
        return;
    const std::string_view name = reference.text("resource");
    if (!name.starts_with("limits.hugepages-") && !name.starts_with("requests.hugepages-"))
        reference.oneOf("resource", {"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu",
                                     "requests.ephemeral-storage", "requests.memory"});
    const std::string_view divisor = reference.text("divisor");
    const bool cpu = name.ends_with(".cpu");
    if (divisor.empty() || divisor == "0")
        return;
    const auto among = [&](std::initializer_list<std::string_view> allowed) {
        return std::ranges::find(allowed, divisor) != allowed.end();
    };
    if (cpu && !among({"1m", "1"}))
        reference.invalid("divisor", "only divisor's values 1m and 1 are supported with the cpu resource", Json(name));
    else if (!cpu && !among({"1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"}))
        reference.invalid("divisor",
                          std::format("only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei "
                                      "are supported with the {} resource",
                                      name.ends_with("memory") ? "memory" : "local ephemeral storage"),
                          Json(name));
}

void validateEnvironment(const At& container) {
    container.each("env", [](const At& variable) {
        if (variable.needs("name") && !printable(variable.text("name")))
            variable.invalid("name", "a valid environment variable name must consist only of printable ASCII "
                                     "characters other than '='");
        if (variable.has("valueFrom"))
            validateSource(variable);
    });
    container.each("envFrom", [&](const At& source) { validateWholeSource(source, container.pathOf("envFrom")); });
}

} // namespace slipway::api
