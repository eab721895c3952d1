#include "cluster/scheduler/scheduler.h"

#include "cluster/base/log.h"
#include "cluster/client/event_recorder.h"
#include "cluster/client/informer.h"
#include "cluster/scheduler/cluster_feeds.h"
#include "cluster/scheduler/decision_log.h"
#include "cluster/scheduler/extender.h"
#include "cluster/scheduler/feed.h"
#include "cluster/scheduler/framework.h"
#include "cluster/scheduler/plugins/plugins.h"
#include "cluster/scheduler/pod_writes.h"
#include "cluster/scheduler/preemption.h"
#include "cluster/scheduler/queue.h"
#include "cluster/scheduler/write_pool.h"

#include <algorithm>
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
// How often a pod is tried quietly while something it names has not been heard of: what is made together with a pod
// may come a moment after it.
constexpr int quietTries = 3;
constexpr std::size_t plansForExtenders = 100;

/// What has changed about a node, as events; the node as the snapshot knew it, if at all.
std::uint32_t changesOf(const NodeInfo* before, const Node& now) {
    if (before == nullptr || !before->present)
        return events::nodeAdded;
    std::uint32_t changes = 0;
    if (before->labels != now.metadata.labels)
        changes |= events::nodeLabels;
    if (before->unschedulable != (now.spec && now.spec->unschedulable.value_or(false)) ||
        before->taints != (now.spec ? now.spec->taints : std::vector<api::core_v1::Taint>()))
        changes |= events::nodeTaints;
    if (now.status) {
        const auto pods = now.status->allocatable.find("pods");
        const std::string count = std::to_string(before->allowedPods);
        if (before->allocatable != parseResources(now.status->allocatable) ||
            (pods != now.status->allocatable.end() && pods->second != count))
            changes |= events::nodeRoom;
    }
    return changes;
}

/// Whether what a pod asks for may be had on a node now, as far as a glance tells.
bool hasRoomFor(const NodeInfo& node, const PodInfo& pod) {
    const Resources &asked = pod.requests, &offered = node.allocatable, &used = node.load.requested;
    return node.load.pods < node.allowedPods &&
           asked.milliCpu <= std::max<std::int64_t>(0, offered.milliCpu - used.milliCpu) &&
           asked.memory <= std::max<std::int64_t>(0, offered.memory - used.memory);
}

} // namespace

class Scheduler::Loop {
public:
    Loop(std::shared_ptr<const Client> client, Configuration configuration)
        : client_(std::move(client))
        , profiles_(std::move(configuration.profiles))
        , pod_(client_)
        , queue_(configuration.backOff) {
        for (const auto& [name, profile] : profiles_)
            events_.emplace(name, std::make_unique<client::EventRecorder>(client_, name));
        for (auto& settings : configuration.extenders)
            extenders_.push_back(std::make_unique<Extender>(
                std::move(settings), [this](const std::string& name) { return nodeObject(name); }));
    }

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
            client_, [this](auto node) { seeNode(std::move(node)); }, [this](const auto& key) { loseNode(key); },
            [this](const auto& keys) { keepNodes(keys); });
        pods_ = std::make_unique<Feed<Pod>>(
            client_, [this](auto pod) { seePod(std::move(pod)); }, [this](const auto& key) { losePod(key); },
            [this](const auto& keys) { keepPods(keys); });
        others_ = std::make_unique<ClusterFeeds>(client_, mutex_, snapshot_,
                                                 [this](std::uint32_t event) { queue_.move(event); });
        others_->start();
        nodes_->start();
        pods_->start();
        thread_ = std::thread([this] { run(); });
    }

    const DecisionLog& decisions() const { return decisions_; }

private:
    // What the watches tell.

    void seeNode(std::shared_ptr<const Node> node) {
        const std::string& name = node->metadata.name;
        std::lock_guard lock(mutex_);
        const auto known = snapshot_.nodes().find(name);
        const std::uint32_t changes = changesOf(known == snapshot_.nodes().end() ? nullptr : &known->second, *node);
        snapshot_.setNode(*node);
        if (!extenders_.empty())
            nodeObjects_[name] = node;
        if (changes == 0)
            return; // a heartbeat alone opens no room for anybody
        const NodeInfo& info = snapshot_.nodes().at(name);
        // More room on a node is of no use to a pod that still does not fit there.
        queue_.move(changes, [&](const PodInfo& pod, std::uint32_t) {
            return changes != events::nodeRoom || hasRoomFor(info, pod);
        });
    }

    void loseNode(const std::string& name) {
        std::lock_guard lock(mutex_);
        snapshot_.removeNode(name);
        nodeObjects_.erase(name);
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

    Extender::NodePtr nodeObject(const std::string& name) const {
        std::lock_guard lock(mutex_);
        const auto found = nodeObjects_.find(name);
        return found == nodeObjects_.end() ? nullptr : found->second;
    }

    const Profile* profileOf(const Pod& pod) const {
        const std::string& name = pod.spec->schedulerName;
        const auto found = profiles_.find(name.empty() ? defaultProfile().name : name);
        return found == profiles_.end() ? nullptr : &found->second;
    }

    void seePod(std::shared_ptr<const Pod> pod) {
        const std::string key = client::objectKey(pod->metadata.namespace_, pod->metadata.name);
        const std::string phase = pod->status ? pod->status->phase : "";
        if (!pod->spec || phase == "Succeeded" || phase == "Failed")
            return losePod(key);
        const std::string node = pod->spec->nodeName;
        if (!node.empty())
            return seePlaced(key, std::move(pod), node);
        std::lock_guard lock(mutex_);
        const Profile* profile = profileOf(*pod);
        if (profile == nullptr || !pod->metadata.deletionTimestamp.empty() ||
            (profile->holdsGatedPods && !pod->spec->schedulingGates.empty())) {
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

    void seePlaced(const std::string& key, std::shared_ptr<const Pod> pod, const std::string& node) {
        const bool leaving = !pod->metadata.deletionTimestamp.empty();
        const std::string uid = pod->metadata.uid;
        PodInfo info = describePod(std::move(pod));
        std::lock_guard lock(mutex_);
        queue_.remove(key);
        std::string& known = bound_[key];
        const bool isNew = known != uid;
        known = uid;
        snapshot_.withdraw(key);
        snapshot_.setPod(info, node);
        if (isNew || leaving)
            queue_.move(leaving ? events::podGone | events::podPlaced : events::podPlaced,
                        [](const PodInfo&, std::uint32_t waitsFor) { return (waitsFor & events::podPlaced) != 0; });
    }

    void losePod(const std::string& key) {
        queue_.remove(key);
        decisions_.remove(key);
        std::lock_guard lock(mutex_);
        bound_.erase(key);
        assumed_.erase(key);
        const bool kept = snapshot_.nominees().contains(key);
        snapshot_.withdraw(key);
        const PlacedPod* placed = snapshot_.findPod(key);
        const std::string node = placed == nullptr ? std::string() : placed->node;
        if (!snapshot_.removePod(key)) {
            if (kept)
                queue_.move(events::podGone);
            return;
        }
        const NodeInfo* room = snapshot_.find(node);
        queue_.move(events::podGone, [&](const PodInfo& pod, std::uint32_t waitsFor) {
            // Who waits for room alone is helped only where there is enough of it now.
            return (waitsFor & events::podPlaced) != 0 || room == nullptr || hasRoomFor(*room, pod);
        });
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

    // The thread that decides.

    void run() {
        {
            std::unique_lock lock(mutex_);
            synced_.wait(lock, [&] { return stopping_ || (nodesListed_ && podsListed_); });
        }
        while (auto taken = queue_.take())
            scheduleOne(*taken);
    }

    void scheduleOne(const SchedulingQueue::Taken& taken) {
        const Profile* profile = profileOf(*taken.pod.pod);
        if (profile == nullptr)
            return queue_.remove(taken.pod.key);
        if (std::ranges::any_of(extenders_, [&](const auto& one) { return one->concerns(taken.pod); }))
            return scheduleWithExtenders(taken, *profile);
        Decision decision;
        PreemptionPlan preemption;
        {
            std::lock_guard lock(mutex_);
            refused_.clear();
            decision = schedule(taken.pod, snapshot_, *profile, &searchStart_, &refused_);
            if (decision.node.empty() && profile->preempts && !decision.awaitsNews) {
                preemption = planPreemption(taken.pod, snapshot_, *profile, &refused_);
                if (!preemption.node.empty())
                    snapshot_.nominate(taken.pod, preemption.node);
            } else if (!decision.node.empty() && !decision.waitsForVolumes) {
                assume(taken.pod, decision);
            }
        }
        carryOut(taken, *profile, std::move(decision), std::move(preemption));
    }

    /// The lock is held. The pod counts from now on, before the server knows.
    void assume(const PodInfo& pod, const Decision& decision) {
        snapshot_.setPod(pod, decision.node);
        for (const auto& choice : decision.devices)
            if (choice.allocation)
                snapshot_.devices().assumed[choice.claim] = {choice.uid, *choice.allocation};
        assumed_[pod.key] = pod.uid;
    }

    void carryOut(const SchedulingQueue::Taken& taken, const Profile& profile, Decision decision,
                  PreemptionPlan preemption) {
        const std::string told =
            !preemption.node.empty() ? "room is being made on " + preemption.node : preemption.message;
        decisions_.add(taken.pod.key, {decision, profile.name, std::chrono::system_clock::now(), told});
        if (decision.node.empty() && decision.awaitsNews && taken.attempts <= quietTries)
            queue_.giveBack(taken, true);
        else if (decision.node.empty())
            writes_.run(
                [this, taken, &profile, message = decision.message(), refusedBy = decision.refusedBy,
                 preemption = std::move(preemption)] { refuse(taken, profile, message, refusedBy, preemption); });
        else if (decision.waitsForVolumes)
            writes_.run([this, taken, decision = std::move(decision)] { awaitVolumes(taken, decision); });
        else
            writes_.run([this, taken, &profile, node = decision.node, devices = decision.devices] {
                bind(taken, profile, node, devices);
            });
    }

    // Extenders: asked without the lock, so the node they leave is looked at once more before it is taken.

    void scheduleWithExtenders(const SchedulingQueue::Taken& taken, const Profile& profile) {
        Decision decision;
        std::vector<Decision::Rating> rated;
        std::vector<PreemptionPlan> plans;
        {
            std::lock_guard lock(mutex_);
            refused_.clear();
            decision = schedule(taken.pod, snapshot_, profile, &searchStart_, &refused_, &rated);
            if (decision.node.empty() && profile.preempts && !decision.awaitsNews) {
                const PreemptionPlan best = planPreemption(taken.pod, snapshot_, profile, &refused_);
                if (!best.node.empty())
                    plans = preemptionCandidates(taken.pod, snapshot_, profile, refused_, plansForExtenders);
            }
        }
        std::string failed;
        if (!decision.node.empty())
            failed = askExtenders(taken.pod, decision, rated);
        PreemptionPlan preemption = agreedPlan(taken.pod, std::move(plans), failed);
        if (!failed.empty()) {
            base::warn("scheduler", "extender, for {}: {}", taken.pod.key, failed);
            return queue_.giveBack(taken, true);
        }
        if (!decision.node.empty() && !takeChosen(taken.pod, profile, decision))
            return queue_.giveBack(taken, true); // the node filled up meanwhile
        if (!preemption.node.empty()) {
            std::lock_guard lock(mutex_);
            snapshot_.nominate(taken.pod, preemption.node);
        }
        carryOut(taken, profile, std::move(decision), std::move(preemption));
    }

    /// Narrows the choice and rates what is left. @return what failed, or nothing.
    std::string askExtenders(const PodInfo& pod, Decision& decision, std::vector<Decision::Rating>& rated) const {
        for (const auto& extender : extenders_) {
            if (!extender->concerns(pod))
                continue;
            std::vector<std::string> names;
            for (const auto& rating : rated)
                names.push_back(rating.node);
            if (extender->filters() && !names.empty()) {
                const auto left = extender->filter(pod, names);
                if (!left && extender->settings().ignorable)
                    continue;
                if (!left)
                    return left.error();
                for (const auto& [node, reason] : left->refused) {
                    ++decision.refusalsByReason[reason.empty() ? "node(s) didn't satisfy extender" : reason];
                    if (decision.refusals.size() < Decision::namedRefusals)
                        decision.refusals.push_back({node, extender->settings().url, {reason}});
                }
                std::erase_if(rated, [&](const auto& one) { return !std::ranges::contains(left->nodes, one.node); });
                names = left->nodes;
            }
            if (!extender->rates() || names.empty())
                continue;
            if (const auto scores = extender->rate(pod, names)) // a failed rating rates nothing
                for (auto& rating : rated)
                    if (const auto score = scores->find(rating.node); score != scores->end())
                        rating.score += score->second;
        }
        std::ranges::stable_sort(rated, std::greater(), &Decision::Rating::score);
        decision.feasible = int(rated.size());
        decision.node = rated.empty() ? std::string() : rated.front().node;
        if (rated.empty())
            decision.refusedBy = ~0U; // who knows what an extender looks at
        decision.ratings.assign(rated.begin(),
                                rated.begin() + std::ptrdiff_t(std::min(rated.size(), Decision::namedRatings)));
        return {};
    }

    PreemptionPlan agreedPlan(const PodInfo& pod, std::vector<PreemptionPlan> plans, std::string& failed) const {
        for (const auto& extender : extenders_) {
            if (!extender->preempts() || !extender->concerns(pod) || plans.empty())
                continue;
            auto agreed = extender->preempt(pod, plans);
            if (agreed)
                plans = std::move(*agreed);
            else if (!extender->settings().ignorable)
                failed = agreed.error();
        }
        return plans.empty() || !failed.empty() ? PreemptionPlan() : std::move(plans.front());
    }

    bool takeChosen(const PodInfo& pod, const Profile& profile, Decision& decision) {
        std::lock_guard lock(mutex_);
        const NodeInfo* node = snapshot_.find(decision.node);
        const Cycle cycle(pod, snapshot_, profile);
        Reasons reasons;
        if (node == nullptr || refusalOf(cycle, *node, reasons) != nullptr)
            return false;
        decision.volumes = cycle.volumes.choices(*node);
        decision.devices = cycle.devices.choices(*node);
        if (!decision.waitsForVolumes)
            assume(pod, decision);
        return true;
    }

    // The threads that write.

    void record(const Profile& profile, const std::shared_ptr<const Pod>& pod, std::string type, std::string reason,
                std::string message) {
        client::EventRecorder& events = *events_.at(profile.name);
        eventWrites_.tryRun(
            [&events, pod, type = std::move(type), reason = std::move(reason), message = std::move(message)] {
                events.record(client::EventRecorder::referenceTo(*pod), type, reason, message);
            });
    }

    client::Result<void> writeBinding(const PodInfo& pod, const std::string& node,
                                      const std::vector<plugins::DeviceChoice>& devices) const {
        for (const auto& choice : devices)
            if (auto reserved = pod_.reserve(choice, *pod.pod); !reserved)
                return reserved;
        for (const auto& extender : extenders_)
            if (extender->binds() && extender->concerns(pod)) {
                auto done = extender->bind(pod, node);
                return done ? client::Result<void>()
                            : std::unexpected(client::Error{client::Errc::unreachable, 0, "", done.error(), {}});
            }
        return pod_.bind(*pod.pod, node);
    }

    void bind(const SchedulingQueue::Taken& taken, const Profile& profile, const std::string& node,
              const std::vector<plugins::DeviceChoice>& devices) {
        const auto done = writeBinding(taken.pod, node, devices);
        if (done) {
            queue_.remove(taken.pod.key);
            {
                std::lock_guard lock(mutex_);
                snapshot_.withdraw(taken.pod.key);
                if (assumed_.erase(taken.pod.key) > 0) // else it was deleted meanwhile
                    bound_[taken.pod.key] = taken.pod.uid;
            }
            record(profile, taken.pod.pod, "Normal", "Scheduled",
                   std::format("Successfully assigned {} to {}", taken.pod.key, node));
            return;
        }
        {
            std::lock_guard lock(mutex_);
            assumed_.erase(taken.pod.key);
            if (!bound_.contains(taken.pod.key))
                snapshot_.removePod(taken.pod.key);
            for (const auto& choice : devices)
                snapshot_.devices().assumed.erase(choice.claim);
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
        queue_.giveBack(taken, !written, events::claims | events::volumes | events::nodeAdded);
    }

    void refuse(const SchedulingQueue::Taken& taken, const Profile& profile, std::string message,
                std::uint32_t refusedBy, const PreemptionPlan& preemption) {
        if (!preemption.message.empty())
            message += " no new claims to deallocate, preemption: " + preemption.message;
        record(profile, taken.pod.pod, "Warning", "FailedScheduling", message);
        std::string nominated = preemption.node;
        {
            std::lock_guard lock(mutex_);
            if (const auto nominee = snapshot_.nominees().find(taken.pod.key); nominee != snapshot_.nominees().end())
                nominated = nominee->second.node;
        }
        pod_.setUnschedulable(*taken.pod.pod, message, nominated);
        for (const PlacedPod& victim : preemption.victims)
            preempt(victim, profile, taken.pod, preemption.node);
        // After the condition: it must not be written when the pod was bound since.
        queue_.giveBack(taken, false, eventsThatHelp(refusedBy));
    }

    void preempt(const PlacedPod& victim, const Profile& profile, const PodInfo& by, const std::string& node) {
        const auto done = pod_.evict(victim, profile.name);
        if (!done) {
            if (done.error().kind != client::Errc::notFound)
                base::warn("scheduler", "preempting {}: {}", victim.key, done.error().message);
            return;
        }
        client::EventRecorder& events = *events_.at(profile.name);
        eventWrites_.tryRun([&events, victim, uid = by.uid, node] {
            api::core_v1::ObjectReference about;
            about.apiVersion = "v1";
            about.kind = "Pod";
            std::tie(about.namespace_, about.name) = client::splitKey(victim.key);
            about.uid = victim.uid;
            events.record(about, "Normal", "Preempted", std::format("Preempted by pod {} on node {}", uid, node));
        });
    }

    const std::shared_ptr<const Client> client_;
    const std::map<std::string, Profile> profiles_;
    std::map<std::string, std::unique_ptr<client::EventRecorder>> events_; ///< by profile
    const PodWrites pod_;
    SchedulingQueue queue_;
    DecisionLog decisions_;
    mutable std::mutex mutex_; ///< taken before the queue's own lock, never after
    std::condition_variable synced_;
    Snapshot snapshot_;
    std::map<std::string, Extender::NodePtr> nodeObjects_; ///< only where there are extenders
    std::vector<std::unique_ptr<Extender>> extenders_;
    std::map<std::string, std::string> assumed_; ///< bound by us, not yet confirmed: key to uid
    std::map<std::string, std::string> bound_;   ///< confirmed: key to uid
    SearchStart searchStart_;                    ///< of the thread that decides, as the next one
    std::vector<RefusedNode> refused_;
    bool nodesListed_ = false, podsListed_ = false, stopping_ = false;
    std::unique_ptr<ClusterFeeds> others_;
    std::unique_ptr<Feed<Node>> nodes_;
    std::unique_ptr<Feed<Pod>> pods_;
    std::thread thread_;
    WritePool eventWrites_{eventWriters, eventsWaiting};
    WritePool writes_{binders, bindsWaiting}; // may use all of the above
};

Scheduler::Scheduler(std::shared_ptr<const Client> client, Configuration configuration)
    : loop_(std::make_unique<Loop>(std::move(client), std::move(configuration))) {}
Scheduler::~Scheduler() = default;
void Scheduler::start() {
    loop_->start();
}
void Scheduler::stop() {
    loop_.reset();
}

std::optional<Decision> Scheduler::lastDecision(const std::string& ns, const std::string& name) const {
    const auto entry = loop_ ? loop_->decisions().find(client::objectKey(ns, name)) : std::nullopt;
    return entry ? std::optional(entry->decision) : std::nullopt;
}

std::optional<api::JsonObject> Scheduler::decisions(const std::string& ns, const std::string& name) const {
    if (!loop_)
        return {};
    const DecisionLog& log = loop_->decisions();
    if (!name.empty()) {
        const std::string key = client::objectKey(ns, name);
        const auto entry = log.find(key);
        return entry ? std::optional(decisionJson(key, *entry)) : std::nullopt;
    }
    api::JsonArray items;
    for (const std::string& key : log.keys())
        if (ns.empty() || key.starts_with(ns + "/"))
            if (const auto entry = log.find(key))
                items.push_back(decisionJson(key, *entry));
    return api::JsonObject{{"items", std::move(items)}};
}

} // namespace slipway::scheduler
