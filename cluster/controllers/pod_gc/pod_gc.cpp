#include "cluster/controllers/pod_gc/pod_gc.h"

#include "cluster/controllers/workload/disruption_target.h"
#include "cluster/controllers/workload/pod_state.h"

#include <algorithm>

namespace slipway::controllers {

using api::core_v1::Node;
using api::core_v1::Pod;
using client::objectKey;
using PodPtr = std::shared_ptr<const Pod>;

namespace {

constexpr auto quarantine = std::chrono::seconds(40); // a node may come back under its name
constexpr std::size_t mostFinished = 12'500;
constexpr const char* everyPod = "*"; // the key under which finished pods are counted

class PodGarbageCollector : public Reconciler {
public:
    explicit PodGarbageCollector(const Context& context) : Reconciler(context) {
        caches_.of<Pod>().addIndex("node", [](const Pod& pod, std::vector<std::string>& keys) {
            if (pod.spec && !pod.spec->nodeName.empty())
                keys.push_back(pod.spec->nodeName);
        });
        watch<Pod>([this](const auto& before, const auto& after) {
            if (!after)
                return;
            if (isFinished(*after) && (!before || !isFinished(*before)))
                enqueueAfter(everyPod, std::chrono::seconds(1));
            if (!after->spec)
                return;
            const std::string key = objectKey(after->metadata.namespace_, after->metadata.name);
            if (after->spec->nodeName.empty()) {
                if (isTerminating(*after))
                    enqueue(key);
            } else if (!before || before->spec != after->spec || isTerminating(*before) != isTerminating(*after)) {
                const auto node = caches_.of<Node>().get({}, after->spec->nodeName);
                if (!node)
                    enqueueAfter(key, quarantine);
                else if (isOutOfService(*node))
                    enqueue(key);
            }
        });
        watch<Node>([this](const auto& before, const auto& after) {
            const bool outOfService = after && isOutOfService(*after);
            if (after && !outOfService)
                return;
            for (const PodPtr& pod : caches_.of<Pod>().by("node", (after ? after : before)->metadata.name))
                enqueueAfter(objectKey(pod->metadata.namespace_, pod->metadata.name),
                             outOfService ? std::chrono::seconds(0) : quarantine);
        });
    }

    void begin() override { enqueue(everyPod); }

private:
    static bool isOutOfService(const Node& node) {
        const bool tainted = node.spec && std::ranges::any_of(node.spec->taints, [](const auto& taint) {
                                 return taint.key == "node.kubernetes.io/out-of-service";
                             });
        return tainted && node.status && std::ranges::any_of(node.status->conditions, [](const auto& condition) {
                   return condition.type == "Ready" && condition.status != "True";
               });
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto done = key == everyPod ? removeOldest() : look(key);
        return done ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(done.error());
    }

    client::Result<void> look(const std::string& key) {
        const PodPtr pod = caches_.of<Pod>().getKey(key);
        if (!pod || !pod->spec)
            return {};
        if (pod->spec->nodeName.empty())
            return isTerminating(*pod) ? removeNow(*pod) : client::Result<void>();
        const auto node = caches_.of<Node>().get({}, pod->spec->nodeName);
        if (node)
            return isTerminating(*pod) && isOutOfService(*node) ? removeNow(*pod) : client::Result<void>();
        const auto live = client_->get<Node>({}, pod->spec->nodeName); // the cache may be behind
        if (live)
            return {};
        if (live.error().kind != client::Errc::notFound)
            return std::unexpected(live.error());
        if (auto marked = markDisruption(*client_, *pod, "DeletionByPodGC", "PodGC: node no longer exists",
                                         isFinished(*pod) ? "" : "Failed");
            !marked)
            return marked;
        return removeNow(*pod);
    }

    client::Result<void> removeOldest() {
        std::vector<PodPtr> finished;
        for (const PodPtr& pod : caches_.of<Pod>().list())
            if (isFinished(*pod) && !isTerminating(*pod))
                finished.push_back(pod);
        if (finished.size() <= mostFinished)
            return {};
        std::ranges::sort(finished, {}, [](const PodPtr& pod) { return pod->metadata.creationTimestamp; });
        finished.resize(finished.size() - mostFinished);
        for (const PodPtr& pod : finished)
            if (auto gone = removeNow(*pod); !gone)
                return gone;
        return {};
    }

    client::Result<void> removeNow(const Pod& pod) {
        client::DeleteOptions options;
        options.uid = pod.metadata.uid;
        options.gracePeriodSeconds = 0;
        const auto gone =
            client_->remove(client::resourceOf<Pod>(), pod.metadata.namespace_, pod.metadata.name, options);
        if (!gone && gone.error().kind == client::Errc::conflict)
            return {};
        return ignoreGone(gone);
    }
};

} // namespace

std::unique_ptr<Reconciler> makePodGarbageCollector(const Context& context) {
    return std::make_unique<PodGarbageCollector>(context);
}

} // namespace slipway::controllers
