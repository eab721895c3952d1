#include "cluster/controllers/taint_eviction/taint_eviction.h"

#include "cluster/base/time.h"
#include "cluster/controllers/workload/disruption_target.h"
#include "cluster/controllers/workload/node_match.h"
#include "cluster/controllers/workload/pod_state.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::core_v1::Node;
using api::core_v1::Pod;
using api::core_v1::Taint;
using client::objectKey;
using std::chrono::seconds;

std::optional<seconds> toleratedTime(const Pod& pod, const std::vector<Taint>& taints) {
    std::optional<seconds> shortest;
    for (const Taint& taint : taints) {
        if (taint.effect != "NoExecute")
            continue;
        std::optional<seconds> least;
        bool tolerated = false;
        for (const auto& toleration : pod.spec->tolerations) {
            if (!controllers::tolerated({toleration}, taint))
                continue;
            tolerated = true;
            if (toleration.tolerationSeconds) {
                const seconds own(std::max<std::int64_t>(0, *toleration.tolerationSeconds));
                least = std::min(least.value_or(own), own);
            }
        }
        if (!tolerated)
            return seconds(0);
        if (least)
            shortest = std::min(shortest.value_or(*least), *least);
    }
    return shortest;
}

namespace {

class TaintEvictionController : public Reconciler {
public:
    explicit TaintEvictionController(const Context& context) : Reconciler(context, 2) {
        caches_.of<Pod>().addIndex("node", [](const Pod& pod, std::vector<std::string>& keys) {
            if (pod.spec && !pod.spec->nodeName.empty())
                keys.push_back(pod.spec->nodeName);
        });
        watch<Pod>([this](const auto& before, const auto& after) {
            const Pod& pod = after ? *after : *before;
            if (!after || !pod.spec || pod.spec->nodeName.empty())
                return forget(objectKey(pod.metadata.namespace_, pod.metadata.name));
            if (before && before->spec && before->spec->nodeName == pod.spec->nodeName &&
                before->spec->tolerations == pod.spec->tolerations)
                return;
            if (const auto node = caches_.of<Node>().get({}, pod.spec->nodeName); node && hasNoExecute(*node))
                enqueue(objectKey(pod.metadata.namespace_, pod.metadata.name));
        });
        watch<Node>([this](const auto& before, const auto& after) {
            if (!after || (!hasNoExecute(*after) && (!before || !hasNoExecute(*before))))
                return;
            if (before && before->spec == after->spec)
                return;
            for (const auto& pod : caches_.of<Pod>().by("node", after->metadata.name))
                enqueue(objectKey(pod->metadata.namespace_, pod->metadata.name));
        });
    }

private:
    static bool hasNoExecute(const Node& node) {
        return node.spec &&
               std::ranges::any_of(node.spec->taints, [](const Taint& taint) { return taint.effect == "NoExecute"; });
    }

    void forget(const std::string& key) {
        std::lock_guard lock(mutex_);
        since_.erase(key);
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto pod = caches_.of<Pod>().getKey(key);
        const auto node = pod && pod->spec ? caches_.of<Node>().get({}, pod->spec->nodeName) : nullptr;
        if (!pod || !node || !node->spec || isTerminating(*pod)) {
            forget(key);
            return SyncResult{};
        }
        const auto tolerated = toleratedTime(*pod, node->spec->taints);
        if (!tolerated) {
            std::unique_lock lock(mutex_);
            const bool waited = since_.erase(key) > 0;
            lock.unlock();
            if (waited)
                events_.record(client::EventRecorder::referenceTo(*pod), "Normal", "TaintManagerEviction",
                               std::format("Cancelling deletion of Pod {}", key));
            return SyncResult{};
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(sinceWhen(key) + *tolerated - Clock::now());
        if (left.count() > 0)
            return SyncResult{left};
        events_.record(client::EventRecorder::referenceTo(*pod), "Normal", "TaintManagerEviction",
                       std::format("Marking for deletion Pod {}", key));
        if (auto marked = markDisruption(*client_, *pod, "DeletionByTaintManager",
                                         "Taint manager: deleting due to NoExecute taint");
            !marked)
            return std::unexpected(marked.error());
        client::DeleteOptions options;
        options.uid = pod->metadata.uid;
        const auto gone = ignoreGone(
            client_->remove(client::resourceOf<Pod>(), pod->metadata.namespace_, pod->metadata.name, options));
        if (!gone && gone.error().kind != client::Errc::conflict)
            return std::unexpected(gone.error());
        return SyncResult{};
    }

    using Clock = std::chrono::steady_clock;

    /// When the pod was first seen not to be tolerated for ever.
    Clock::time_point sinceWhen(const std::string& key) {
        std::lock_guard lock(mutex_);
        return since_.try_emplace(key, Clock::now()).first->second;
    }

    std::mutex mutex_;
    std::map<std::string, Clock::time_point> since_; ///< by pod
};

} // namespace

std::unique_ptr<Reconciler> makeTaintEvictionController(const Context& context) {
    return std::make_unique<TaintEvictionController>(context);
}

} // namespace slipway::controllers
