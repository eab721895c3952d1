#include "cluster/api/defaults_pod.h"

#include "cluster/api/base64.h"
#include "cluster/api/defaults_parts.h"
#include "cluster/api/quantity.h"

#include <algorithm>
#include <map>

namespace slipway::api {
namespace {

/// The tag decides: what may change under its name is asked for at every start.
std::string_view pullPolicy(std::string_view image) {
    if (image.find('@') != std::string_view::npos)
        return "IfNotPresent";
    const std::size_t slash = image.rfind('/'), colon = image.rfind(':');
    const bool tagged = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
    return !tagged || image.substr(colon + 1) == "latest" ? "Always" : "IfNotPresent";
}

void defaultHttpGet(JsonObject& owner) {
    if (Json* get = owner.if_contains("httpGet"); get != nullptr && get->is_object()) {
        putDefault(get->get_object(), "path", "/");
        putDefault(get->get_object(), "scheme", "HTTP");
    }
}

void defaultProbe(JsonObject& container, std::string_view member) {
    Json* probe = container.if_contains(member);
    if (probe == nullptr || !probe->is_object())
        return;
    JsonObject& object = probe->get_object();
    putDefault(object, "timeoutSeconds", 1);
    putDefault(object, "periodSeconds", 10);
    putDefault(object, "successThreshold", 1);
    putDefault(object, "failureThreshold", 3);
    defaultHttpGet(object);
    if (Json* grpc = object.if_contains("grpc"); grpc != nullptr && grpc->is_object())
        putDefault(grpc->get_object(), "service", "");
}

void defaultFieldRef(JsonObject& owner) {
    if (Json* reference = owner.if_contains("fieldRef"); reference != nullptr && reference->is_object())
        putDefault(reference->get_object(), "apiVersion", "v1");
    if (Json* reference = owner.if_contains("resourceFieldRef"); reference != nullptr && reference->is_object())
        putDefault(reference->get_object(), "divisor", "0");
}

void defaultContainer(JsonObject& container, bool hostNetwork, bool pod) {
    putDefault(container, "imagePullPolicy", Json(pullPolicy(stringAt(container, {"image"}))));
    putDefault(container, "terminationMessagePath", "/dev/termination-log");
    putDefault(container, "terminationMessagePolicy", "File");
    eachObject(container, "ports", [&](JsonObject& port) {
        putDefault(port, "protocol", "TCP");
        if (pod && hostNetwork && port.contains("containerPort"))
            putDefault(port, "hostPort", Json(port["containerPort"]));
    });
    for (std::string_view probe : {"livenessProbe", "readinessProbe", "startupProbe"})
        defaultProbe(container, probe);
    eachObject(container, "env", [](JsonObject& variable) {
        if (Json* from = variable.if_contains("valueFrom"); from != nullptr && from->is_object())
            defaultFieldRef(from->get_object());
    });
    if (Json* lifecycle = container.if_contains("lifecycle"); lifecycle != nullptr && lifecycle->is_object())
        for (std::string_view hook : {"postStart", "preStop"})
            if (Json* handler = lifecycle->get_object().if_contains(hook); handler != nullptr && handler->is_object())
                defaultHttpGet(handler->get_object());
    JsonObject& resources = objectAt(container, {"resources"});
    if (const Json* limits = resources.if_contains("limits"); pod && limits != nullptr && limits->is_object()) {
        const JsonObject copy = limits->get_object();
        JsonObject& requests = objectAt(resources, {"requests"});
        for (const auto& [name, value] : copy)
            putDefault(requests, name, value);
    }
}

void defaultProjection(JsonObject& source) {
    if (Json* token = source.if_contains("serviceAccountToken"); token != nullptr && token->is_object())
        putDefault(token->get_object(), "expirationSeconds", 3600);
    if (Json* downward = source.if_contains("downwardAPI"); downward != nullptr && downward->is_object())
        eachObject(downward->get_object(), "items", defaultFieldRef);
}

void defaultVolumeSource(JsonObject& volume) {
    if (volume.size() <= 1)
        volume["emptyDir"] = JsonObject();
    for (std::string_view source : {"configMap", "secret", "downwardAPI", "projected"})
        if (Json* object = volume.if_contains(source); object != nullptr && object->is_object()) {
            putDefault(object->get_object(), "defaultMode", 420);
            eachObject(object->get_object(), "sources", defaultProjection);
            if (source == "downwardAPI")
                eachObject(object->get_object(), "items", defaultFieldRef);
        }
    if (JsonObject* ephemeral = objectMember(volume, "ephemeral"))
        if (JsonObject* claim = objectMember(*ephemeral, "volumeClaimTemplate"))
            putDefault(objectAt(*claim, {"spec"}), "volumeMode", "Filesystem");
    if (JsonObject* disk = objectMember(volume, "iscsi"))
        putDefault(*disk, "iscsiInterface", "default");
    if (Json* path = volume.if_contains("hostPath"); path != nullptr && path->is_object())
        putDefault(path->get_object(), "type", "");
}

using Amounts = std::map<std::string, Quantity, std::less<>>;

/// What the containers of a pod ask for together: init containers run one after the other beside the sidecars that have
/// begun. Source: KEP-753, "Resources calculation".
Amounts requestsOfContainers(JsonObject& spec) {
    Amounts sum, sidecars, peak;
    const auto each = [](const JsonObject& container, const auto& take) {
        const Json* requests = find(container, {"resources", "requests"});
        if (requests != nullptr && requests->is_object())
            for (const auto& [name, value] : requests->get_object())
                if (const auto amount = value.is_string() ? Quantity::parse(value.get_string()) : std::nullopt)
                    take(std::string(name), *amount);
    };
    eachObject(spec, "containers", [&](JsonObject& container) {
        each(container, [&](const std::string& name, const Quantity& amount) {
            if (const auto [known, isNew] = sum.emplace(name, amount); !isNew)
                known->second += amount;
        });
    });
    eachObject(spec, "initContainers", [&](JsonObject& container) {
        const bool sidecar = stringAt(container, {"restartPolicy"}) == "Always";
        each(container, [&](const std::string& name, Quantity amount) {
            if (const auto beside = sidecars.find(name); beside != sidecars.end())
                amount += beside->second;
            if (sidecar)
                sidecars[name] = amount;
            if (const auto [known, isNew] = peak.emplace(name, amount); !isNew)
                known->second = std::max(known->second, amount);
        });
    });
    for (const auto& [name, amount] : sidecars)
        if (const auto [known, isNew] = sum.emplace(name, amount); !isNew)
            known->second += amount;
    for (const auto& [name, amount] : peak)
        if (const auto [known, isNew] = sum.emplace(name, amount); !isNew)
            known->second = std::max(known->second, amount);
    return sum;
}

/// What a pod asks for as a whole where it does not say: what its containers do, or, where none does, what it may use
/// as a whole at most. Source: KEP-2837, pod-level resources.
void defaultWholeRequests(JsonObject& spec) {
    Json* resources = spec.if_contains("resources");
    if (resources == nullptr || !resources->is_object())
        return;
    const auto supported = [](std::string_view name) {
        return name == "cpu" || name == "memory" || name.starts_with("hugepages-");
    };
    JsonObject& whole = resources->get_object();
    JsonObject requests;
    if (const Json* given = whole.if_contains("requests"); given != nullptr && given->is_object())
        requests = given->get_object();
    for (const auto& [name, amount] : requestsOfContainers(spec))
        if (supported(name))
            putDefault(requests, name, Json(amount.print()));
    if (const Json* limits = whole.if_contains("limits"); limits != nullptr && limits->is_object())
        for (const auto& [name, value] : limits->get_object())
            if (supported(name))
                putDefault(requests, name, value);
    if (!requests.empty())
        whole["requests"] = std::move(requests);
}

} // namespace

void defaultPodSpec(JsonObject& spec, bool pod) {
    putDefault(spec, "restartPolicy", "Always");
    putDefault(spec, "dnsPolicy", "ClusterFirst");
    putDefault(spec, "schedulerName", "default-scheduler");
    putDefault(spec, "terminationGracePeriodSeconds", 30);
    putDefault(spec, "securityContext", JsonObject());
    if (pod)
        putDefault(spec, "enableServiceLinks", true);
    if (const Json* account = spec.if_contains("serviceAccount"); account != nullptr)
        putDefault(spec, "serviceAccountName", Json(*account));
    else if (const Json* name = spec.if_contains("serviceAccountName"); name != nullptr)
        putDefault(spec, "serviceAccount", Json(*name));
    const bool hostNetwork = boolAt(spec, {"hostNetwork"});
    for (std::string_view list : {"containers", "initContainers", "ephemeralContainers"})
        eachObject(spec, list, [&](JsonObject& container) {
            defaultContainer(container, hostNetwork && list != "ephemeralContainers", pod);
        });
    if (pod)
        defaultWholeRequests(spec); // after the containers' own
    eachObject(spec, "volumes", defaultVolumeSource);
}

std::string encodeSecretText(std::string_view text) {
    return encodeBase64(text);
}

} // namespace slipway::api
