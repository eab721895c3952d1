#include "vmdriver/docker/container_spec.h"

#include <boost/json.hpp>
#include <format>

#include "vmdriver/subnet.h"

namespace slipway::vmdriver {

namespace json = boost::json;

const std::string clusterLabel = "dev.slipway.cluster";

namespace {

constexpr std::pair<const char*, const char*> volumes[] = {
    {"containerd", "/var/lib/containerd"}, {"data", "/var/lib/slipway"}, {"log", "/var/log/slipway"}};

json::array mounts(const ClusterProfile& profile, const NodeProfile& node) {
    json::array list;
    for (const auto& [part, destination] : volumes)
        list.push_back(json::object{
            {"Type", "volume"}, {"Source", engineVolumeName(profile.name, node.name, part)}, {"Target", destination}});
    return list;
}

json::array mountsWithFolders(const ClusterProfile& profile, const NodeProfile& node) {
    json::array list = mounts(profile, node);
    for (const auto& folder : profile.folders)
        list.push_back(json::object{{"Type", "bind"},
                                    {"Source", folder.source.string()},
                                    {"Target", folder.destination.string()},
                                    {"ReadOnly", folder.readOnly}});
    return list;
}

void publish(json::object& exposed, json::object& bindings, const std::string& port, const std::string& address,
             int hostPort) {
    exposed[port] = json::object();
    bindings[port] = json::array{json::object{{"HostIp", address}, {"HostPort", std::to_string(hostPort)}}};
}

json::object limits(const NodeResources& resources) {
    json::object part;
    part["NanoCpus"] = static_cast<std::int64_t>(resources.cpus * 1e9);
    part["Memory"] = resources.memoryMiB << 20;
    part["MemorySwap"] = resources.memoryMiB > 0 ? resources.memoryMiB << 20 : 0;
    return part;
}

json::object labels(const ClusterProfile& profile, const NodeProfile& node) {
    return {{clusterLabel, profile.name}, {"dev.slipway.node", node.name}};
}

} // namespace

std::string engineNetworkName(const std::string& cluster) {
    return "slipway-" + cluster;
}

std::string engineContainerName(const std::string& cluster, const std::string& node) {
    return std::format("slipway-{}.{}", cluster, node);
}

std::string engineVolumeName(const std::string& cluster, const std::string& node, const std::string& part) {
    return std::format("slipway-{}.{}.{}", cluster, node, part);
}

std::string networkSpec(const ClusterProfile& profile) {
    const json::object pool{{"Subnet", profile.subnet}, {"Gateway", addressIn(profile.subnet, 1)}};
    return json::serialize(json::object{{"Name", engineNetworkName(profile.name)},
                                        {"Driver", "bridge"},
                                        {"CheckDuplicate", true},
                                        {"IPAM", {{"Driver", "default"}, {"Config", json::array{pool}}}},
                                        {"Labels", {{clusterLabel, profile.name}}}});
}

std::string containerSpec(const ClusterProfile& profile, const NodeProfile& node, const std::string& image) {
    json::object exposed, bindings;
    if (node.name == profile.controlPlane().name && !profile.apiAddress.empty())
        publish(exposed, bindings, "6443/tcp", profile.apiAddress, profile.apiPort);
    for (const auto& port : profile.ports)
        if (port.node == node.name || (port.node.empty() && node.name == profile.controlPlane().name))
            publish(exposed, bindings, std::format("{}/{}", port.nodePort, port.protocol), port.hostAddress,
                    port.hostPort);
    const std::string network = engineNetworkName(profile.name);
    json::object host = limits(node.resources);
    host["Privileged"] = true;
    host["CgroupnsMode"] = "private";
    host["NetworkMode"] = network;
    host["Tmpfs"] = {{"/run", "mode=755"}, {"/tmp", "mode=1777"}};
    host["Mounts"] = mountsWithFolders(profile, node);
    host["PortBindings"] = std::move(bindings);
    host["RestartPolicy"] = {{"Name", "no"}};
    return json::serialize(json::object{
        {"Image", image},
        {"Hostname", node.name},
        {"Entrypoint", json::array{"/usr/bin/slipway-node-init"}},
        {"Env", json::array{"LANG=C.UTF-8"}},
        {"StopSignal", "SIGTERM"},
        {"Labels", labels(profile, node)},
        {"ExposedPorts", std::move(exposed)},
        {"HostConfig", std::move(host)},
        {"NetworkingConfig", {{"EndpointsConfig", {{network, {{"IPAMConfig", {{"IPv4Address", node.address}}}}}}}}}});
}

std::string withSpecLabel(const std::string& spec, const std::string& mark) {
    json::value value = json::parse(spec);
    value.as_object()["Labels"].as_object()["dev.slipway.spec"] = mark;
    return json::serialize(value);
}

std::string volumeHolderSpec(const ClusterProfile& profile, const NodeProfile& node, const std::string& image) {
    return json::serialize(json::object{
        {"Image", image},
        {"Entrypoint", json::array{"/bin/sleep", "infinity"}},
        {"StopSignal", "SIGKILL"},
        {"Labels", labels(profile, node)},
        {"HostConfig", {{"Privileged", true}, {"NetworkMode", "none"}, {"Mounts", mounts(profile, node)}}}});
}

std::string resourcesSpec(const NodeResources& resources) {
    return json::serialize(limits(resources));
}

} // namespace slipway::vmdriver
