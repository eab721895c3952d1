#include "cluster/controllers/daemon_set/daemon_set_plan.h"

#include "cluster/controllers/workload/node_match.h"
#include "cluster/controllers/workload/revisions.h"

#include <algorithm>
#include <cmath>

namespace slipway::controllers {

using api::core_v1::Node;
using api::core_v1::Pod;
using api::core_v1::PodSpec;

namespace {

/// Whether a new pod belongs on the node, and whether one that is there may stay.
struct Fit {
    bool run = false, stay = false;
};

Fit fitOf(const PodSpec& spec, const Node& node) {
    if (!suitsNode(spec, node))
        return {};
    Fit fit{true, true};
    if (node.spec)
        for (const auto& taint : node.spec->taints)
            if (!tolerated(spec.tolerations, taint)) {
                fit.run = fit.run && taint.effect == "PreferNoSchedule";
                fit.stay = fit.stay && taint.effect != "NoExecute";
            }
    return fit;
}

int share(const std::optional<api::IntOrString>& value, int otherwise, int total) {
    if (!value)
        return otherwise;
    if (value->isInt)
        return value->number;
    return static_cast<int>(std::ceil(std::strtod(value->text.c_str(), nullptr) * total / 100));
}

/// The pods of one node: of the present template and of earlier ones, those not leaving; oldest first.
struct NodePods {
    std::vector<PodPtr> fresh, old;
    bool leaving = false; ///< a terminating pod still holds the node
};

class Planner {
public:
    Planner(const DaemonState& state, std::chrono::system_clock::time_point now)
        : state_(state), now_(now), minReady_(state.set.spec->minReadySeconds.value_or(0)) {
        if (state.set.spec->template_.spec)
            spec_ = *state.set.spec->template_.spec;
        addDaemonTolerations(spec_);
        const auto& strategy = state.set.spec->updateStrategy;
        rolling_ = !strategy || strategy->type != "OnDelete";
        if (strategy && strategy->rollingUpdate) {
            maxUnavailable_ = strategy->rollingUpdate->maxUnavailable;
            maxSurge_ = strategy->rollingUpdate->maxSurge;
        }
    }

    DaemonPlan plan() {
        sortPods();
        if (state_.set.metadata.deletionTimestamp.empty()) {
            for (const NodePtr& node : state_.nodes)
                place(*node);
            removeElsewhere();
            if (rolling_)
                update();
        }
        writeStatus();
        return std::move(plan_);
    }

private:
    bool available(const Pod& pod) {
        std::chrono::milliseconds wait(0);
        if (isAvailable(pod, minReady_, now_, &wait))
            return true;
        if (wait.count() > 0 && (plan_.wait.count() == 0 || wait < plan_.wait))
            plan_.wait = wait;
        return false;
    }

    bool isFresh(const Pod& pod) const {
        const auto label = pod.metadata.labels.find(revisionLabel);
        return label != pod.metadata.labels.end() && label->second == state_.updateHash;
    }

    void sortPods() {
        auto pods = state_.pods;
        std::ranges::stable_sort(pods, {}, [](const PodPtr& pod) { return pod->metadata.creationTimestamp; });
        for (const PodPtr& pod : pods) {
            NodePods& own = byNode_[nodeOf(*pod)];
            if (isTerminating(*pod))
                own.leaving = true;
            else if (isFinished(*pod))
                plan_.remove.push_back(pod); // made anew
            else
                (isFresh(*pod) ? own.fresh : own.old).push_back(pod);
        }
    }

    void place(const Node& node) {
        const Fit fit = fitOf(spec_, node);
        NodePods& own = byNode_[node.metadata.name];
        if (fit.run)
            wanted_.push_back(node.metadata.name);
        known_.insert(node.metadata.name);
        if (fit.run && own.fresh.empty() && own.old.empty()) {
            if (!own.leaving)
                plan_.create.push_back(node.metadata.name);
        } else if (!fit.stay) {
            removeAll(own);
        } else { // one of each is enough
            removeFrom(own.fresh, 1);
            removeFrom(own.old, 1);
        }
    }

    void removeFrom(std::vector<PodPtr>& pods, std::size_t keep) {
        for (std::size_t i = keep; i < pods.size(); ++i)
            plan_.remove.push_back(pods[i]);
    }

    void removeAll(NodePods& own) {
        removeFrom(own.fresh, 0);
        removeFrom(own.old, 0);
    }

    void removeElsewhere() {
        for (auto& [name, own] : byNode_)
            if (!known_.contains(name))
                removeAll(own);
    }

    void update() {
        const int total = static_cast<int>(wanted_.size());
        const int surge = share(maxSurge_, 0, total);
        if (surge > 0)
            surgeUpdate(surge);
        else
            plainUpdate(std::max(1, share(maxUnavailable_, 1, total)));
    }

    /// Old pods that serve nobody go at once, the others as far as enough nodes are served.
    void plainUpdate(int limit) {
        int unavailable = 0;
        std::vector<PodPtr> serving;
        for (const std::string& name : wanted_) {
            const NodePods& own = byNode_[name];
            const bool served = (!own.fresh.empty() && available(*own.fresh.front())) ||
                                (!own.old.empty() && available(*own.old.front()));
            unavailable += !served;
            if (own.old.empty())
                continue;
            if (available(*own.old.front()) && own.fresh.empty())
                serving.push_back(own.old.front());
            else
                plan_.remove.push_back(own.old.front());
        }
        for (int left = limit - unavailable; const PodPtr& pod : serving)
            if (left-- > 0)
                plan_.remove.push_back(pod);
    }

    /// A new pod comes beside the old one, which goes once the new one serves.
    void surgeUpdate(int limit) {
        int surging = 0;
        for (const std::string& name : wanted_)
            surging += !byNode_[name].fresh.empty() && !byNode_[name].old.empty();
        for (const std::string& name : wanted_) {
            const NodePods& own = byNode_[name];
            if (own.old.empty())
                continue;
            if (!own.fresh.empty() ? available(*own.fresh.front()) : !available(*own.old.front()))
                plan_.remove.push_back(own.old.front());
            else if (own.fresh.empty() && surging < limit) {
                ++surging;
                plan_.create.push_back(name);
            }
        }
    }

    void writeStatus() {
        auto& status = plan_.status;
        if (state_.set.status)
            status = *state_.set.status;
        int current = 0, ready = 0, serving = 0, updated = 0, stray = 0;
        for (const auto& [name, own] : byNode_) {
            const bool wanted = std::ranges::find(wanted_, name) != wanted_.end();
            if (own.fresh.empty() && own.old.empty())
                continue;
            if (!wanted) {
                ++stray;
                continue;
            }
            const Pod& oldest = own.old.empty() ? *own.fresh.front() : *own.old.front();
            ++current;
            ready += isReady(oldest);
            serving += available(oldest);
            updated += !own.fresh.empty();
        }
        const int desired = static_cast<int>(wanted_.size());
        const auto optional = [](int count) { return count == 0 ? std::nullopt : std::optional<std::int32_t>(count); };
        status.desiredNumberScheduled = desired;
        status.currentNumberScheduled = current;
        status.numberMisscheduled = stray;
        status.numberReady = ready;
        status.numberAvailable = optional(serving);
        status.numberUnavailable = optional(desired - serving);
        status.updatedNumberScheduled = optional(updated);
        status.observedGeneration = state_.set.metadata.generation;
    }

    const DaemonState& state_;
    const std::chrono::system_clock::time_point now_;
    const int minReady_;
    PodSpec spec_;
    bool rolling_ = true;
    std::optional<api::IntOrString> maxUnavailable_, maxSurge_;
    std::map<std::string, NodePods> byNode_;
    std::vector<std::string> wanted_;
    std::set<std::string> known_;
    DaemonPlan plan_;
};

} // namespace

void addDaemonTolerations(PodSpec& spec) {
    const auto add = [&](const char* key, const char* effect) {
        api::core_v1::Toleration toleration;
        toleration.key = key;
        toleration.operator_ = "Exists";
        toleration.effect = effect;
        if (std::ranges::find(spec.tolerations, toleration) == spec.tolerations.end())
            spec.tolerations.push_back(std::move(toleration));
    };
    add("node.kubernetes.io/not-ready", "NoExecute");
    add("node.kubernetes.io/unreachable", "NoExecute");
    add("node.kubernetes.io/disk-pressure", "NoSchedule");
    add("node.kubernetes.io/memory-pressure", "NoSchedule");
    add("node.kubernetes.io/pid-pressure", "NoSchedule");
    add("node.kubernetes.io/unschedulable", "NoSchedule");
    if (spec.hostNetwork.value_or(false))
        add("node.kubernetes.io/network-unavailable", "NoSchedule");
}

void pinToNode(PodSpec& spec, const std::string& node) {
    if (!spec.affinity)
        spec.affinity.emplace();
    if (!spec.affinity->nodeAffinity)
        spec.affinity->nodeAffinity.emplace();
    api::core_v1::NodeSelectorRequirement requirement;
    requirement.key = "metadata.name";
    requirement.operator_ = "In";
    requirement.values = {node};
    api::core_v1::NodeSelectorTerm term;
    term.matchFields.push_back(std::move(requirement));
    spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution.emplace().nodeSelectorTerms = {term};
}

std::string nodeOf(const Pod& pod) {
    if (!pod.spec)
        return {};
    if (!pod.spec->nodeName.empty())
        return pod.spec->nodeName;
    if (pod.spec->affinity && pod.spec->affinity->nodeAffinity)
        if (const auto& required = pod.spec->affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution)
            for (const auto& term : required->nodeSelectorTerms)
                for (const auto& field : term.matchFields)
                    if (field.key == "metadata.name" && field.values.size() == 1)
                        return field.values.front();
    return {};
}

DaemonPlan planDaemonSet(const DaemonState& state, std::chrono::system_clock::time_point now) {
    return Planner(state, now).plan();
}

} // namespace slipway::controllers
