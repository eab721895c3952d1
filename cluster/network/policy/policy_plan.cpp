#include "cluster/network/policy/policy_plan.h"

#include "cluster/api/selectors.h"
#include "cluster/network/address_range.h"

#include <algorithm>

namespace slipway::network {
namespace {

namespace core = api::core_v1;
namespace networking = api::networking_v1;

/// A pod that policies can be about.
struct PolicyPod {
    PodPtr pod;
    std::string address;
    bool local = false;
};

std::string addressOf(const core::Pod& pod, Family family) {
    for (const core::PodIP& ip : pod.status->podIPs)
        if (isOf(family, ip.ip))
            return ip.ip;
    return isOf(family, pod.status->podIP) ? pod.status->podIP : std::string();
}

std::vector<PolicyPod> policyPods(const PolicyInputs& inputs, Family family) {
    std::vector<PolicyPod> result;
    for (const PodPtr& pod : inputs.pods) {
        if (!pod->spec || !pod->status || pod->spec->hostNetwork.value_or(false) || pod->status->phase == "Succeeded" ||
            pod->status->phase == "Failed")
            continue;
        if (std::string address = addressOf(*pod, family); !address.empty())
            result.push_back({pod, std::move(address), pod->spec->nodeName == inputs.nodeName});
    }
    return result;
}

class Planner {
public:
    Planner(const PolicyInputs& inputs, Family family)
        : inputs_(inputs), family_(family), pods_(policyPods(inputs, family)) {}

    PolicyPlan run() {
        for (const PolicyPtr& policy : inputs_.policies)
            if (policy->spec)
                addPolicy(*policy);
        return std::move(plan_);
    }

private:
    void addPolicy(const networking::NetworkPolicy& policy) {
        const networking::NetworkPolicySpec& spec = *policy.spec;
        ns_ = policy.metadata.namespace_;
        selected_.clear();
        for (const PolicyPod& pod : pods_)
            if (pod.local && pod.pod->metadata.namespace_ == ns_ && matches(spec.podSelector, pod))
                selected_.push_back(&pod);
        if (selected_.empty())
            return;
        const auto has = [&](const char* type) {
            return std::ranges::find(spec.policyTypes, type) != spec.policyTypes.end();
        };
        // Without types a policy is about ingress, and about egress when it has rules for it.
        const bool defaulted = spec.policyTypes.empty();
        const std::string key = ns_ + "/" + policy.metadata.name;
        if (defaulted || has("Ingress"))
            addIngress(plan_.ingress[key], spec);
        if (defaulted ? !spec.egress.empty() : has("Egress"))
            addEgress(plan_.egress[key], spec);
    }

    void isolate(DirectionPlan& direction) const {
        for (const PolicyPod* pod : selected_)
            direction.pods.insert(pod->address);
    }

    void addIngress(DirectionPlan& direction, const networking::NetworkPolicySpec& spec) {
        isolate(direction);
        for (const networking::NetworkPolicyIngressRule& from : spec.ingress) {
            PolicyRule rule;
            addPeers(rule, from.from);
            addPorts(rule, from.ports, selected_);
            direction.rules.push_back(std::move(rule));
        }
    }

    void addEgress(DirectionPlan& direction, const networking::NetworkPolicySpec& spec) {
        isolate(direction);
        for (const networking::NetworkPolicyEgressRule& to : spec.egress) {
            PolicyRule rule;
            const std::vector<const PolicyPod*> receivers = addPeers(rule, to.to);
            addPorts(rule, to.ports, receivers);
            direction.rules.push_back(std::move(rule));
        }
    }

    /// Adds a rule's peers, and returns the pods among them.
    std::vector<const PolicyPod*> addPeers(PolicyRule& rule, const std::vector<networking::NetworkPolicyPeer>& peers) {
        std::vector<const PolicyPod*> found;
        rule.anyPeer = peers.empty();
        for (const PolicyPod& pod : pods_) {
            const bool peer = rule.anyPeer || std::ranges::any_of(peers, [&](const auto& each) {
                                  return !each.ipBlock && isPeer(each, pod);
                              });
            if (!peer)
                continue;
            found.push_back(&pod);
            if (!rule.anyPeer)
                rule.peers.insert(pod.address);
        }
        for (const networking::NetworkPolicyPeer& peer : peers)
            if (peer.ipBlock && isOf(family_, peer.ipBlock->cidr))
                rule.blocks.push_back({peer.ipBlock->cidr, ofFamily(peer.ipBlock->except)});
        return found;
    }

    std::vector<std::string> ofFamily(const std::vector<std::string>& ranges) const {
        std::vector<std::string> result;
        std::ranges::copy_if(ranges, std::back_inserter(result),
                             [&](const auto& range) { return isOf(family_, range); });
        return result;
    }

    bool isPeer(const networking::NetworkPolicyPeer& peer, const PolicyPod& pod) const {
        const std::string& podNs = pod.pod->metadata.namespace_;
        if (peer.namespaceSelector) {
            const auto labels = inputs_.namespaces.find(podNs);
            if (labels == inputs_.namespaces.end() || !api::matches(*peer.namespaceSelector, labels->second))
                return false;
        } else if (podNs != ns_)
            return false;
        return matches(peer.podSelector, pod);
    }

    static bool matches(const std::optional<api::meta_v1::LabelSelector>& selector, const PolicyPod& pod) {
        return !selector || api::matches(*selector, pod.pod->metadata.labels);
    }

    static void addPorts(PolicyRule& rule, const std::vector<networking::NetworkPolicyPort>& ports,
                         const std::vector<const PolicyPod*>& receivers) {
        rule.anyPort = ports.empty();
        for (const networking::NetworkPolicyPort& port : ports) {
            const Protocol protocol = protocolOf(port.protocol);
            if (!port.port)
                rule.ports.push_back({protocol, 0, 0});
            else if (port.port->isInt)
                rule.ports.push_back({protocol, port.port->number, port.endPort.value_or(port.port->number)});
            else
                for (const PolicyPod* pod : receivers)
                    addNamed(rule, *pod, port.port->text, protocol);
        }
    }

    static void addNamed(PolicyRule& rule, const PolicyPod& pod, const std::string& name, Protocol protocol) {
        const auto add = [&](const std::vector<core::Container>& containers) {
            for (const core::Container& container : containers)
                for (const core::ContainerPort& port : container.ports)
                    if (port.name == name && protocolOf(port.protocol) == protocol)
                        rule.namedPorts.insert({pod.address, protocol, port.containerPort});
        };
        add(pod.pod->spec->containers);
        add(pod.pod->spec->initContainers); // sidecars are among them
    }

    const PolicyInputs& inputs_;
    const Family family_;
    const std::vector<PolicyPod> pods_;
    std::string ns_;                         ///< of the policy being added
    std::vector<const PolicyPod*> selected_; ///< its pods on this node
    PolicyPlan plan_;
};

bool allowsPeer(const PolicyRule& rule, const std::string& peer) {
    if (rule.anyPeer || rule.peers.contains(peer))
        return true;
    return std::ranges::any_of(rule.blocks, [&](const AddressBlock& block) {
        return contains(block.cidr, peer) &&
               std::ranges::none_of(block.except, [&](const auto& except) { return contains(except, peer); });
    });
}

bool allowsPort(const PolicyRule& rule, const std::string& receiver, Protocol protocol, int port) {
    return rule.anyPort || rule.namedPorts.contains({receiver, protocol, port}) ||
           std::ranges::any_of(rule.ports, [&](const PolicyPorts& ports) {
               return ports.protocol == protocol && (ports.from == 0 || (port >= ports.from && port <= ports.to));
           });
}

bool allowsDirection(const std::map<std::string, DirectionPlan>& policies, const std::string& pod,
                     const std::string& peer, const std::string& receiver, Protocol protocol, int port) {
    bool isolated = false;
    for (const auto& [name, direction] : policies) {
        if (!direction.pods.contains(pod))
            continue;
        isolated = true;
        for (const PolicyRule& rule : direction.rules)
            if (allowsPeer(rule, peer) && allowsPort(rule, receiver, protocol, port))
                return true;
    }
    return !isolated;
}

} // namespace

PolicyPlan planPolicies(const PolicyInputs& inputs, Family family) {
    return Planner(inputs, family).run();
}

bool allows(const PolicyPlan& plan, const std::string& from, const std::string& to, Protocol protocol, int port) {
    return from == to || (allowsDirection(plan.egress, from, to, to, protocol, port) &&
                          allowsDirection(plan.ingress, to, from, to, protocol, port));
}

} // namespace slipway::network
