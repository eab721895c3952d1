#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/api/types/networking_v1.h"
#include "cluster/network/family.h"
#include "cluster/network/services/endpoint_choice.h"

#include <map>
#include <memory>
#include <set>

/// What NetworkPolicies (networking.k8s.io/v1) mean for the pods of a node, as plain values.
namespace slipway::network {

using PolicyPtr = std::shared_ptr<const api::networking_v1::NetworkPolicy>;
using PodPtr = std::shared_ptr<const api::core_v1::Pod>;
using Labels = std::map<std::string, std::string>;

struct PolicyInputs {
    std::vector<PolicyPtr> policies;
    std::vector<PodPtr> pods;                 ///< of all nodes
    std::map<std::string, Labels> namespaces; ///< labels by name
    std::string nodeName;
};

/// Ports of one protocol; from 0 means every port.
struct PolicyPorts {
    Protocol protocol = Protocol::tcp;
    int from = 0, to = 0;
    auto operator<=>(const PolicyPorts&) const = default;
};

struct AddressBlock {
    std::string cidr;
    std::vector<std::string> except;
    auto operator<=>(const AddressBlock&) const = default;
};

/// A port of a pod that a policy names: where it is on this pod.
struct NamedPort {
    std::string address;
    Protocol protocol = Protocol::tcp;
    int port = 0;
    auto operator<=>(const NamedPort&) const = default;
};

/// One rule of a policy: traffic with one of the peers, on one of the ports, is allowed.
struct PolicyRule {
    bool anyPeer = false;
    std::set<std::string> peers; ///< addresses of pods
    std::vector<AddressBlock> blocks;
    bool anyPort = false;
    std::vector<PolicyPorts> ports;
    std::set<NamedPort> namedPorts; ///< of the receiving pods
    bool operator==(const PolicyRule&) const = default;
};

/// The rules of a policy for one direction.
struct DirectionPlan {
    std::set<std::string> pods; ///< addresses of this node's pods it isolates
    std::vector<PolicyRule> rules;
    bool operator==(const DirectionPlan&) const = default;
};

struct PolicyPlan {
    std::map<std::string, DirectionPlan> ingress, egress; ///< by policy, "namespace/name"
    bool operator==(const PolicyPlan&) const = default;
};

/// The plan for a node and one address family. Policies that select none of its pods are left out; pods on the node's
/// own network are neither isolated nor peers.
PolicyPlan planPolicies(const PolicyInputs& inputs, Family family = Family::ip4);

/// Whether the plan lets a new connection between two addresses pass: what the rules do, for tests and explanations.
bool allows(const PolicyPlan& plan, const std::string& from, const std::string& to, Protocol protocol, int port);

} // namespace slipway::network
