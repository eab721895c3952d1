#pragma once

#include "cluster/scheduler/plugins/topology.h"
#include "cluster/scheduler/pod_info.h"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace slipway::scheduler {

struct NodeInfo;

namespace plugins {
class PodRules;
}

/// Placed pods that are alike to everybody's rules: one namespace, the same labels and rules. How many of them are in
/// each domain of a topology is counted when it is first asked for, and kept up to date from then on, so that a rule
/// costs by the kinds of pods there are, not by their number.
class PodGroup {
public:
    PodGroup(std::shared_ptr<const PodTraits> traits, bool leaving) : traits_(std::move(traits)), leaving_(leaving) {}

    const PodTraits& traits() const { return *traits_; }
    bool leaving() const { return leaving_; } ///< these are being deleted
    int pods() const { return pods_; }
    const std::unordered_map<const NodeInfo*, int>& nodes() const { return nodes_; }
    /// By the value of a node label; changes with the pods, and lives as long as the group.
    const plugins::DomainCounts& domains(const std::string& topologyKey) const;

    /// What the rules of these pods are, made ready once (plugins/pod_affinity.cpp).
    mutable std::shared_ptr<const plugins::PodRules> rules;
    mutable std::uint64_t rulesMadeAt = 0; ///< the snapshot's namespaces then

private:
    friend class PodGroups;
    void count(const NodeInfo& node, int by);
    void count(const std::string& key, const std::string* value, int by);

    const std::shared_ptr<const PodTraits> traits_;
    const bool leaving_;
    int pods_ = 0;
    std::unordered_map<const NodeInfo*, int> nodes_;
    mutable std::unordered_map<std::string, plugins::DomainCounts> domains_;
};

/// The groups of all placed pods. Not thread-safe.
class PodGroups {
public:
    using Set = std::unordered_set<const PodGroup*>;

    /// Counts a pod on a node; the group stays where it is until forgetIfEmpty().
    PodGroup& add(const std::shared_ptr<const PodTraits>& traits, bool leaving, const NodeInfo& node);
    void remove(PodGroup& group, const NodeInfo& node) { group.count(node, -1); }
    void forgetIfEmpty(const std::shared_ptr<const PodTraits>& traits, bool leaving);
    /// The node's labels are about to change: its pods count in no domain until settle().
    void unsettle(const NodeInfo& node) { move(node, -1); }
    void settle(const NodeInfo& node) { move(node, 1); }

    const Set& in(const std::string& ns) const;
    const Set& all() const { return all_; }
    /// Those with rules about other pods.
    const Set& withRules() const { return withRules_; }

private:
    struct Key {
        const PodTraits* traits;
        bool leaving;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const {
            return std::hash<const void*>()(key.traits) * 2 + (key.leaving ? 1 : 0);
        }
    };
    void move(const NodeInfo& node, int sign);

    std::unordered_map<Key, std::unique_ptr<PodGroup>, KeyHash> groups_;
    std::unordered_map<std::string, Set> byNamespace_;
    Set all_, withRules_;
};

} // namespace slipway::scheduler
