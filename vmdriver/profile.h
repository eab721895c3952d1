#pragma once
// What is remembered of a cluster between runs: one JSON file per cluster.

#include <filesystem>
#include <string>
#include <vector>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

struct NodeProfile {
    std::string name;         ///< the Kubernetes node name and the host name
    bool controlPlane = true; ///< runs slipway-server
    std::string address;      ///< IPv4 address of the node, chosen once, since certificates carry it
};

struct ClusterProfile {
    std::string name;
    std::string driver = "native";
    std::string subnet; ///< "172.30.0.0/24"; the host is .1, nodes count from .2
    std::vector<NodeProfile> nodes;
    std::string serviceCidr = "10.96.0.0/16";
    std::string clusterCidr = "10.244.0.0/16";
    std::string previousContext; ///< current-context of the user's kubeconfig before ours was made current
    bool started = false;        ///< the user's wish: set by start, cleared by stop; tells "died" from "stopped"
};

/// A name is 1 to 40 of [a-z0-9-], beginning and ending with a letter or digit. Error: badName.
Result<void> checkClusterName(const std::string& name);

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
