#include "cluster/apiserver/admission/pod_security/checks.h"
#include "cluster/apiserver/admission/pod_security/wording.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

namespace slipway::apiserver::admission::pod_security {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;

/// A boolean that is told apart from its absence.
std::optional<bool> flagAt(const JsonObject& owner, std::initializer_list<std::string_view> path) {
    const Json* value = api::find(owner, path);
    return value != nullptr && value->is_bool() ? std::optional(value->get_bool()) : std::nullopt;
}

void allowPrivilegeEscalation(const Pod& pod, std::vector<Violation>& found) {
    const Names names = containersWhere(pod.spec, [](const JsonObject& container) {
        return flagAt(container, {"securityContext", "allowPrivilegeEscalation"}) != false;
    });
    if (!names.empty())
        found.push_back({"allowPrivilegeEscalation != false",
                         counted("container", names) + " must set securityContext.allowPrivilegeEscalation=false"});
}

void restrictedCapabilities(const Pod& pod, std::vector<Violation>& found) {
    std::set<std::string> more;
    Names keeping, adding;
    eachContainer(pod.spec, {"initContainers", "containers", "ephemeralContainers"},
                  [&](const JsonObject& container, std::string_view) {
                      const std::string name(stringAt(container, {"name"}));
                      const Names drop = textsAt(container, {"securityContext", "capabilities", "drop"});
                      if (std::ranges::find(drop, "ALL") == drop.end())
                          keeping.push_back(name);
                      bool bad = false;
                      for (const std::string& added : textsAt(container, {"securityContext", "capabilities", "add"}))
                          if (added != "NET_BIND_SERVICE") {
                              more.insert(added);
                              bad = true;
                          }
                      if (bad)
                          adding.push_back(name);
                  });
    std::string detail;
    if (!keeping.empty())
        detail = counted("container", keeping) + " must set securityContext.capabilities.drop=[\"ALL\"]";
    if (!adding.empty())
        detail +=
            std::format("{}{} must not include {} in securityContext.capabilities.add", detail.empty() ? "" : "; ",
                        counted("container", adding), inQuotes({more.begin(), more.end()}));
    if (!detail.empty())
        found.push_back({"unrestricted capabilities", detail});
}

void volumes(const Pod& pod, std::vector<Violation>& found) {
    static constexpr std::array<std::string_view, 8> allowed{
        "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"};
    Names names;
    std::set<std::string> types;
    if (const Json* list = pod.spec.if_contains("volumes"); list != nullptr && list->is_array())
        for (const Json& volume : list->get_array()) {
            if (!volume.is_object())
                continue;
            for (const auto& [member, source] : volume.get_object()) {
                const std::string_view type = member;
                if (type == "name" || std::ranges::find(allowed, type) != allowed.end())
                    continue;
                names.emplace_back(stringAt(volume, {"name"}));
                types.emplace(type);
                break;
            }
        }
    if (!names.empty())
        found.push_back(
            {"restricted volume types",
             std::format("{} {} restricted volume {} {}", counted("volume", names), names.size() == 1 ? "uses" : "use",
                         types.size() == 1 ? "type" : "types", inQuotes({types.begin(), types.end()}))});
}

void runAsNonRoot(const Pod& pod, std::vector<Violation>& found) {
    const auto ofPod = flagAt(pod.spec, {"securityContext", "runAsNonRoot"});
    Names explicitly, silent;
    eachContainer(pod.spec, {"initContainers", "containers", "ephemeralContainers"},
                  [&](const JsonObject& container, std::string_view) {
                      const auto own = flagAt(container, {"securityContext", "runAsNonRoot"});
                      if (own == false)
                          explicitly.emplace_back(stringAt(container, {"name"}));
                      else if (!own && !ofPod)
                          silent.emplace_back(stringAt(container, {"name"}));
                  });
    // A pod's own "no" counts only while some container relies on it.
    std::string who = ofPod == false ? "pod" : "";
    if (!explicitly.empty())
        who += (who.empty() ? "" : " and ") + counted("container", explicitly);
    if (!who.empty())
        found.push_back({"runAsNonRoot != true", who + " must not set securityContext.runAsNonRoot=false"});
    else if (!silent.empty())
        found.push_back({"runAsNonRoot != true",
                         "pod or " + counted("container", silent) + " must set securityContext.runAsNonRoot=true"});
}

void runAsUser(const Pod& pod, std::vector<Violation>& found) {
    const auto isRoot = [](const JsonObject& owner) {
        return api::intAt(owner, {"securityContext", "runAsUser"}) == 0;
    };
    std::string who = isRoot(pod.spec) ? "pod" : "";
    if (const Names names = containersWhere(pod.spec, isRoot); !names.empty())
        who += (who.empty() ? "" : " and ") + counted("container", names);
    if (!who.empty())
        found.push_back({"runAsUser=0", who + " must not set runAsUser=0"});
}

void restrictedSeccomp(const Pod& pod, std::vector<Violation>& found) {
    const auto isGood = [](std::string_view type) { return type == "RuntimeDefault" || type == "Localhost"; };
    const std::string_view ofPod = stringAt(pod.spec, {"securityContext", "seccompProfile", "type"});
    Names explicitly, silent, types;
    eachContainer(pod.spec, {"initContainers", "containers", "ephemeralContainers"},
                  [&](const JsonObject& container, std::string_view) {
                      const std::string_view own = stringAt(container, {"securityContext", "seccompProfile", "type"});
                      if (own.empty()) {
                          if (!isGood(ofPod))
                              silent.emplace_back(stringAt(container, {"name"}));
                      } else if (!isGood(own)) {
                          explicitly.emplace_back(stringAt(container, {"name"}));
                          addOnce(types, std::string(own));
                      }
                  });
    std::string who;
    if (!ofPod.empty() && !isGood(ofPod)) {
        who = "pod";
        addOnce(types, std::string(ofPod));
    }
    if (!explicitly.empty())
        who += (who.empty() ? "" : " and ") + counted("container", explicitly);
    if (!who.empty())
        found.push_back(
            {"seccompProfile", who + " must not set securityContext.seccompProfile.type to " + inQuotes(types)});
    else if (!silent.empty())
        found.push_back({"seccompProfile",
                         "pod or " + counted("container", silent) +
                             " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\""});
}

} // namespace

void checkRestricted(const Policy& policy, const Pod& pod, std::vector<Violation>& found) {
    const bool linux = !isWindows(pod.spec) || !policy.isAtLeast(25);
    if (linux && policy.isAtLeast(8))
        allowPrivilegeEscalation(pod, found);
    if (linux && policy.isAtLeast(22))
        restrictedCapabilities(pod, found);
    volumes(pod, found);
    runAsNonRoot(pod, found);
    if (policy.isAtLeast(23))
        runAsUser(pod, found);
    if (linux && policy.isAtLeast(19))
        restrictedSeccomp(pod, found);
}

} // namespace slipway::apiserver::admission::pod_security
