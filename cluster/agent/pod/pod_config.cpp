#include "cluster/agent/pod/pod_config.h"

#include "cluster/agent/pod/quantity.h"

#include <algorithm>
#include <format>
#include <sstream>

namespace slipway::agent {
namespace {

StringMap podLabels(const core::Pod& pod) {
    return {{labels::podName, pod.metadata.name},
            {labels::podNamespace, pod.metadata.namespace_},
            {labels::podUid, pod.metadata.uid}};
}

Namespaces namespacesOf(const core::PodSpec& spec) {
    Namespaces result;
    if (spec.hostNetwork.value_or(false))
        result.network = NamespaceMode::node;
    if (spec.hostPID.value_or(false))
        result.pid = NamespaceMode::node;
    else if (spec.shareProcessNamespace.value_or(false))
        result.pid = NamespaceMode::pod;
    if (spec.hostIPC.value_or(false))
        result.ipc = NamespaceMode::node;
    return result;
}

/// A kernel setting's name, which may be written with slashes.
std::string dotted(std::string name) {
    std::ranges::replace(name, '/', '.');
    return name;
}

void setDns(SandboxConfig& config, const core::Pod& pod, const DnsSettings& dns) {
    const core::PodSpec& spec = *pod.spec;
    std::string policy = spec.dnsPolicy.empty() ? "ClusterFirst" : spec.dnsPolicy;
    if (policy == "ClusterFirst" && spec.hostNetwork.value_or(false))
        policy = "Default";
    if (policy == "ClusterFirstWithHostNet")
        policy = "ClusterFirst";
    if (policy == "ClusterFirst" && !dns.clusterDns.empty()) {
        const std::string& domain = dns.clusterDomain;
        config.dnsServers = {dns.clusterDns};
        config.dnsSearches = {pod.metadata.namespace_ + ".svc." + domain, "svc." + domain, domain};
        config.dnsSearches.insert(config.dnsSearches.end(), dns.nodeSearches.begin(), dns.nodeSearches.end());
        config.dnsOptions = {"ndots:5"};
    } else if (policy != "None") {
        config.dnsServers = dns.nodeServers;
        config.dnsSearches = dns.nodeSearches;
        config.dnsOptions = dns.nodeOptions;
    }
    if (!spec.dnsConfig)
        return;
    const auto add = [](std::vector<std::string>& list, const std::string& entry) {
        if (std::ranges::find(list, entry) == list.end())
            list.push_back(entry);
    };
    for (const auto& server : spec.dnsConfig->nameservers)
        add(config.dnsServers, server);
    for (const auto& search : spec.dnsConfig->searches)
        add(config.dnsSearches, search);
    for (const auto& option : spec.dnsConfig->options) {
        std::erase_if(config.dnsOptions, [&](const std::string& known) {
            return known == option.name || known.starts_with(option.name + ":");
        });
        config.dnsOptions.push_back(option.value.empty() ? option.name : option.name + ":" + option.value);
    }
}

std::string capabilityName(const std::string& name) {
    return name.starts_with("CAP_") ? name.substr(4) : name;
}

std::optional<std::string> setSeccomp(ContainerConfig& config, const std::optional<core::SeccompProfile>& profile,
                                      const std::filesystem::path& profiles) {
    config.seccompUnconfined = !profile || profile->type == "Unconfined" || config.privileged;
    if (config.seccompUnconfined || profile->type != "Localhost")
        return std::nullopt;
    const std::filesystem::path file = profiles / profile->localhostProfile;
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return std::format("cannot load seccomp profile \"{}\": open {}: no such file or directory", file.string(),
                           file.string());
    config.seccompFile = file.string();
    return std::nullopt;
}

/// Why a container that must not be root's would be, or might be.
std::optional<std::string> runsAsRoot(const ContainerConfig& config, const core::Pod& pod, const ImageInfo& image) {
    const std::string about = std::format("(pod: \"{}_{}({})\", container: {})", pod.metadata.name,
                                          pod.metadata.namespace_, pod.metadata.uid, config.name);
    if (config.runAsUser)
        return *config.runAsUser != 0
                   ? std::nullopt
                   : std::optional(std::format("container's runAsUser breaks non-root policy {}", about));
    if (!image.username.empty() && image.username != "root")
        return std::format(
            "container has runAsNonRoot and image has non-numeric user ({}), cannot verify user is non-root {}",
            image.username, about);
    if (image.uid.value_or(0) == 0)
        return std::format("container has runAsNonRoot and image will run as root {}", about);
    return std::nullopt;
}

std::optional<std::string> setSecurity(ContainerConfig& config, const core::Pod& pod, const core::Container& container,
                                       const ImageInfo& image, const std::filesystem::path& seccompProfiles) {
    const core::PodSecurityContext podSecurity = pod.spec->securityContext.value_or(core::PodSecurityContext());
    const core::SecurityContext security = container.securityContext.value_or(core::SecurityContext());
    config.privileged = security.privileged.value_or(false);
    config.readOnlyRoot = security.readOnlyRootFilesystem.value_or(false);
    config.noNewPrivileges = !security.allowPrivilegeEscalation.value_or(true);
    config.runAsUser = security.runAsUser ? security.runAsUser : podSecurity.runAsUser;
    config.runAsGroup = security.runAsGroup ? security.runAsGroup : podSecurity.runAsGroup;
    if (config.runAsGroup && !config.runAsUser)
        config.runAsUser = image.uid.value_or(0); // the runtime takes a group only with a user
    config.supplementalGroups = podSecurity.supplementalGroups;
    if (podSecurity.fsGroup)
        config.supplementalGroups.push_back(*podSecurity.fsGroup);
    if (security.capabilities) {
        for (const auto& name : security.capabilities->add)
            config.addCapabilities.push_back(capabilityName(name));
        for (const auto& name : security.capabilities->drop)
            config.dropCapabilities.push_back(capabilityName(name));
    }
    config.procUnmasked = security.procMount == "Unmasked";
    if (auto refused = setSeccomp(
            config, security.seccompProfile ? security.seccompProfile : podSecurity.seccompProfile, seccompProfiles))
        return refused;
    const bool nonRoot = security.runAsNonRoot ? *security.runAsNonRoot : podSecurity.runAsNonRoot.value_or(false);
    return nonRoot ? runsAsRoot(config, pod, image) : std::nullopt;
}

} // namespace

void parseResolvConf(std::string_view text, DnsSettings& settings) {
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string key, word;
        words >> key;
        if (key == "nameserver" && words >> word)
            settings.nodeServers.push_back(word);
        if (key == "search" || key == "domain")
            for (settings.nodeSearches.clear(); words >> word;)
                settings.nodeSearches.push_back(word);
        if (key == "options")
            while (words >> word)
                settings.nodeOptions.push_back(word);
    }
}

std::string podHostname(const core::Pod& pod) {
    if (!pod.spec->hostnameOverride.empty())
        return pod.spec->hostnameOverride;
    std::string name = pod.spec->hostname.empty() ? pod.metadata.name : pod.spec->hostname;
    if (name.size() > 63)
        name.resize(63);
    while (!name.empty() && (name.back() == '-' || name.back() == '.'))
        name.pop_back();
    return name;
}

std::string podDomainName(const core::Pod& pod, const std::string& clusterDomain) {
    if (pod.spec->subdomain.empty() || !pod.spec->hostnameOverride.empty())
        return podHostname(pod);
    return std::format("{}.{}.{}.svc.{}", podHostname(pod), pod.spec->subdomain, pod.metadata.namespace_,
                       clusterDomain);
}

std::string hostsFile(const core::Pod& pod, const std::vector<std::string>& ips, const std::string& clusterDomain,
                      const std::string& nodeHosts) {
    const bool host = pod.spec->hostNetwork.value_or(false);
    std::string text = host ? "# Kubernetes-managed hosts file (host network).\n" + nodeHosts
                            : "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"
                              "::1\tlocalhost ip6-localhost ip6-loopback\n"
                              "fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\n"
                              "fe00::2\tip6-allrouters\n";
    const std::string name = podHostname(pod);
    for (const auto& ip : host ? std::vector<std::string>() : ips) {
        text += ip;
        if (const std::string full = podDomainName(pod, clusterDomain); full != name)
            text += "\t" + full;
        text += "\t" + name + "\n";
    }
    if (!pod.spec->hostAliases.empty())
        text += "\n# Entries added by HostAliases.\n";
    for (const core::HostAlias& alias : pod.spec->hostAliases) {
        text += alias.ip;
        for (const auto& host : alias.hostnames)
            text += "\t" + host;
        text += "\n";
    }
    return text;
}

SandboxConfig sandboxConfig(const core::Pod& pod, unsigned attempt, const AgentPaths& paths, const DnsSettings& dns) {
    const core::PodSpec& spec = *pod.spec;
    SandboxConfig config;
    config.name = pod.metadata.name;
    config.ns = pod.metadata.namespace_;
    config.uid = pod.metadata.uid;
    config.attempt = attempt;
    config.logDirectory = paths.logDir(pod).string();
    config.labels = pod.metadata.labels;
    config.labels.merge(podLabels(pod));
    config.namespaces = namespacesOf(spec);
    if (config.namespaces.network == NamespaceMode::pod)
        config.hostname =
            spec.setHostnameAsFQDN.value_or(false) ? podDomainName(pod, dns.clusterDomain) : podHostname(pod);
    setDns(config, pod, dns);
    const auto addPorts = [&](const core::Container& container) {
        for (const core::ContainerPort& port : container.ports)
            if (port.hostPort.value_or(0) > 0 && config.namespaces.network == NamespaceMode::pod)
                config.ports.push_back(
                    {port.protocol.empty() ? "TCP" : port.protocol, port.hostIP, port.containerPort, *port.hostPort});
    };
    for (const core::Container& container : spec.containers)
        addPorts(container);
    for (const core::Container& container : spec.initContainers)
        if (container.restartPolicy == "Always")
            addPorts(container);
    for (const auto* list : {&spec.initContainers, &spec.containers})
        for (const core::Container& container : *list)
            if (container.securityContext && container.securityContext->privileged.value_or(false))
                config.privileged = true;
    if (spec.securityContext)
        for (const core::Sysctl& sysctl : spec.securityContext->sysctls)
            config.sysctls[dotted(sysctl.name)] = sysctl.value;
    return config;
}

ContainerResources containerResources(const core::Pod& pod, const core::Container& container, std::int64_t nodeMemory) {
    const core::ResourceRequirements asked = container.resources.value_or(core::ResourceRequirements());
    const auto value = [](const auto& map, const char* name) {
        const auto found = map.find(name);
        return found == map.end() ? std::optional<std::int64_t>() : parseMilli(found->second);
    };
    ContainerResources result;
    const auto cpuLimit = value(asked.limits, "cpu");
    const auto cpuRequest = value(asked.requests, "cpu");
    const std::int64_t shareBase = cpuRequest ? *cpuRequest : cpuLimit.value_or(0);
    result.cpuShares = std::clamp<std::int64_t>(shareBase * 1024 / 1000, 2, 262144);
    if (cpuLimit.value_or(0) > 0) {
        result.cpuPeriod = 100'000;
        result.cpuQuota = std::max<std::int64_t>(*cpuLimit * 100, 1000);
    }
    if (const auto memory = value(asked.limits, "memory"))
        result.memoryLimit = *memory / 1000;
    const std::string qos = qosClass(*pod.spec);
    const std::int64_t request = value(asked.requests, "memory").value_or(result.memoryLimit * 1000) / 1000;
    result.oomScoreAdjustment =
        qos == "Guaranteed" ? -997
        : qos == "BestEffort"
            ? 1000
            : std::clamp<std::int64_t>(1000 - (nodeMemory > 0 ? 1000 * request / nodeMemory : 0), 3, 999);
    return result;
}

std::optional<int> resolvePort(const core::Container& container, const api::IntOrString& port) {
    if (port.isInt)
        return port.number;
    for (const core::ContainerPort& known : container.ports)
        if (known.name == port.text)
            return known.containerPort;
    int number = 0;
    for (const char c : port.text) {
        if (c < '0' || c > '9' || number > 65535)
            return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return number > 0 ? std::optional(number) : std::nullopt;
}

std::expected<ContainerConfig, std::string> containerConfig(const core::Pod& pod, const core::Container& container,
                                                            unsigned attempt, const Environment& environment,
                                                            const ImageInfo& image, std::int64_t nodeMemory,
                                                            const std::filesystem::path& seccompProfiles) {
    ContainerConfig config;
    config.name = container.name;
    config.attempt = attempt;
    config.image = container.image;
    config.imageId = image.id;
    const auto expand = [&](const std::string& text) {
        return expandVariables(text, [&](std::string_view name) -> std::optional<std::string> {
            for (const auto& [known, value] : environment)
                if (known == name)
                    return value;
            return std::nullopt;
        });
    };
    for (const auto& part : container.command)
        config.command.push_back(expand(part));
    for (const auto& part : container.args)
        config.args.push_back(expand(part));
    config.workingDir = container.workingDir;
    config.environment = environment;
    config.labels = podLabels(pod);
    config.labels[labels::containerName] = container.name;
    config.annotations[labels::image] = container.image;
    config.logPath = std::format("{}/{}.log", container.name, attempt);
    config.stdinOpen = container.stdin.value_or(false);
    config.stdinOnce = container.stdinOnce.value_or(false);
    config.tty = container.tty.value_or(false);
    config.resources = containerResources(pod, container, nodeMemory);
    config.namespaces = namespacesOf(*pod.spec);
    if (auto refused = setSecurity(config, pod, container, image, seccompProfiles))
        return std::unexpected(*refused);
    return config;
}

} // namespace slipway::agent
