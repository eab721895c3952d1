#include "cluster/scheduler/plugins/volume_binding.h"

#include "cluster/api/quantity.h"
#include "cluster/api/selectors.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <format>

namespace slipway::scheduler::plugins {
namespace {

using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;

constexpr const char* selectedNodeAnnotation = "volume.kubernetes.io/selected-node";
constexpr const char* noProvisioner = "kubernetes.io/no-provisioner";

std::int64_t bytes(const std::map<std::string, std::string>& amounts) {
    const auto found = amounts.find("storage");
    const auto amount = found == amounts.end() ? std::nullopt : api::Quantity::parse(found->second);
    return amount ? amount->value() : 0;
}

std::int64_t asked(const PersistentVolumeClaim& claim) {
    return claim.spec && claim.spec->resources ? bytes(claim.spec->resources->requests) : 0;
}

/// Whether an unclaimed volume is what the claim asks for.
bool answers(const PersistentVolume& volume, const PersistentVolumeClaim& claim, const std::string& storageClass) {
    if (!volume.spec || !claim.spec || !volume.metadata.deletionTimestamp.empty())
        return false;
    const auto& offer = *volume.spec;
    const auto& wish = *claim.spec;
    if (offer.claimRef &&
        !(offer.claimRef->namespace_ == claim.metadata.namespace_ && offer.claimRef->name == claim.metadata.name &&
          (offer.claimRef->uid.empty() || offer.claimRef->uid == claim.metadata.uid)))
        return false;
    const auto modeOf = [](const std::string& mode) { return mode.empty() ? std::string("Filesystem") : mode; };
    if (offer.storageClassName != storageClass || bytes(offer.capacity) < asked(claim) ||
        modeOf(offer.volumeMode) != modeOf(wish.volumeMode))
        return false;
    if (wish.selector && !api::matches(*wish.selector, volume.metadata.labels))
        return false;
    return std::ranges::all_of(wish.accessModes, [&](const std::string& mode) {
        return std::ranges::find(offer.accessModes, mode) != offer.accessModes.end();
    });
}

bool allowed(const std::vector<api::core_v1::TopologySelectorTerm>& terms, const NodeInfo& node) {
    return terms.empty() || std::ranges::any_of(terms, [&](const auto& term) {
               return std::ranges::all_of(term.matchLabelExpressions, [&](const auto& expression) {
                   const auto label = node.labels.find(expression.key);
                   return label != node.labels.end() &&
                          std::ranges::find(expression.values, label->second) != expression.values.end();
               });
           });
}

} // namespace

bool reachable(const PersistentVolume& volume, const NodeInfo& node) {
    return !volume.spec || !volume.spec->nodeAffinity || !volume.spec->nodeAffinity->required ||
           meetsSelector(*volume.spec->nodeAffinity->required, node);
}

VolumeState::VolumeState(const PodInfo& pod, const Snapshot& snapshot) {
    for (const std::string& name : pod.traits->claims) {
        const std::string key = pod.traits->ns + "/" + name;
        const auto found = snapshot.volumes().claims.find(key);
        if (found == snapshot.volumes().claims.end()) {
            refusal_ = std::format("persistentvolumeclaim \"{}\" not found", name);
            awaitsNews_ = true;
            return;
        }
        if (!found->second->metadata.deletionTimestamp.empty()) {
            refusal_ = std::format("persistentvolumeclaim \"{}\" is being deleted", name);
            return;
        }
        add(key, found->second, snapshot);
        const auto& modes = found->second->spec->accessModes;
        if (std::ranges::find(modes, "ReadWriteOncePod") != modes.end() &&
            std::ranges::any_of(snapshot.usersOfClaim(key), [&](const std::string& user) { return user != pod.key; }))
            refusal_ = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
        if (!refusal_.empty())
            return;
    }
}

void VolumeState::add(const std::string& key, const Claim& claim, const Snapshot& snapshot) {
    const Volumes& all = snapshot.volumes();
    const auto& spec = *claim->spec;
    const bool settled =
        !spec.volumeName.empty() && claim->metadata.annotations.contains("pv.kubernetes.io/bind-completed");
    if (settled || (claim->status && claim->status->phase == "Bound")) {
        if (const auto volume = all.volumes.find(spec.volumeName); volume != all.volumes.end())
            bound_.push_back(volume->second);
        else
            refusal_ = std::format("persistentvolume \"{}\" not found", spec.volumeName);
        awaitsNews_ = !refusal_.empty();
        return;
    }
    const std::string& className = spec.storageClassName;
    const auto storageClass = all.classes.find(className);
    if (!spec.volumeName.empty() || storageClass == all.classes.end() || !storageClass->second.waitsForConsumer) {
        refusal_ = "pod has unbound immediate PersistentVolumeClaims";
        return;
    }
    Waiting waiting{
        .key = key, .claim = claim, .candidates = {}, .storageClass = storageClass->second, .selectedNode = {}};
    waiting.provisionable = waiting.storageClass.provisioner != noProvisioner;
    if (const auto node = claim->metadata.annotations.find(selectedNodeAnnotation);
        node != claim->metadata.annotations.end())
        waiting.selectedNode = node->second;
    for (const auto& [name, volume] : all.volumes)
        if (answers(*volume, *claim, className))
            waiting.candidates.push_back(volume);
    std::ranges::stable_sort(waiting.candidates, {},
                             [](const Volume& volume) { return bytes(volume->spec->capacity); });
    waiting_.push_back(std::move(waiting));
}

bool VolumeState::suits(const Waiting& waiting, const NodeInfo& node, std::vector<std::string>& taken,
                        std::string* volume) {
    if (!waiting.selectedNode.empty() && waiting.selectedNode != node.name)
        return false;
    for (const Volume& candidate : waiting.candidates)
        if (std::ranges::find(taken, candidate->metadata.name) == taken.end() && reachable(*candidate, node)) {
            taken.push_back(candidate->metadata.name);
            if (volume != nullptr)
                *volume = candidate->metadata.name;
            return true;
        }
    return waiting.provisionable && allowed(waiting.storageClass.allowedTopologies, node);
}

void VolumeState::filter(const NodeInfo& node, Reasons& reasons) const {
    if (!std::ranges::all_of(bound_, [&](const Volume& volume) { return reachable(*volume, node); })) {
        reasons.emplace_back("node(s) didn't match PersistentVolume's node affinity");
        return;
    }
    std::vector<std::string> taken;
    if (!std::ranges::all_of(waiting_, [&](const Waiting& waiting) { return suits(waiting, node, taken, nullptr); }))
        reasons.emplace_back("node(s) didn't find available persistent volumes to bind");
}

std::vector<VolumeChoice> VolumeState::choices(const NodeInfo& node) const {
    std::vector<VolumeChoice> result;
    std::vector<std::string> taken;
    for (const Waiting& waiting : waiting_) {
        VolumeChoice choice{waiting.key, {}};
        suits(waiting, node, taken, &choice.volume);
        if (waiting.selectedNode != node.name || !choice.volume.empty())
            result.push_back(std::move(choice));
    }
    return result;
}

} // namespace slipway::scheduler::plugins
