#include "cluster/scheduler/scheduler.h"

#include "cluster/base/log.h"
#include "cluster/client/event_recorder.h"
#include "cluster/client/informer.h"
#include "cluster/scheduler/cluster_feeds.h"
#include "cluster/scheduler/feed.h"
#include "cluster/scheduler/pod_writes.h"
#include "cluster/scheduler/preemption.h"
#include "cluster/scheduler/queue.h"
#include "cluster/scheduler/write_pool.h"

#include <format>

namespace slipway::scheduler {

using api::core_v1::Node;
using api::core_v1::Pod;
using client::Client;

namespace {

// Commits that wait together share one disk write, so many binds in flight cost little more than one.
constexpr std::size_t binders = 8, bindsWaiting = 256;
// Events are a courtesy: when they cannot be written as fast as pods are placed, some are left out.
constexpr std::size_t eventWriters = 2, eventsWaiting = 8192;
constexpr std::size_t explainedPods = 1000;

} // namespace

class Scheduler::Loop {
public:
    Loop(std::shared_ptr<const Client> client, SchedulerOptions options)
        : client_(std::move(client))
        , options_(std::move(options))
        , events_(client_, options_.schedulerName)
        , pod_(client_) {}

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
        others_.reset();
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
        others_ = std::make_unique<ClusterFeeds>(client_, mutex_, snapshot_, [this] { queue_.moveAll(); });
        others_->start();
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
            snapshot_.withdraw(key);
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
        PodInfo info = describePod(std::move(pod));
        if (info.nominated.empty())
            snapshot_.withdraw(key);
        else
            snapshot_.nominate(info, info.nominated);
        queue_.put(std::move(info));
    }

    void losePod(const std::string& key) {
        queue_.remove(key);
        std::lock_guard lock(mutex_);
        decisions_.erase(key);
        bound_.erase(key);
        assumed_.erase(key);
        snapshot_.withdraw(key);
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
        PreemptionPlan preemption;
        {
            std::lock_guard lock(mutex_);
            decision = schedule(taken.pod, snapshot_);
            if (decision.node.empty()) {
                preemption = planPreemption(taken.pod, snapshot_);
                if (!preemption.node.empty())
                    snapshot_.nominate(taken.pod, preemption.node);
                remember(taken.pod.key, decision);
            } else if (!decision.waitsForVolumes) {
                snapshot_.setPod(taken.pod, decision.node); // counts from now on, before the server knows
                assumed_[taken.pod.key] = taken.pod.uid;
            }
        }
        if (decision.node.empty())
            writes_.run([this, taken, message = decision.message(), preemption = std::move(preemption)] {
                refuse(taken, message, preemption);
            });
        else if (decision.waitsForVolumes)
            writes_.run([this, taken, decision = std::move(decision)] { awaitVolumes(taken, decision); });
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
        const auto done = pod_.bind(*taken.pod.pod, node);
        if (done) {
            queue_.remove(taken.pod.key);
            {
                std::lock_guard lock(mutex_);
                decisions_.erase(taken.pod.key);
                snapshot_.withdraw(taken.pod.key);
                if (assumed_.erase(taken.pod.key) > 0) // else it was deleted meanwhile
                    bound_[taken.pod.key] = taken.pod.uid;
            }
            record(taken.pod.pod, "Normal", "Scheduled",
                   std::format("Successfully assigned {} to {}", taken.pod.key, node));
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

    /// The claims that waited for the pod's node learn it; the pod is tried again when their volumes are bound.
    void awaitVolumes(const SchedulingQueue::Taken& taken, const Decision& decision) {
        bool written = true;
        for (const auto& choice : decision.volumes)
            if (const auto done = pod_.settle(choice, decision.node); !done) {
                base::warn("scheduler", "volume of {}: {}", choice.claim, done.error().message);
                written = false;
            }
        queue_.giveBack(taken, !written);
    }

    void refuse(const SchedulingQueue::Taken& taken, std::string message, const PreemptionPlan& preemption) {
        if (!preemption.message.empty())
            message += " no new claims to deallocate, preemption: " + preemption.message;
        record(taken.pod.pod, "Warning", "FailedScheduling", message);
        std::string nominated = preemption.node;
        {
            std::lock_guard lock(mutex_);
            if (const auto nominee = snapshot_.nominees().find(taken.pod.key); nominee != snapshot_.nominees().end())
                nominated = nominee->second.node;
        }
        pod_.setUnschedulable(*taken.pod.pod, message, nominated);
        for (const PlacedPod& victim : preemption.victims)
            preempt(victim, taken.pod, preemption.node);
        queue_.giveBack(taken, false); // after the condition: it must not be written when the pod was bound since
    }

    void preempt(const PlacedPod& victim, const PodInfo& by, const std::string& node) {
        const auto done = pod_.evict(victim, options_.schedulerName);
        if (!done) {
            if (done.error().kind != client::Errc::notFound)
                base::warn("scheduler", "preempting {}: {}", victim.key, done.error().message);
            return;
        }
        eventWrites_.tryRun([this, victim, uid = by.uid, node] {
            api::core_v1::ObjectReference about;
            about.apiVersion = "v1";
            about.kind = "Pod";
            std::tie(about.namespace_, about.name) = client::splitKey(victim.key);
            about.uid = victim.uid;
            events_.record(about, "Normal", "Preempted", std::format("Preempted by pod {} on node {}", uid, node));
        });
    }

    const std::shared_ptr<const Client> client_;
    const SchedulerOptions options_;
    client::EventRecorder events_;
    const PodWrites pod_;
    SchedulingQueue queue_;
    mutable std::mutex mutex_; ///< taken before the queue's own lock, never after
    std::condition_variable synced_;
    Snapshot snapshot_;
    std::map<std::string, std::string> shapes_;
    std::map<std::string, std::string> assumed_; ///< bound by us, not yet confirmed: key to uid
    std::map<std::string, std::string> bound_;   ///< confirmed: key to uid
    std::map<std::string, Decision> decisions_;
    bool nodesListed_ = false, podsListed_ = false, stopping_ = false;
    std::unique_ptr<ClusterFeeds> others_;
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
