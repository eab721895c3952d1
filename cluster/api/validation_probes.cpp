#include "cluster/api/validation_at.h"
#include "cluster/api/validation_pod_parts.h"

#include <algorithm>

namespace slipway::api {
namespace {

bool isHeaderName(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '-'; });
}

void validateHttpGet(const At& get) {
    get.needs("path");
    if (const Json port = get.value("port"); !port.is_null())
        validatePortOrName(port, get.pathOf("port"), get.causes());
    get.oneOf("scheme", {"HTTP", "HTTPS"});
    get.each("httpHeaders", [&](const At& header) {
        if (!isHeaderName(header.text("name")))
            get.invalid("httpHeaders",
                        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', "
                        "regex used for validation is '[-A-Za-z0-9]+')",
                        Json(header.text("name")));
    });
}

/// What a probe or a hook does; exactly one thing.
void validateAction(const At& action, std::initializer_list<std::string_view> kinds) {
    int handlers = 0;
    for (std::string_view kind : kinds) {
        if (!action.value(kind).is_object())
            continue;
        if (++handlers > 1) {
            action.forbid(kind, "may not specify more than 1 handler type");
            continue;
        }
        const At handler = action.in(kind);
        if (kind == "exec" && handler.list("command").empty())
            handler.require("command");
        else if (kind == "httpGet")
            validateHttpGet(handler);
        else if (kind == "tcpSocket" && handler.has("port"))
            validatePortOrName(handler.value("port"), handler.pathOf("port"), handler.causes());
        else if (kind == "grpc" && handler.has("port"))
            validatePortNumber(handler.value("port"), handler.pathOf("port"), handler.causes());
    }
    if (handlers == 0)
        action.causes().push_back(requiredValue(action.path(), "must specify a handler type"));
}

void validateProbe(const At& container, std::string_view member) {
    const At probe = container.in(member);
    validateAction(probe, {"exec", "httpGet", "tcpSocket", "grpc"});
    for (std::string_view number :
         {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"})
        probe.notNegative(number);
    if (member != "readinessProbe") {
        if (const auto success = probe.number("successThreshold"); success && *success != 1)
            probe.invalid("successThreshold", "must be 1");
        if (const auto grace = probe.number("terminationGracePeriodSeconds"); grace && *grace <= 0)
            probe.invalid("terminationGracePeriodSeconds", "must be greater than 0");
    } else if (probe.has("terminationGracePeriodSeconds")) {
        probe.invalid("terminationGracePeriodSeconds", "must not be set for readinessProbes");
    }
}

bool restarts(const At& container, std::string_view list) {
    return list == "containers" || container.text("restartPolicy") == "Always";
}

} // namespace

void validateProbes(const At& container, std::string_view list) {
    for (std::string_view member : {"livenessProbe", "readinessProbe", "startupProbe"}) {
        if (!container.value(member).is_object())
            continue;
        if (list == "ephemeralContainers")
            container.forbid(member, "cannot be set for an Ephemeral Container");
        else if (!restarts(container, list))
            container.forbid(member, "may not be set for init containers without restartPolicy=Always");
        else
            validateProbe(container, member);
    }
}

void validateLifecycle(const At& container, const PodContext& pod, std::string_view list) {
    if (!container.value("lifecycle").is_object())
        return;
    if (list == "ephemeralContainers")
        return container.forbid("lifecycle", "cannot be set for an Ephemeral Container");
    if (!restarts(container, list))
        return container.forbid("lifecycle", "may not be set for init containers without restartPolicy=Always");
    const At lifecycle = container.in("lifecycle");
    for (std::string_view hook : {"postStart", "preStop"}) {
        if (!lifecycle.value(hook).is_object())
            continue;
        const At handler = lifecycle.in(hook);
        validateAction(handler, {"exec", "httpGet", "tcpSocket", "sleep"});
        if (const auto seconds = handler.in("sleep").number("seconds");
            seconds && (*seconds < 0 || *seconds > pod.gracePeriod))
            handler.causes().push_back(invalidValue(
                handler.pathOf("sleep"), Json(*seconds),
                std::format("must be non-negative and less than terminationGracePeriodSeconds ({})", pod.gracePeriod)));
    }
    if (lifecycle.has("stopSignal") && pod.spec.in("os").text("name").empty())
        lifecycle.forbid("stopSignal", "may not be set for containers with empty `spec.os.name`");
}

} // namespace slipway::api
