#include "cluster/apiserver/admission/plugins.h"
#include "cluster/apiserver/admission/pod_resources.h"
#include "cluster/apiserver/admission/pod_security/checks.h"

#include <algorithm>
#include <array>
#include <map>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;
using pod_security::Level;
using pod_security::Policy;

constexpr std::string_view labelPrefix = "pod-security.kubernetes.io/";
constexpr std::array<std::string_view, 3> modes{"enforce", "audit", "warn"};

std::string_view labelOf(const JsonObject& ns, std::string_view mode, std::string_view suffix = {}) {
    return stringAt(ns, {"metadata", "labels", std::format("{}{}{}", labelPrefix, mode, suffix)});
}

/// What a namespace's labels ask for; a label that cannot be read is judged by the strictest level.
Policy policyOf(const JsonObject& ns, std::string_view mode) {
    const std::string_view level = labelOf(ns, mode), version = labelOf(ns, mode, "-version");
    if (level.empty())
        return {};
    return {pod_security::parseLevel(level).value_or(Level::restricted),
            pod_security::parseVersion(version).value_or(std::nullopt)};
}

/// Kinds with a pod template: what their pods would break is said in a warning.
bool hasTemplate(const api::Resource& resource) {
    static constexpr std::array<std::string_view, 8> names{
        "deployments", "replicasets", "statefulsets", "daemonsets",
        "jobs",        "cronjobs",    "podtemplates", "replicationcontrollers"};
    return resource.custom == nullptr && std::ranges::find(names, resource.name) != names.end();
}

/// Of a changed pod only new images and new containers can break anything.
bool changesContainers(const Request& request) {
    const auto containersOf = [](const JsonObject& pod) {
        std::string text;
        if (const JsonObject* spec = podSpecOf(pod))
            eachContainer(*spec, {"initContainers", "containers", "ephemeralContainers"},
                          [&](const JsonObject& container, std::string_view) {
                              text +=
                                  std::format("{}={}\n", stringAt(container, {"name"}), stringAt(container, {"image"}));
                          });
        return text;
    };
    return containersOf(*request.before) != containersOf(request.object);
}

void warnAboutPods(Request& request, const Policy& policy, const ClusterState& cluster) {
    std::map<std::string, std::pair<std::string, int>> byReasons; ///< the first pod's name, and how many
    for (const JsonObject& pod : cluster.all("", "pods", request.name())) {
        const JsonObject *spec = podSpecOf(pod), *metadata = podMetadataOf(pod);
        if (spec == nullptr || metadata == nullptr)
            continue;
        const auto broken = pod_security::violations(policy, {*metadata, *spec});
        if (broken.empty())
            continue;
        auto& [first, count] = byReasons[pod_security::reasonsOf(broken)];
        if (count++ == 0)
            first = stringAt(pod, {"metadata", "name"});
    }
    if (byReasons.empty())
        return;
    request.warnings.push_back(std::format("existing pods in namespace {} violate the new PodSecurity enforce level {}",
                                           quotedText(request.name()), quotedText(policy.print())));
    for (const auto& [reasons, pods] : byReasons)
        request.warnings.push_back(
            pods.second == 1   ? std::format("{}: {}", pods.first, reasons)
            : pods.second == 2 ? std::format("{} (and 1 other pod): {}", pods.first, reasons)
                               : std::format("{} (and {} other pods): {}", pods.first, pods.second - 1, reasons));
}

} // namespace

Refusal podSecurity(Request& request, const ClusterState& cluster) {
    const bool pod = request.resource.group.empty() && request.resource.name == "pods" &&
                     (request.subresource.empty() || request.subresource == "ephemeralcontainers");
    const bool workload = hasTemplate(request.resource) && request.subresource.empty();
    if (request.operation == Operation::remove || (!pod && !workload))
        return {};
    if (pod && request.operation == Operation::update && !changesContainers(request))
        return {};
    const auto ns = cluster.find("", "namespaces", {}, request.ns());
    const JsonObject *spec = podSpecOf(request.object), *metadata = podMetadataOf(request.object);
    if (!ns || spec == nullptr)
        return {};
    const JsonObject none;
    const pod_security::Pod judged{metadata == nullptr ? none : *metadata, *spec};
    if (const Policy enforce = policyOf(*ns, "enforce"); pod) {
        request.annotate("pod-security.kubernetes.io/enforce-policy", enforce.print());
        if (const auto broken = pod_security::violations(enforce, judged); !broken.empty())
            return refuse(request, "violates PodSecurity {}: {}", quotedText(enforce.print()),
                          pod_security::detailsOf(broken));
    }
    if (const Policy audit = policyOf(*ns, "audit"); request.annotations != nullptr)
        if (const auto broken = pod_security::violations(audit, judged); !broken.empty())
            request.annotate("pod-security.kubernetes.io/audit-violations",
                             std::format("would violate PodSecurity {}: {}", quotedText(audit.print()),
                                         pod_security::detailsOf(broken)));
    const Policy warn = policyOf(*ns, "warn");
    if (const auto broken = pod_security::violations(warn, judged); !broken.empty())
        request.warnings.push_back(
            std::format("would violate PodSecurity {}: {}", quotedText(warn.print()), pod_security::detailsOf(broken)));
    return {};
}

Refusal podSecurityNamespace(Request& request, const ClusterState& cluster) {
    if (!request.writes("namespaces") || request.operation == Operation::remove)
        return {};
    std::vector<api::StatusCause> causes;
    for (std::string_view mode : modes) {
        const std::string_view level = labelOf(request.object, mode),
                               version = labelOf(request.object, mode, "-version");
        if (!level.empty() && !pod_security::parseLevel(level))
            causes.push_back(api::invalidValue(std::format("metadata.labels[{}{}]", labelPrefix, mode), Json(level),
                                               "must be one of privileged, baseline, restricted"));
        if (!version.empty() && !pod_security::parseVersion(version))
            causes.push_back(api::invalidValue(std::format("metadata.labels[{}{}-version]", labelPrefix, mode),
                                               Json(version), "must be \"latest\" or \"v1.x\""));
    }
    if (!causes.empty()) {
        if (request.operation == Operation::create)
            return api::invalid(request.resource, request.name(), std::move(causes));
        // What was accepted before may stay while something else changes.
        for (const api::StatusCause& cause : causes) {
            const std::string key = cause.field.substr(16, cause.field.size() - 17);
            if (stringAt(*request.before, {"metadata", "labels", key}) !=
                stringAt(request.object, {"metadata", "labels", key}))
                return api::invalid(request.resource, request.name(), std::move(causes));
        }
    }
    if (request.operation == Operation::update && !request.dryRun) {
        const Policy before = policyOf(*request.before, "enforce"), after = policyOf(request.object, "enforce");
        if (after.level != Level::privileged && after.print() != before.print())
            warnAboutPods(request, after, cluster);
    }
    return {};
}

} // namespace slipway::apiserver::admission
