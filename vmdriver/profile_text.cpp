// The layout of profile.json.
#include <boost/json.hpp>

#include "vmdriver/profile.h"

namespace slipway::vmdriver {

namespace json = boost::json;

namespace {

/// Version of the file's layout; a file with a higher one is refused, never guessed at. Version 1 knew one node and no
/// resources, ports, folders or registries.
constexpr int layoutVersion = 2;

json::object toJson(const NodeProfile& node) {
    return {
        {"name", node.name},           {"controlPlane", node.controlPlane},     {"address", node.address},
        {"cpus", node.resources.cpus}, {"memoryMiB", node.resources.memoryMiB}, {"diskMiB", node.resources.diskMiB}};
}

json::object toJson(const PortMapping& port) {
    return {{"hostAddress", port.hostAddress},
            {"hostPort", port.hostPort},
            {"nodePort", port.nodePort},
            {"protocol", port.protocol},
            {"node", port.node}};
}

json::object toJson(const HostFolder& folder) {
    return {{"source", folder.source.string()},
            {"destination", folder.destination.string()},
            {"readOnly", folder.readOnly}};
}

json::object toJson(const RegistryProfile& registry) {
    return {{"host", registry.host},
            {"mirrors", json::array(registry.mirrors.begin(), registry.mirrors.end())},
            {"insecure", registry.insecure}};
}

template <class T> json::array toArray(const std::vector<T>& list) {
    json::array array;
    for (const auto& entry : list)
        array.push_back(toJson(entry));
    return array;
}

std::string text(const json::object& from, const char* key) {
    const auto* value = from.if_contains(key);
    return value ? std::string(value->as_string()) : std::string();
}

std::int64_t number(const json::object& from, const char* key) {
    const auto* value = from.if_contains(key);
    return value ? value->to_number<std::int64_t>() : 0;
}

bool flag(const json::object& from, const char* key) {
    const auto* value = from.if_contains(key);
    return value && value->as_bool();
}

/// The entries of an array of objects; none when the key is missing.
template <class Read> auto list(const json::object& from, const char* key, Read read) {
    std::vector<decltype(read(json::object()))> entries;
    if (const auto* array = from.if_contains(key))
        for (const auto& entry : array->as_array())
            entries.push_back(read(entry.as_object()));
    return entries;
}

NodeProfile nodeFrom(const json::object& node) {
    NodeProfile profile{text(node, "name"), node.at("controlPlane").as_bool(), text(node, "address")};
    if (const auto* cpus = node.if_contains("cpus"))
        profile.resources.cpus = cpus->to_number<double>();
    profile.resources.memoryMiB = number(node, "memoryMiB");
    profile.resources.diskMiB = number(node, "diskMiB");
    return profile;
}

PortMapping portFrom(const json::object& port) {
    return {text(port, "hostAddress"), static_cast<int>(number(port, "hostPort")),
            static_cast<int>(number(port, "nodePort")), text(port, "protocol"), text(port, "node")};
}

HostFolder folderFrom(const json::object& folder) {
    return {text(folder, "source"), text(folder, "destination"), flag(folder, "readOnly")};
}

RegistryProfile registryFrom(const json::object& registry) {
    RegistryProfile profile{.host = text(registry, "host"), .mirrors = {}, .insecure = flag(registry, "insecure")};
    for (const auto& mirror : registry.at("mirrors").as_array())
        profile.mirrors.emplace_back(mirror.as_string());
    return profile;
}

/// Throws boost::system::system_error or std::exception for anything unexpected.
ClusterProfile fromText(const std::string& content) {
    const json::value value = json::parse(content);
    const auto& object = value.as_object();
    if (object.at("version").to_number<int>() > layoutVersion)
        throw std::runtime_error("written by a newer slipway");
    ClusterProfile profile;
    profile.name = object.at("name").as_string();
    profile.driver = object.at("driver").as_string();
    profile.subnet = object.at("subnet").as_string();
    profile.serviceCidr = object.at("serviceCidr").as_string();
    profile.clusterCidr = object.at("clusterCidr").as_string();
    profile.virtualAddress = text(object, "virtualAddress");
    profile.previousContext = text(object, "previousContext");
    profile.started = object.at("started").as_bool();
    profile.apiAddress = text(object, "apiAddress");
    if (const auto port = number(object, "apiPort"))
        profile.apiPort = static_cast<int>(port);
    profile.nodes = list(object, "nodes", nodeFrom);
    profile.ports = list(object, "ports", portFrom);
    profile.folders = list(object, "folders", folderFrom);
    profile.registries = list(object, "registries", registryFrom);
    if (profile.nodes.empty() || !profile.nodes.front().controlPlane)
        throw std::runtime_error("its first node is no control plane");
    return profile;
}

} // namespace

std::string profileText(const ClusterProfile& profile) {
    const json::object object{{"version", layoutVersion},
                              {"name", profile.name},
                              {"driver", profile.driver},
                              {"subnet", profile.subnet},
                              {"virtualAddress", profile.virtualAddress},
                              {"serviceCidr", profile.serviceCidr},
                              {"clusterCidr", profile.clusterCidr},
                              {"previousContext", profile.previousContext},
                              {"started", profile.started},
                              {"apiPort", profile.apiPort},
                              {"apiAddress", profile.apiAddress},
                              {"nodes", toArray(profile.nodes)},
                              {"ports", toArray(profile.ports)},
                              {"folders", toArray(profile.folders)},
                              {"registries", toArray(profile.registries)}};
    return json::serialize(object) + "\n";
}

Result<ClusterProfile> parseProfile(const std::string& content) {
    try {
        return fromText(content);
    } catch (const std::exception& error) {
        return failure(DriverErrc::badProfile, error.what());
    }
}

} // namespace slipway::vmdriver
