#pragma once
// What is remembered of a cluster between runs: one JSON file per cluster.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

/// What a node may use of its host. Zero means no limit of its own (a virtual machine then gets its driver's default).
struct NodeResources {
    double cpus = 0;
    std::int64_t memoryMiB = 0;
    std::int64_t diskMiB = 0; ///< only where nodes have disks of their own (libvirt)
    bool operator==(const NodeResources&) const = default;
};

/// A port of the host that leads to a node.
struct PortMapping {
    std::string hostAddress = "127.0.0.1";
    int hostPort = 0; ///< 0: chosen by the driver when the node starts
    int nodePort = 0;
    std::string protocol = "tcp"; ///< tcp or udp
    std::string node;             ///< empty: the first control-plane node
    bool operator==(const PortMapping&) const = default;
};

/// A folder of the host that every node sees.
struct HostFolder {
    std::filesystem::path source, destination;
    bool readOnly = false;
    bool operator==(const HostFolder&) const = default;
};

struct NodeProfile {
    std::string name;         ///< the Kubernetes node name and the host name
    bool controlPlane = true; ///< runs slipway-server
    std::string address;      ///< IPv4 address of the node, chosen once, since certificates carry it
    NodeResources resources{};
};

/// How images of one registry are pulled: other places that have them, and who to be.
struct RegistryProfile {
    std::string host;                 ///< "docker.io"
    std::vector<std::string> mirrors; ///< "https://mirror.example.org", tried in order before the registry itself
    bool insecure = false;            ///< the mirrors' certificates are not checked
};

struct ClusterProfile {
    std::string name;
    std::string driver = "native";
    std::string subnet; ///< "172.30.0.0/24"; the host is .1, nodes count from .2
    std::vector<NodeProfile> nodes;
    std::string virtualAddress; ///< of several control planes: what one of them has at a time; chosen once
    std::string serviceCidr = "10.96.0.0/16";
    std::string clusterCidr = "10.244.0.0/16";
    std::string previousContext; ///< current-context of the user's kubeconfig before ours was made current
    bool started = false;        ///< the user's wish: set by start, cleared by stop; tells "died" from "stopped"
    int apiPort = 6443;          ///< where the host reaches the API server at `apiAddress`
    std::string apiAddress;      ///< empty: as nodes reach it
    std::vector<PortMapping> ports;
    std::vector<HostFolder> folders;
    std::vector<RegistryProfile> registries;

    const NodeProfile* find(const std::string& node) const;
    /// The first control-plane node; a profile always has one.
    const NodeProfile& controlPlane() const;
    /// A name no node has: NAME-1, NAME-2, ...
    std::string freeNodeName() const;
    /// How many nodes run the API server. With more than one its objects are in etcd, of which each has a member.
    int controlPlaneCount() const;
    /// Where nodes reach the API server; empty before addresses are chosen.
    const std::string& apiHost() const;
    /// "https://ADDRESS:PORT" as the host reaches the API server; empty before addresses are chosen.
    std::string serverUrl() const;
};

/// A name is 1 to 40 of [a-z0-9-], beginning and ending with a letter or digit. Error: badName.
Result<void> checkClusterName(const std::string& name);

/// Text of a profile's file, and back. Error badProfile for anything that is not one, or is a newer slipway's.
std::string profileText(const ClusterProfile& profile);
Result<ClusterProfile> parseProfile(const std::string& text);

/// The profiles under <state>/clusters/NAME/profile.json. Writes go to a temporary file that is synced and renamed over
/// the old one, so that a crash leaves either the old or the new profile.
class ProfileStore {
public:
    explicit ProfileStore(std::filesystem::path stateDir) : stateDir_(std::move(stateDir)) {}

    /// Errors: notFound, badProfile, io.
    Result<ClusterProfile> load(const std::string& cluster) const;
    Result<void> save(const ClusterProfile& profile) const;
    /// Removes the cluster's whole directory.
    Result<void> remove(const std::string& cluster) const;
    /// Names of all clusters with a profile, sorted.
    std::vector<std::string> list() const;
    std::filesystem::path clusterDir(const std::string& cluster) const { return stateDir_ / "clusters" / cluster; }
    const std::filesystem::path& stateDir() const { return stateDir_; }

private:
    std::filesystem::path stateDir_;
};

} // namespace slipway::vmdriver
