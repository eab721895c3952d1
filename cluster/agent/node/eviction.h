#pragma once

#include "cluster/agent/pod/admission.h"

#include <expected>

/// When a node is short of something, and which of its pods goes first. Plain functions; signals, order and words are
/// those Kubernetes documents for node-pressure eviction.
namespace slipway::agent {

/// How much is left of something, of how much there is.
struct Supply {
    std::int64_t available = 0, capacity = 0;
};
/// By signal: memory.available, nodefs.available, nodefs.inodesFree, imagefs.available, imagefs.inodesFree,
/// pid.available. What could not be measured is absent.
using Supplies = std::map<std::string, Supply>;

struct Threshold {
    std::string signal;
    std::int64_t least = 0; ///< in whole units
    double percent = 0;     ///< of the capacity, where it is not given in units
    std::string text = {};  ///< as it was written: "100Mi", "10%"

    std::int64_t leastOf(std::int64_t capacity) const;
};

/// Reads "memory.available<100Mi,nodefs.available<10%". The error names what is wrong.
std::expected<std::vector<Threshold>, std::string> parseThresholds(std::string_view text);

/// The thresholds that are passed; memory first, since the kernel would soon act on its own.
std::vector<Threshold> passed(const std::vector<Threshold>& thresholds, const Supplies& supplies);

/// "MemoryPressure", "DiskPressure" or "PIDPressure".
std::string pressureOf(const std::string& signal);

/// What a pod uses, in whole units.
struct PodUse {
    std::shared_ptr<const core::Pod> pod;
    std::int64_t memory = 0, disk = 0, pids = 0;
    std::map<std::string, std::int64_t> containerMemory = {}, containerDisk = {}; ///< by container name
};

/// The pods in the order in which they are to go: those that use more than they asked for, then by priority, then by
/// how much more they use. Critical pods are left out.
std::vector<PodUse> evictionOrder(std::vector<PodUse> pods, const std::string& signal);

/// "The node was low on resource: memory. Threshold quantity: ..., available: .... Container a was using ..."
std::string evictionMessage(const Threshold& threshold, const Supply& supply, const PodUse& pod);

/// What a pod keeps on the node's disk: the bytes of each emptyDir, by volume name.
using VolumeBytes = std::map<std::string, std::int64_t>;

/// Why a pod has to go because it keeps more on the disk than it may (its own limits, and those of its emptyDirs);
/// nothing: it keeps to them.
std::optional<std::string> exceedsStorage(const PodUse& pod, const VolumeBytes& volumes);

} // namespace slipway::agent
