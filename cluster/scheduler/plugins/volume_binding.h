#pragma once

#include "cluster/scheduler/reasons.h"
#include "cluster/scheduler/snapshot.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace slipway::scheduler::plugins {

/// What has to be written before a pod may be bound: claims that were waiting for a consumer learn their node, or their
/// volume (KEP-490).
struct VolumeChoice {
    std::string claim;  ///< "namespace/name"
    std::string volume; ///< an existing volume for it; empty: a new one is to be provisioned on the node
};

/// The pod's persistent volume claims (kube-scheduler's VolumeBinding and VolumeRestrictions): bound ones must be
/// reachable from the node, those that wait for their first consumer must be satisfiable there.
class VolumeState {
public:
    VolumeState(const PodInfo& pod, const Snapshot& snapshot);

    /// Why no node at all can take the pod; empty: some might.
    const std::string& refusal() const { return refusal_; }
    /// The refusal is about an object that may just not have been heard of yet.
    bool awaitsNews() const { return awaitsNews_; }
    void filter(const NodeInfo& node, Reasons& reasons) const;
    /// What is to be written when the pod goes to that node, which filter() accepted; empty when all claims are bound.
    std::vector<VolumeChoice> choices(const NodeInfo& node) const;
    /// The volumes of the claims that are bound.
    std::span<const std::shared_ptr<const api::core_v1::PersistentVolume>> bound() const { return bound_; }
    /// Whether some claim is not bound yet, so that the pod has to wait after its node was chosen.
    bool hasUnbound() const { return !waiting_.empty(); }

private:
    using Claim = std::shared_ptr<const api::core_v1::PersistentVolumeClaim>;
    using Volume = std::shared_ptr<const api::core_v1::PersistentVolume>;
    struct Waiting {
        std::string key;
        Claim claim;
        std::vector<Volume> candidates; ///< that suit it, the smallest first
        bool provisionable = false;
        StorageClassInfo storageClass;
        std::string selectedNode; ///< chosen before, or empty
    };
    void add(const std::string& key, const Claim& claim, const Snapshot& snapshot);
    static bool suits(const Waiting& waiting, const NodeInfo& node, std::vector<std::string>& taken,
                      std::string* volume);

    std::string refusal_;
    bool awaitsNews_ = false;
    std::vector<Volume> bound_;
    std::vector<Waiting> waiting_;
};

/// Whether a node is one of those a volume can be used on.
bool reachable(const api::core_v1::PersistentVolume& volume, const NodeInfo& node);

} // namespace slipway::scheduler::plugins
