#include "cluster/scheduler/scheduler.h"

#include "cluster/base/log.h"
#include "cluster/base/time.h"
#include "cluster/client/event_recorder.h"
#include "cluster/client/informer.h"
#include "cluster/scheduler/queue.h"
#include "cluster/scheduler/write_pool.h"

#include <format>

namespace slipway::scheduler {

using api::core_v1::Node;
using api::core_v1::Pod;
using client::Change;
using client::ChangeKind;
using client::Client;
using client::Freshness;

namespace {

// Commits that wait together share one disk write, so many binds in flight cost little more than one.
constexpr std::size_t binders = 8, bindsWaiting = 256;
// Events are a courtesy: when they cannot be written as fast as pods are placed, some are left out.
constexpr std::size_t eventWriters = 2, eventsWaiting = 8192;
constexpr std::size_t explainedPods = 1000;

/// Hands a resource's objects on one by one.
template <class T> class Feed : public client::ReflectorSink {
public:
    using Seen = std::function<void(std::shared_ptr<const T>)>;
    using Gone = std::function<void(const std::string& key)>;
    using Replaced = std::function<void(const std::set<std::string>& keys)>;

    Feed(std::shared_ptr<const Client> client, Seen seen, Gone gone, Replaced replaced)
        : seen_(std::move(seen))
        , gone_(std::move(gone))
        , replaced_(std::move(replaced))
        , reflector_(std::move(client), client::resourceOf<T>(), "", {}, *this) {}

    void start() { reflector_.start(); }

private:
    static std::shared_ptr<const T> decode(const api::Json& json) {
        auto object = api::fromJson<T>(json);
        return object ? std::make_shared<const T>(std::move(*object)) : nullptr;
    }

    void replace(std::vector<std::shared_ptr<const api::Json>> objects) override {
        std::set<std::string> keys;
        for (const auto& json : objects)
            if (auto object = decode(*json)) {
                keys.insert(client::objectKey(object->metadata.namespace_, object->metadata.name));
                seen_(std::move(object));
            }
        replaced_(keys);
    }

    void apply(std::vector<Change> changes) override {
        for (const Change& change : changes) {
            auto object = decode(*change.object);
            if (!object)
                continue;
            if (change.kind == ChangeKind::deleted)
                gone_(client::objectKey(object->metadata.namespace_, object->metadata.name));
            else
                seen_(std::move(object));
        }
    }

    void freshness(Freshness state, const std::string& message) override {
        if (state == Freshness::denied)
            base::warn("scheduler", "watching {}: {}", std::string(api::ResourceOf<T>::resource), message);
    }

    Seen seen_;
    Gone gone_;
    Replaced replaced_;
    client::Reflector reflector_; // last: its thread ends first
};

} // namespace

class Scheduler::Loop {
public:
    Loop(std::shared_ptr<const Client> client, SchedulerOptions options)
        : client_(std::move(client)), options_(std::move(options)), events_(client_, options_.schedulerName) {}

    ~Loop() {
        queue_.close();
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
            synced_.notify_all();
        }
        writes_.stop();
        if (thread_.joinable())
            thread_.join();
        eventWrites_.stop();
        nodes_.reset();
        pods_.reset();
    }

    void start() {
        nodes_ = std::make_unique<Feed<Node>>(
            client_, [this](auto node) { seeNode(*node); }, [this](const auto& key) { loseNode(key); },
            [this](const auto& keys) { keepNodes(keys); });
        pods_ = std::make_unique<Feed<Pod>>(
            client_, [this](auto pod) { seePod(std::move(pod)); }, [this](const auto& key) { losePod(key); },
            [this](const auto& keys) { keepPods(keys); });
        nodes_->start();
        pods_->start();
        thread_ = std::thread([this] { run(); });
    }

    std::optional<Decision> lastDecision(const std::string& key) const {
        std::lock_guard lock(mutex_);
        const auto found = decisions_.find(key);
        return found == decisions_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    void seeNode(const Node& node) {
        std::lock_guard lock(mutex_);
        snapshot_.setNode(node);
        // A heartbeat alone opens no room for anybody.
        std::string shape = std::format("{}", node.spec && node.spec->unschedulable.value_or(false));
        for (const auto& [name, value] : node.metadata.labels)
            shape += name + "=" + value + ",";
        for (const auto& taint : node.spec ? node.spec->taints : std::vector<api::core_v1::Taint>{})
            shape += taint.key + taint.value + taint.effect + ";";
        for (const auto& [name, amount] : node.status ? node.status->allocatable : std::map<std::string, std::string>{})
            shape += name + "=" + amount + ",";
        std::string& known = shapes_[node.metadata.name];
        if (known == shape)
            return;
        known = std::move(shape);
        queue_.moveAll();
    }

    void loseNode(const std::string& name) {
        std::lock_guard lock(mutex_);
        snapshot_.removeNode(name);
        shapes_.erase(name);
        queue_.moveAll(); // the reasons people see should be those of now
    }

    void keepNodes(const std::set<std::string>& known) {
        std::lock_guard lock(mutex_);
        std::vector<std::string> gone;
        for (const auto& [name, node] : snapshot_.nodes())
            if (node.present && !known.contains(name))
                gone.push_back(name);
        for (const std::string& name : gone)
            snapshot_.removeNode(name);
        nodesListed_ = true;
        synced_.notify_all();
    }

    void seePod(std::shared_ptr<const Pod> pod) {
        const std::string key = client::objectKey(pod->metadata.namespace_, pod->metadata.name);
        const std::string phase = pod->status ? pod->status->phase : "";
        if (!pod->spec || phase == "Succeeded" || phase == "Failed")
            return losePod(key);
        const std::string node = pod->spec->nodeName;
        std::lock_guard lock(mutex_);
        if (!node.empty()) {
            queue_.remove(key);
            decisions_.erase(key);
            bound_[key] = pod->metadata.uid;
            snapshot_.setPod(describePod(std::move(pod)), node);
            return;
        }
        const std::string& scheduler = pod->spec->schedulerName;
        if (!pod->metadata.deletionTimestamp.empty() || !pod->spec->schedulingGates.empty() ||
            (!scheduler.empty() && scheduler != options_.schedulerName)) {
            queue_.remove(key);
            return;
        }
        const auto same = [&](const auto& known) {
            const auto found = known.find(key);
            return found != known.end() && found->second == pod->metadata.uid;
        };
        if (same(assumed_) || same(bound_))
            return; // bound just now; this is news from before
        queue_.put(describePod(std::move(pod)));
    }

    void losePod(const std::string& key) {
        queue_.remove(key);
        std::lock_guard lock(mutex_);
        decisions_.erase(key);
        bound_.erase(key);
        assumed_.erase(key);
        if (snapshot_.removePod(key))
            queue_.moveAll();
    }

    void keepPods(const std::set<std::string>& known) {
        queue_.keepOnly(known);
        std::vector<std::string> gone;
        {
            std::lock_guard lock(mutex_);
            for (const auto& [key, uid] : bound_)
                if (!known.contains(key))
                    gone.push_back(key);
            podsListed_ = true;
        }
        for (const std::string& key : gone)
            losePod(key);
        synced_.notify_all();
    }

    void run() {
        {
            std::unique_lock lock(mutex_);
            synced_.wait(lock, [&] { return stopping_ || (nodesListed_ && podsListed_); });
        }
        while (auto taken = queue_.take())
            scheduleOne(*taken);
    }

    void scheduleOne(const SchedulingQueue::Taken& taken) {
        Decision decision;
        {
            std::lock_guard lock(mutex_);
            decision = schedule(taken.pod, snapshot_);
            if (!decision.node.empty()) {
                snapshot_.setPod(taken.pod, decision.node); // counts from now on, before the server knows
                assumed_[taken.pod.key] = taken.pod.uid;
            } else {
                remember(taken.pod.key, decision);
            }
        }
        if (decision.node.empty())
            writes_.run([this, taken, message = decision.message()] { refuse(taken, message); });
        else
            writes_.run([this, taken, node = decision.node] { bind(taken, node); });
    }

    /// The lock is held.
    void remember(const std::string& key, Decision decision) {
        if (decisions_.size() >= explainedPods && !decisions_.contains(key))
            decision.refusals.clear();
        decisions_[key] = std::move(decision);
    }

    void record(const std::shared_ptr<const Pod>& pod, std::string type, std::string reason, std::string message) {
        eventWrites_.tryRun(
            [this, pod, type = std::move(type), reason = std::move(reason), message = std::move(message)] {
                events_.record(client::EventRecorder::referenceTo(*pod), type, reason, message);
            });
    }

    void bind(const SchedulingQueue::Taken& taken, const std::string& node) {
        const Pod& pod = *taken.pod.pod;
        const std::string &ns = pod.metadata.namespace_, &name = pod.metadata.name;
        const api::JsonObject binding{{"apiVersion", "v1"},
                                      {"kind", "Binding"},
                                      {"metadata", {{"name", name}, {"namespace", ns}, {"uid", pod.metadata.uid}}},
                                      {"target", {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node}}}};
        const auto done = client_->create(client::resourceOf<Pod>(), ns, binding, "binding", name);
        if (done) {
            queue_.remove(taken.pod.key);
            {
                std::lock_guard lock(mutex_);
                decisions_.erase(taken.pod.key);
                if (assumed_.erase(taken.pod.key) > 0) // else it was deleted meanwhile
                    bound_[taken.pod.key] = taken.pod.uid;
            }
            record(taken.pod.pod, "Normal", "Scheduled",
                   std::format("Successfully assigned {}/{} to {}", ns, name, node));
            return;
        }
        {
            std::lock_guard lock(mutex_);
            assumed_.erase(taken.pod.key);
            if (!bound_.contains(taken.pod.key))
                snapshot_.removePod(taken.pod.key);
        }
        base::warn("scheduler", "binding {} to {}: {}", taken.pod.key, node, done.error().message);
        queue_.giveBack(taken, true);
    }

    void refuse(const SchedulingQueue::Taken& taken, const std::string& message) {
        record(taken.pod.pod, "Warning", "FailedScheduling", message);
        setCondition(*taken.pod.pod, message);
        queue_.giveBack(taken, false); // after the condition: it must not be written when the pod was bound since
    }

    void setCondition(const Pod& pod, const std::string& message) {
        std::string since = base::nowRfc3339();
        if (pod.status)
            for (const auto& condition : pod.status->conditions)
                if (condition.type == "PodScheduled" && condition.status == "False") {
                    if (condition.reason == "Unschedulable" && condition.message == message)
                        return;
                    since = condition.lastTransitionTime;
                }
        const api::JsonObject condition{{"type", "PodScheduled"},
                                        {"status", "False"},
                                        {"reason", "Unschedulable"},
                                        {"message", message},
                                        {"lastTransitionTime", since}};
        const api::JsonObject change{{"metadata", {{"uid", pod.metadata.uid}}},
                                     {"status", {{"conditions", api::JsonArray{condition}}}}};
        client::PatchOptions options;
        options.subresource = "status";
        const auto done = client_->patch(client::resourceOf<Pod>(), pod.metadata.namespace_, pod.metadata.name,
                                         client::PatchKind::strategicMerge, change, options);
        if (!done && done.error().kind != client::Errc::notFound)
            base::warn("scheduler", "status of {}: {}", pod.metadata.name, done.error().message);
    }

    const std::shared_ptr<const Client> client_;
    const SchedulerOptions options_;
    client::EventRecorder events_;
    SchedulingQueue queue_;
    mutable std::mutex mutex_; ///< taken before the queue's own lock, never after
    std::condition_variable synced_;
    Snapshot snapshot_;
    std::map<std::string, std::string> shapes_;
    std::map<std::string, std::string> assumed_; ///< bound by us, not yet confirmed: key to uid
    std::map<std::string, std::string> bound_;   ///< confirmed: key to uid
    std::map<std::string, Decision> decisions_;
    bool nodesListed_ = false, podsListed_ = false, stopping_ = false;
    std::unique_ptr<Feed<Node>> nodes_;
    std::unique_ptr<Feed<Pod>> pods_;
    std::thread thread_;
    WritePool eventWrites_{eventWriters, eventsWaiting};
    WritePool writes_{binders, bindsWaiting}; // may use all of the above
};

Scheduler::Scheduler(std::shared_ptr<const Client> client, SchedulerOptions options)
    : loop_(std::make_unique<Loop>(std::move(client), std::move(options))) {}
Scheduler::~Scheduler() = default;
void Scheduler::start() {
    loop_->start();
}
void Scheduler::stop() {
    loop_.reset();
}

std::optional<Decision> Scheduler::lastDecision(const std::string& ns, const std::string& name) const {
    return loop_ ? loop_->lastDecision(client::objectKey(ns, name)) : std::nullopt;
}

} // namespace slipway::scheduler
