#pragma once
// What makes a node of the node image this cluster's node: the files written into it before it starts. The same on
// every driver.

#include <string>
#include <vector>

#include "vmdriver/cluster_credentials.h"
#include "vmdriver/profile.h"

namespace slipway::vmdriver {

/// A file of the node's own file system.
struct NodeFile {
    std::string path; ///< absolute, inside the node
    std::string content;
    unsigned mode = 0644;
};

/// What differs between the machines drivers make.
struct NodePlatform {
    std::string resolverText;          ///< /etc/resolv.conf; empty: the machine brings its own
    bool ownsHostFiles = true;         ///< whether /etc/hosts and /etc/hostname are ours to write
    bool hasGuestAgent = false;        ///< a virtual machine, which is reached through QEMU's agent
    std::vector<std::string> apiNames; ///< further names or addresses the API server is reached at
};

/// Everything a node needs to run its services: /etc/slipway/services, its credentials, the authority (control-plane
/// nodes), hosts, resolv.conf, the registries' configuration. A pure function, so that the same profile gives the same
/// node.
std::vector<NodeFile> nodeConfig(const ClusterProfile& profile, const NodeProfile& node,
                                 const AuthorityFiles& authority, const NodeCredentials& credentials,
                                 const NodePlatform& platform);

/// Text of /etc/slipway/services for the node (app/node_init/service_list.h has the format).
std::string servicesFile(const ClusterProfile& profile, const NodeProfile& node, const NodePlatform& platform = {});

/// The host's name servers as a node can use them. Loopback ones mean another machine inside the node: where the host
/// only has those (systemd-resolved), `resolvedText` is used, the servers it forwards to.
std::string resolverText(const std::string& hostText, const std::string& resolvedText);

/// The same, read from /etc/resolv.conf and /run/systemd/resolve/resolv.conf of this host.
std::string hostResolverText();

} // namespace slipway::vmdriver
