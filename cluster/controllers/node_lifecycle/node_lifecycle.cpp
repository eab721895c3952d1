#include "cluster/controllers/node_lifecycle/node_lifecycle.h"

#include "cluster/api/types/coordination_v1.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"
#include "cluster/controllers/node_lifecycle/node_health.h"
#include "cluster/controllers/workload/pod_state.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::coordination_v1::Lease;
using api::core_v1::Node;
using api::core_v1::Pod;
using api::core_v1::Taint;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr auto gracePeriod = std::chrono::seconds(40); // how long a node may be silent
constexpr const char* leaseNamespace = "kube-node-lease";

class NodeLifecycleController : public Reconciler {
public:
    explicit NodeLifecycleController(const Context& context) : Reconciler(context) {
        watch<Node>([this](const auto& before, const auto& after) { nodeChanged(before, after); });
        watch<Lease>([this](const auto& before, const auto& after) {
            if (after && after->metadata.namespace_ == leaseNamespace && (!before || before->spec != after->spec))
                hear(after->metadata.name);
        });
        caches_.of<Pod>().addIndex("node", [](const Pod& pod, std::vector<std::string>& keys) {
            if (pod.spec && !pod.spec->nodeName.empty())
                keys.push_back(pod.spec->nodeName);
        });
    }

private:
    /// A sign of life. By this machine's clock: the node's own may be wrong.
    void hear(const std::string& name) {
        std::lock_guard lock(mutex_);
        heard_[name] = Clock::now();
    }

    void nodeChanged(const std::shared_ptr<const Node>& before, const std::shared_ptr<const Node>& after) {
        const std::string& name = (after ? after : before)->metadata.name;
        if (!after) {
            std::lock_guard lock(mutex_);
            heard_.erase(name);
        } else if (!before || lastHeartbeat(*before) != lastHeartbeat(*after)) {
            hear(name);
        }
        if (!after || !before || readyStatus(*before) != readyStatus(*after))
            for (const auto& node : caches_.of<Node>().list()) // the zone's state may have changed
                enqueue(node->metadata.name);
        enqueue(name);
    }

    static std::string lastHeartbeat(const Node& node) {
        if (node.status)
            for (const auto& condition : node.status->conditions)
                if (condition.type == "Ready" && condition.status != "Unknown")
                    return condition.lastHeartbeatTime;
        return {};
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto node = caches_.of<Node>().getKey(key);
        if (!node)
            return SyncResult{};
        greet(*node);
        const milliseconds left = silenceLeft(key);
        if (left.count() <= 0)
            if (auto told = tellSilence(*node); !told)
                return std::unexpected(told.error());
        const std::string ready = readyStatus(*node);
        if (ready != "True")
            if (auto marked = markPods(*node); !marked)
                return std::unexpected(marked.error());
        std::optional<milliseconds> again;
        if (left.count() > 0)
            again = left;
        const milliseconds pause = evictionPauseOf(*node);
        if (pause.count() > 0)
            again = std::min(again.value_or(pause), pause);
        if (auto tainted = bringTaints(*node, ready != "True" && pause.count() == 0); !tainted)
            return std::unexpected(tainted.error());
        return SyncResult{again};
    }

    void greet(const Node& node) {
        if (greeted_.insert(node.metadata.uid).second)
            events_.record(client::EventRecorder::referenceTo(node), "Normal", "RegisteredNode",
                           std::format("Node {0} event: Registered Node {0} in Controller", node.metadata.name));
    }

    milliseconds silenceLeft(const std::string& name) {
        std::lock_guard lock(mutex_);
        const auto heard = heard_.try_emplace(name, Clock::now()).first->second;
        return std::chrono::ceil<milliseconds>(heard + gracePeriod - Clock::now());
    }

    client::Result<void> tellSilence(const Node& node) {
        Node next = node;
        next.status = silentStatus(node.status.value_or(api::core_v1::NodeStatus()), base::nowRfc3339());
        if (node.status && *next.status == *node.status)
            return {};
        const auto written = client_->updateStatus(next);
        if (!written)
            return std::unexpected(written.error());
        base::warn(name_, "node {} has stopped answering", node.metadata.name);
        events_.record(client::EventRecorder::referenceTo(node), "Normal", "NodeNotReady",
                       std::format("Node {} status is now: NodeNotReady", node.metadata.name));
        return {};
    }

    /// Pods of a node that is not ready answer for nobody, whatever they said last.
    client::Result<void> markPods(const Node& node) {
        for (const auto& pod : caches_.of<Pod>().by("node", node.metadata.name)) {
            if (!isReady(*pod) || isFinished(*pod))
                continue;
            Pod next = *pod;
            for (auto& condition : next.status->conditions)
                if (condition.type == "Ready") {
                    condition.status = "False";
                    condition.lastTransitionTime = base::nowRfc3339();
                }
            if (auto written = ignoreGone(client_->updateStatus(next)); !written)
                return written;
            events_.record(client::EventRecorder::referenceTo(*pod), "Warning", "NodeNotReady", "Node is not ready");
        }
        return {};
    }

    /// Zero when the node may be emptied now.
    milliseconds evictionPauseOf(const Node& node) {
        if (readyStatus(node) == "True")
            return milliseconds(0);
        std::map<std::string, std::pair<int, int>> zones; // ready and not
        for (const auto& other : caches_.of<Node>().list()) {
            auto& [ready, notReady] = zones[zoneOf(*other)];
            ++(readyStatus(*other) == "True" ? ready : notReady);
        }
        if (std::ranges::all_of(zones, [](const auto& zone) { return zone.second.first == 0; }))
            return gracePeriod; // rather this server is cut off than every node dead
        const std::string zone = zoneOf(node);
        const auto [ready, notReady] = zones[zone];
        const milliseconds pause = evictionPause(zoneState(ready, notReady), ready + notReady);
        if (isEmptied(node))
            return milliseconds(0);
        if (pause.count() == 0)
            return gracePeriod;
        auto& last = lastEmptied_[zone];
        const auto left = std::chrono::ceil<milliseconds>(last + pause - Clock::now());
        if (last != Clock::time_point() && left.count() > 0)
            return left;
        last = Clock::now();
        return milliseconds(0);
    }

    static bool isEmptied(const Node& node) {
        return node.spec && std::ranges::any_of(node.spec->taints, [](const Taint& taint) {
                   return taint.effect == "NoExecute" && (taint.key == "node.kubernetes.io/not-ready" ||
                                                          taint.key == "node.kubernetes.io/unreachable");
               });
    }

    client::Result<void> bringTaints(const Node& node, bool mayEvict) {
        const std::vector<Taint> present = node.spec ? node.spec->taints : std::vector<Taint>();
        const auto taints = mergeTaints(present, healthTaints(node, base::nowRfc3339(), mayEvict || isEmptied(node)));
        if (taints == present)
            return {};
        Node next = node;
        if (!next.spec)
            next.spec.emplace();
        next.spec->taints = taints;
        return ignoreGone(client_->update(next));
    }

    std::mutex mutex_;
    std::map<std::string, Clock::time_point> heard_;       ///< by node
    std::set<std::string> greeted_;                        ///< uids
    std::map<std::string, Clock::time_point> lastEmptied_; ///< by zone
};

} // namespace

std::unique_ptr<Reconciler> makeNodeLifecycleController(const Context& context) {
    return std::make_unique<NodeLifecycleController>(context);
}

} // namespace slipway::controllers
