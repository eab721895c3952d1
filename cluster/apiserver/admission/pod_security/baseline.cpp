#include "cluster/apiserver/admission/pod_security/checks.h"
#include "cluster/apiserver/admission/pod_security/wording.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

namespace slipway::apiserver::admission::pod_security {
namespace {

using api::boolAt;
using api::Json;
using api::JsonObject;
using api::stringAt;

void appArmor(const Pod& pod, std::vector<Violation>& found) {
    constexpr std::string_view prefix = "container.apparmor.security.beta.kubernetes.io/";
    Names setters, values;
    const auto judge = [&](const JsonObject& owner, std::string who) {
        const std::string_view type = stringAt(owner, {"securityContext", "appArmorProfile", "type"});
        if (type.empty() || type == "RuntimeDefault" || type == "Localhost")
            return;
        setters.push_back(std::move(who));
        addOnce(values, std::string(type));
    };
    judge(pod.spec, "pod");
    Names containers;
    eachContainer(pod.spec, {"initContainers", "containers", "ephemeralContainers"},
                  [&](const JsonObject& container, std::string_view) {
                      const std::string_view type = stringAt(container, {"securityContext", "appArmorProfile", "type"});
                      if (!type.empty() && type != "RuntimeDefault" && type != "Localhost") {
                          containers.emplace_back(stringAt(container, {"name"}));
                          addOnce(values, std::string(type));
                      }
                  });
    if (!containers.empty())
        setters.push_back(counted("container", containers));
    std::string detail;
    for (const std::string& setter : setters)
        detail += (detail.empty() ? "" : " and ") + setter;
    if (!setters.empty())
        detail += " must not set AppArmor profile type to " + inQuotes(values);
    Names annotations;
    if (const Json* list = pod.metadata.if_contains("annotations"); list != nullptr && list->is_object())
        for (const auto& [key, value] : list->get_object())
            if (std::string_view(key).starts_with(prefix) && value.is_string()) {
                const std::string_view profile = api::view(value.get_string());
                if (!profile.empty() && profile != "runtime/default" && !profile.starts_with("localhost/"))
                    annotations.push_back(std::format("{}={}", std::string_view(key), profile));
            }
    std::ranges::sort(annotations);
    if (!annotations.empty())
        detail += std::format("{}{} {}", detail.empty() ? "" : ", ",
                              annotations.size() == 1 ? "annotation" : "annotations", inQuotes(annotations));
    if (!detail.empty())
        found.push_back(
            {values.size() + annotations.size() == 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles",
             detail});
}

void capabilities(const Pod& pod, std::vector<Violation>& found) {
    static constexpr std::array<std::string_view, 13> allowed{
        "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",      "MKNOD",
        "NET_BIND_SERVICE", "SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT"};
    std::set<std::string> more;
    const Names names = containersWhere(pod.spec, [&](const JsonObject& container) {
        bool bad = false;
        for (const std::string& name : textsAt(container, {"securityContext", "capabilities", "add"}))
            if (std::ranges::find(allowed, name) == allowed.end()) {
                more.insert(name);
                bad = true;
            }
        return bad;
    });
    if (!names.empty())
        found.push_back({"non-default capabilities",
                         std::format("{} must not include {} in securityContext.capabilities.add",
                                     counted("container", names), inQuotes({more.begin(), more.end()}))});
}

void hostNamespaces(const Pod& pod, std::vector<Violation>& found) {
    std::string detail;
    for (std::string_view member : {"hostNetwork", "hostPID", "hostIPC"})
        if (boolAt(pod.spec, {member}))
            detail += std::format("{}{}=true", detail.empty() ? "" : ", ", member);
    if (!detail.empty())
        found.push_back({"host namespaces", detail});
}

void hostPaths(const Pod& pod, std::vector<Violation>& found) {
    Names names;
    if (const Json* volumes = pod.spec.if_contains("volumes"); volumes != nullptr && volumes->is_array())
        for (const Json& volume : volumes->get_array())
            if (api::find(volume, {"hostPath"}) != nullptr)
                names.emplace_back(stringAt(volume, {"name"}));
    if (!names.empty())
        found.push_back({"hostPath volumes", counted("volume", names)});
}

void hostPorts(const Pod& pod, std::vector<Violation>& found) {
    std::set<std::int64_t> ports;
    const Names names = containersWhere(pod.spec, [&](const JsonObject& container) {
        bool bad = false;
        if (const Json* list = container.if_contains("ports"); list != nullptr && list->is_array())
            for (const Json& port : list->get_array())
                if (const auto number = port.is_object() ? api::intAt(port.get_object(), {"hostPort"}).value_or(0) : 0;
                    number != 0) {
                    ports.insert(number);
                    bad = true;
                }
        return bad;
    });
    if (names.empty())
        return;
    std::string numbers;
    for (const auto port : ports)
        numbers += (numbers.empty() ? "" : ", ") + std::to_string(port);
    found.push_back(
        {"hostPort", std::format("{} {} {} {}", counted("container", names), names.size() == 1 ? "uses" : "use",
                                 ports.size() == 1 ? "hostPort" : "hostPorts", numbers)});
}

/// Probes and hooks that name a host reach beyond the pod (since v1.34).
void hostProbes(const Pod& pod, std::vector<Violation>& found) {
    Names hosts;
    const auto see = [&](const JsonObject& container, std::initializer_list<std::string_view> path) {
        const std::string_view host = stringAt(container, path);
        if (host.empty() || host == "127.0.0.1" || host == "::1" || host == "localhost")
            return false;
        addOnce(hosts, std::string(host));
        return true;
    };
    const Names names = containersWhere(pod.spec, [&](const JsonObject& container) {
        bool bad = false;
        for (std::string_view action : {"httpGet", "tcpSocket"}) {
            for (std::string_view probe : {"livenessProbe", "readinessProbe", "startupProbe"})
                bad = see(container, {probe, action, "host"}) || bad;
            for (std::string_view hook : {"postStart", "preStop"})
                bad = see(container, {"lifecycle", hook, action, "host"}) || bad;
        }
        return bad;
    });
    if (!names.empty())
        found.push_back(
            {"probe or lifecycle host",
             std::format("{} {} probe or lifecycle {} {}", counted("container", names),
                         names.size() == 1 ? "uses" : "use", hosts.size() == 1 ? "host" : "hosts", inQuotes(hosts))});
}

void privileged(const Pod& pod, std::vector<Violation>& found) {
    const Names names = containersWhere(
        pod.spec, [](const JsonObject& container) { return boolAt(container, {"securityContext", "privileged"}); });
    if (!names.empty())
        found.push_back({"privileged", counted("container", names) + " must not set securityContext.privileged=true"});
}

void procMount(const Pod& pod, std::vector<Violation>& found) {
    Names values;
    const Names names = containersWhere(pod.spec, [&](const JsonObject& container) {
        const std::string_view type = stringAt(container, {"securityContext", "procMount"});
        if (type.empty() || type == "Default")
            return false;
        addOnce(values, std::string(type));
        return true;
    });
    if (!names.empty())
        found.push_back({"procMount", std::format("{} must not set securityContext.procMount to {}",
                                                  counted("container", names), inQuotes(values))});
}

void seLinux(const Policy& policy, const Pod& pod, std::vector<Violation>& found) {
    std::set<std::string> types;
    bool user = false, role = false;
    const auto isBad = [&](const JsonObject& owner) {
        const std::string_view type = stringAt(owner, {"securityContext", "seLinuxOptions", "type"});
        const bool known = type.empty() || type == "container_t" || type == "container_init_t" ||
                           type == "container_kvm_t" || (type == "container_engine_t" && policy.isAtLeast(31));
        if (!known)
            types.emplace(type);
        const bool hasUser = !stringAt(owner, {"securityContext", "seLinuxOptions", "user"}).empty();
        const bool hasRole = !stringAt(owner, {"securityContext", "seLinuxOptions", "role"}).empty();
        user = user || hasUser;
        role = role || hasRole;
        return !known || hasUser || hasRole;
    };
    std::string who = isBad(pod.spec) ? "pod" : "";
    if (const Names names = containersWhere(pod.spec, isBad); !names.empty())
        who += (who.empty() ? "" : " and ") + counted("container", names);
    if (who.empty())
        return;
    std::string what;
    if (!types.empty())
        what = std::format("{} {}", types.size() == 1 ? "type" : "types", inQuotes({types.begin(), types.end()}));
    if (user)
        what += what.empty() ? "user may not be set" : "; user may not be set";
    if (role)
        what += what.empty() ? "role may not be set" : "; role may not be set";
    found.push_back({"seLinuxOptions", std::format("{} set forbidden securityContext.seLinuxOptions: {}", who, what)});
}

void seccomp(const Pod& pod, std::vector<Violation>& found) {
    const auto isBad = [](const JsonObject& owner) {
        return stringAt(owner, {"securityContext", "seccompProfile", "type"}) == "Unconfined";
    };
    std::string who = isBad(pod.spec) ? "pod" : "";
    if (const Names names = containersWhere(pod.spec, isBad); !names.empty())
        who += (who.empty() ? "" : " and ") + counted("container", names);
    if (!who.empty())
        found.push_back(
            {"seccompProfile", who + " must not set securityContext.seccompProfile.type to \"Unconfined\""});
}

void sysctls(const Policy& policy, const Pod& pod, std::vector<Violation>& found) {
    static constexpr std::array<std::pair<std::string_view, int>, 12> since{{
        {"kernel.shm_rmid_forced", 0},
        {"net.ipv4.ip_local_port_range", 0},
        {"net.ipv4.tcp_syncookies", 0},
        {"net.ipv4.ping_group_range", 0},
        {"net.ipv4.ip_unprivileged_port_start", 0},
        {"net.ipv4.ip_local_reserved_ports", 27},
        {"net.ipv4.tcp_keepalive_time", 29},
        {"net.ipv4.tcp_fin_timeout", 29},
        {"net.ipv4.tcp_keepalive_intvl", 29},
        {"net.ipv4.tcp_keepalive_probes", 29},
        {"net.ipv4.tcp_rmem", 32},
        {"net.ipv4.tcp_wmem", 32},
    }};
    Names bad;
    if (const Json* list = api::find(pod.spec, {"securityContext", "sysctls"}); list != nullptr && list->is_array())
        for (const Json& entry : list->get_array()) {
            const std::string_view name = stringAt(entry, {"name"});
            const auto known = std::ranges::find(since, name, [](const auto& pair) { return pair.first; });
            if (known == since.end() || !policy.isAtLeast(known->second))
                bad.emplace_back(name);
        }
    std::string names;
    for (const std::string& name : bad)
        names += (names.empty() ? "" : ", ") + name;
    if (!bad.empty())
        found.push_back({bad.size() == 1 ? "forbidden sysctl" : "forbidden sysctls", names});
}

void windowsHostProcess(const Pod& pod, std::vector<Violation>& found) {
    const auto isBad = [](const JsonObject& owner) {
        return boolAt(owner, {"securityContext", "windowsOptions", "hostProcess"});
    };
    std::string who = isBad(pod.spec) ? "pod" : "";
    if (const Names names = containersWhere(pod.spec, isBad); !names.empty())
        who += (who.empty() ? "" : " and ") + counted("container", names);
    if (!who.empty())
        found.push_back({"hostProcess", who + " must not set securityContext.windowsOptions.hostProcess=true"});
}

} // namespace

void checkBaseline(const Policy& policy, const Pod& pod, bool overridden, std::vector<Violation>& found) {
    appArmor(pod, found);
    if (!overridden)
        capabilities(pod, found);
    hostNamespaces(pod, found);
    if (!overridden)
        hostPaths(pod, found);
    hostPorts(pod, found);
    if (policy.isAtLeast(34))
        hostProbes(pod, found);
    privileged(pod, found);
    procMount(pod, found);
    seLinux(policy, pod, found);
    if (!overridden && policy.isAtLeast(19))
        seccomp(pod, found);
    sysctls(policy, pod, found);
    windowsHostProcess(pod, found);
}

} // namespace slipway::apiserver::admission::pod_security
