#include "cluster/controllers/node_lifecycle.h"

#include "cluster/base/log.h"
#include "cluster/base/time.h"
#include "cluster/controllers/pod_state.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::controllers {

using api::core_v1::Node;
using api::core_v1::Pod;
using api::core_v1::Taint;
using std::chrono::system_clock;

namespace {

constexpr std::string_view notReadyTaint = "node.kubernetes.io/not-ready",
                           unreachableTaint = "node.kubernetes.io/unreachable",
                           unschedulableTaint = "node.kubernetes.io/unschedulable";

bool isHealthTaint(const Taint& taint) {
    return taint.key == notReadyTaint || taint.key == unreachableTaint || taint.key == unschedulableTaint;
}

std::string readyStatus(const Node& node) {
    if (node.status)
        for (const auto& condition : node.status->conditions)
            if (condition.type == "Ready")
                return condition.status;
    return "Unknown";
}

Taint makeTaint(std::string_view key, std::string_view effect, const std::string& now) {
    Taint taint;
    taint.key = key;
    taint.effect = effect;
    if (effect == "NoExecute")
        taint.timeAdded = now;
    return taint;
}

bool tolerates(const api::core_v1::Toleration& toleration, const Taint& taint) {
    if (!toleration.effect.empty() && toleration.effect != taint.effect)
        return false;
    if (!toleration.key.empty() && toleration.key != taint.key)
        return false;
    return toleration.operator_ == "Exists" || (!toleration.key.empty() && toleration.value == taint.value);
}

bool sameTaints(const std::vector<Taint>& a, const std::vector<Taint>& b) {
    return a.size() == b.size() && std::ranges::all_of(a, [&](const Taint& taint) {
               return std::ranges::any_of(
                   b, [&](const Taint& other) { return other.key == taint.key && other.effect == taint.effect; });
           });
}

/// The Nth /24 of the cluster's network.
std::string networkNumber(const std::string& clusterCidr, int index) {
    unsigned a = 10, b = 244;
    std::sscanf(clusterCidr.c_str(), "%u.%u", &a, &b);
    return std::format("{}.{}.{}.0/24", a, b, index);
}

} // namespace

std::vector<Taint> healthTaints(const Node& node, const std::string& now) {
    std::vector<Taint> taints;
    const std::string ready = readyStatus(node);
    const std::string_view key = ready == "Unknown" ? unreachableTaint : notReadyTaint;
    if (ready != "True") {
        taints.push_back(makeTaint(key, "NoSchedule", now));
        taints.push_back(makeTaint(key, "NoExecute", now));
    }
    if (node.spec && node.spec->unschedulable.value_or(false))
        taints.push_back(makeTaint(unschedulableTaint, "NoSchedule", now));
    return taints;
}

std::optional<std::chrono::seconds> toleratedTime(const Pod& pod, const std::vector<Taint>& taints) {
    std::optional<std::chrono::seconds> shortest;
    for (const Taint& taint : taints) {
        if (taint.effect != "NoExecute")
            continue;
        std::optional<std::chrono::seconds> best;
        bool forEver = false;
        for (const auto& toleration : pod.spec->tolerations)
            if (tolerates(toleration, taint)) {
                if (!toleration.tolerationSeconds)
                    forEver = true;
                else
                    best = std::max(best.value_or(std::chrono::seconds(0)),
                                    std::chrono::seconds(std::max<std::int64_t>(0, *toleration.tolerationSeconds)));
            }
        if (forEver)
            continue;
        const std::chrono::seconds limit = best.value_or(std::chrono::seconds(0));
        shortest = std::min(shortest.value_or(limit), limit);
    }
    return shortest;
}

NodeLifecycleController::NodeLifecycleController(Informers& informers, std::shared_ptr<const client::Client> client,
                                                 std::string clusterCidr)
    : informers_(informers)
    , client_(std::move(client))
    , clusterCidr_(std::move(clusterCidr))
    , controller_("node-lifecycle", [this](const std::string& key) { return sync(key); }) {
    informers_.nodes.onChange([this](const auto& before, const auto& after) {
        controller_.enqueue((after ? after : before)->metadata.name);
    });
    informers_.pods.onChange([this](const auto&, const auto& after) {
        if (after && after->spec && !after->spec->nodeName.empty() && !informers_.nodes.get({}, after->spec->nodeName))
            controller_.enqueueAfter(after->spec->nodeName, nodeGracePeriod);
    });
}

client::Result<void> NodeLifecycleController::assignNetwork(const Node& node) {
    if (node.spec && !node.spec->podCIDR.empty())
        return {};
    std::set<std::string> taken;
    for (const auto& other : informers_.nodes.list())
        if (other->spec)
            taken.insert(other->spec->podCIDR);
    for (int index = 0; index < 256; ++index) {
        const std::string network = networkNumber(clusterCidr_, index);
        if (taken.contains(network))
            continue;
        const api::JsonObject patch{
            {"spec", api::JsonObject{{"podCIDR", network}, {"podCIDRs", api::JsonArray{network}}}}};
        const auto done = client_->patch(client::resourceOf<Node>(), {}, node.metadata.name,
                                         client::PatchKind::strategicMerge, patch);
        return done ? client::Result<void>() : std::unexpected(done.error());
    }
    base::warn("node-lifecycle", "no pod network is left for node {}", node.metadata.name);
    return {};
}

/// Sets the conditions of a node to Unknown when its lease has not been renewed for too long. True when it was silent.
client::Result<bool> NodeLifecycleController::judgeSilence(const Node& node) {
    std::optional<base::Time> heard = base::parseTime(node.metadata.creationTimestamp);
    if (const auto lease = informers_.leases.get("kube-node-lease", node.metadata.name); lease && lease->spec)
        heard = std::max(heard, base::parseTime(lease->spec->renewTime));
    if (heard && system_clock::now() - *heard < nodeGracePeriod)
        return false;
    if (readyStatus(node) == "Unknown" && node.status && !node.status->conditions.empty())
        return true;
    Node next = node;
    if (!next.status)
        next.status = api::core_v1::NodeStatus{};
    const std::string now = base::nowRfc3339();
    for (std::string_view type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
        auto found = std::ranges::find(next.status->conditions, type, &api::core_v1::NodeCondition::type);
        if (found == next.status->conditions.end()) {
            next.status->conditions.emplace_back().type = type;
            found = next.status->conditions.end() - 1;
        }
        found->status = "Unknown";
        found->reason = "NodeStatusUnknown";
        found->message = "Kubelet stopped posting node status.";
        found->lastTransitionTime = now;
    }
    const auto written = client_->updateStatus(next);
    if (!written)
        return std::unexpected(written.error());
    base::warn("node-lifecycle", "node {} has stopped answering", node.metadata.name);
    return true;
}

client::Result<void> NodeLifecycleController::bringTaints(const Node& node) {
    const std::vector<Taint> present = node.spec ? node.spec->taints : std::vector<Taint>();
    std::vector<Taint> own, others;
    std::ranges::copy_if(present, std::back_inserter(own), isHealthTaint);
    std::ranges::copy_if(present, std::back_inserter(others), [](const Taint& taint) { return !isHealthTaint(taint); });
    const auto wanted = healthTaints(node, base::nowRfc3339());
    if (sameTaints(own, wanted))
        return {};
    Node next = node;
    if (!next.spec)
        next.spec = api::core_v1::NodeSpec{};
    next.spec->taints = others;
    next.spec->taints.insert(next.spec->taints.end(), wanted.begin(), wanted.end());
    const auto written = client_->update(next);
    return written ? client::Result<void>() : std::unexpected(written.error());
}

client::Result<std::optional<std::chrono::milliseconds>> NodeLifecycleController::evictPods(const Node& node) {
    std::optional<std::chrono::milliseconds> again;
    const std::vector<Taint> taints = node.spec ? node.spec->taints : std::vector<Taint>();
    if (std::ranges::none_of(taints, [](const Taint& taint) { return taint.effect == "NoExecute"; }))
        return again;
    base::Time since = base::Time::max();
    for (const Taint& taint : taints)
        if (const auto added = base::parseTime(taint.timeAdded))
            since = std::min(since, *added);
    for (const auto& pod : informers_.pods.list()) {
        if (!pod->spec || pod->spec->nodeName != node.metadata.name || !pod->metadata.deletionTimestamp.empty())
            continue;
        const auto tolerated = toleratedTime(*pod, taints);
        if (!tolerated)
            continue;
        const auto left =
            since == base::Time::max() ? base::Time::duration(0) : since + *tolerated - system_clock::now();
        if (left.count() > 0) {
            const auto wait = std::chrono::ceil<std::chrono::milliseconds>(left);
            again = std::min(again.value_or(wait), wait);
            continue;
        }
        const auto gone = client_->remove(client::resourceOf<Pod>(), pod->metadata.namespace_, pod->metadata.name);
        if (!gone && gone.error().kind != client::Errc::notFound)
            return std::unexpected(gone.error());
    }
    return again;
}

/// Nobody is left to end these pods, so they end at once.
client::Result<void> NodeLifecycleController::removePodsOf(const std::string& node) {
    client::DeleteOptions now;
    now.gracePeriodSeconds = 0;
    for (const auto& pod : informers_.pods.list()) {
        if (!pod->spec || pod->spec->nodeName != node)
            continue;
        const auto gone = client_->remove(client::resourceOf<Pod>(), pod->metadata.namespace_, pod->metadata.name, now);
        if (!gone && gone.error().kind != client::Errc::notFound)
            return gone;
    }
    return {};
}

client::Result<SyncResult> NodeLifecycleController::sync(const std::string& key) {
    const auto node = informers_.nodes.getKey(key);
    if (!node) {
        auto removed = removePodsOf(key);
        return removed ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(removed.error());
    }
    if (auto done = assignNetwork(*node); !done)
        return std::unexpected(done.error());
    if (auto silent = judgeSilence(*node); !silent)
        return std::unexpected(silent.error());
    if (auto done = bringTaints(*node); !done)
        return std::unexpected(done.error());
    auto again = evictPods(*node);
    if (!again)
        return std::unexpected(again.error());
    const std::chrono::milliseconds regular = std::chrono::seconds(10);
    return SyncResult{std::min(again->value_or(regular), regular)};
}

} // namespace slipway::controllers
