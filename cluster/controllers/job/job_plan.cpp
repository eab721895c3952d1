#include "cluster/controllers/job/job_plan.h"

#include "cluster/base/time.h"
#include "cluster/controllers/job/job_indexes.h"

#include <algorithm>
#include <cmath>
#include <format>

namespace slipway::controllers {

using api::batch_v1::Job;
using api::batch_v1::JobCondition;
using api::batch_v1::JobStatus;
using api::core_v1::Pod;
using WallClock = std::chrono::system_clock;

namespace {

constexpr auto firstBackoff = std::chrono::seconds(10), longestBackoff = std::chrono::seconds(600);
constexpr std::size_t mostPodsAtOnce = 500;
constexpr const char* failureCountAnnotation = "batch.kubernetes.io/job-index-failure-count";

bool hasPhase(const Pod& pod, std::string_view phase) {
    return pod.status && pod.status->phase == phase;
}

bool isTracked(const Pod& pod) {
    return std::ranges::find(pod.metadata.finalizers, jobFinalizer) != pod.metadata.finalizers.end();
}

int indexOf(const Pod& pod) {
    const auto found = pod.metadata.annotations.find(completionIndex);
    return found == pod.metadata.annotations.end() ? -1 : std::atoi(found->second.c_str());
}

int restartsOf(const Pod& pod) {
    int restarts = 0;
    if (pod.status)
        for (const auto* list : {&pod.status->initContainerStatuses, &pod.status->containerStatuses})
            for (const auto& container : *list)
                restarts += container.restartCount;
    return restarts;
}

WallClock::time_point finishOf(const Pod& pod, WallClock::time_point otherwise) {
    std::optional<WallClock::time_point> latest;
    if (pod.status)
        for (const auto& container : pod.status->containerStatuses)
            if (container.state && container.state->terminated)
                if (const auto at = base::parseTime(container.state->terminated->finishedAt);
                    at && (!latest || *at > *latest))
                    latest = at;
    return latest.value_or(otherwise);
}

/// What the pod failure policy says of a failed pod: the action and a message; nothing when no rule matches.
struct Verdict {
    std::string action, message;
};

bool exitCodesMatch(const api::batch_v1::PodFailurePolicyOnExitCodesRequirement& wanted, const Pod& pod,
                    std::string& message, std::size_t rule) {
    if (!pod.status)
        return false;
    for (const auto* list : {&pod.status->initContainerStatuses, &pod.status->containerStatuses})
        for (const auto& container : *list) {
            if (!container.state || !container.state->terminated ||
                (!wanted.containerName.empty() && wanted.containerName != container.name))
                continue;
            const int code = container.state->terminated->exitCode;
            const bool listed = std::ranges::find(wanted.values, code) != wanted.values.end();
            if (code == 0 || listed != (wanted.operator_ == "In"))
                continue;
            message =
                std::format("Container {} for pod {}/{} failed with exit code {} matching FailJob rule at index {}",
                            container.name, pod.metadata.namespace_, pod.metadata.name, code, rule);
            return true;
        }
    return false;
}

std::optional<Verdict> policyVerdict(const Job& job, const Pod& pod) {
    if (!job.spec->podFailurePolicy)
        return {};
    for (std::size_t i = 0; i < job.spec->podFailurePolicy->rules.size(); ++i) {
        const auto& rule = job.spec->podFailurePolicy->rules[i];
        std::string message;
        if (rule.onExitCodes && exitCodesMatch(*rule.onExitCodes, pod, message, i))
            return Verdict{rule.action, message};
        for (const auto& pattern : rule.onPodConditions)
            if (const auto* found = condition(pod, pattern.type);
                found != nullptr && found->status == (pattern.status.empty() ? "True" : pattern.status))
                return Verdict{rule.action,
                               std::format("Pod {}/{} has condition {} matching {} rule at index {}",
                                           pod.metadata.namespace_, pod.metadata.name, pattern.type, rule.action, i)};
    }
    return {};
}

class JobPlanner {
public:
    JobPlanner(const Job& job, const std::vector<PodPtr>& pods, WallClock::time_point now)
        : job_(job), spec_(*job.spec), pods_(pods), now_(now), indexed_(spec_.completionMode == "Indexed") {
        if (job.status)
            plan_.status = *job.status;
        count_ = spec_.completions.value_or(0);
        if (indexed_)
            completed_ = parseIndexes(status().completedIndexes, count_);
        if (spec_.backoffLimitPerIndex)
            failedIndexes_ = parseIndexes(status().failedIndexes, count_);
    }

    JobPlan plan() {
        suspended_ = spec_.suspend.value_or(false);
        flushCounted();
        sortPods();
        if (!isFinished(job_)) {
            judge();
            if (const auto* target = ending())
                end(*target);
            else
                work();
        } else {
            removeActive();
        }
        writeCounts();
        return std::move(plan_);
    }

private:
    JobStatus& status() { return plan_.status; }

    /// Moves pods whose finalizer is gone from the uncounted into the counters.
    void flushCounted() {
        auto& uncounted = status().uncountedTerminatedPods;
        if (!uncounted)
            uncounted.emplace();
        std::set<std::string> tracked;
        for (const PodPtr& pod : pods_)
            if (isTracked(*pod))
                tracked.insert(pod->metadata.uid);
        const auto flush = [&](std::vector<std::string>& list, std::optional<std::int32_t>& counter) {
            const auto gone = std::erase_if(list, [&](const std::string& uid) { return !tracked.contains(uid); });
            if (gone > 0)
                counter = counter.value_or(0) + static_cast<std::int32_t>(gone);
        };
        flush(uncounted->succeeded, status().succeeded);
        flush(uncounted->failed, status().failed);
    }

    void sortPods() {
        for (const PodPtr& pod : pods_) {
            const bool failedWhileLeaving =
                isTerminating(*pod) && !hasPhase(*pod, "Succeeded") && hasPhase(*pod, "Failed");
            if (hasPhase(*pod, "Succeeded"))
                countSucceeded(pod);
            else if (hasPhase(*pod, "Failed") || failedWhileLeaving)
                countFailed(pod);
            else if (isTerminating(*pod))
                leaving_.push_back(pod);
            else
                active_.push_back(pod);
        }
    }

    bool listed(const std::vector<std::string>& list, const Pod& pod) const {
        return std::ranges::find(list, pod.metadata.uid) != list.end();
    }

    void countSucceeded(const PodPtr& pod) {
        lastSuccess_ = std::max(lastSuccess_, finishOf(*pod, {}));
        if (const int index = indexOf(*pod); indexed_ && index >= 0 && index < count_)
            completed_.insert(index);
        track(pod, status().uncountedTerminatedPods->succeeded);
    }

    void countFailed(const PodPtr& pod) {
        const auto verdict = policyVerdict(job_, *pod);
        if (verdict && verdict->action == "FailJob" && failJob_.empty())
            failJob_ = verdict->message;
        const bool ignored = verdict && verdict->action == "Ignore";
        if (!ignored) {
            const auto finished = finishOf(*pod, now_);
            failedAt_.push_back(finished);
            const int index = indexOf(*pod);
            if (spec_.backoffLimitPerIndex && index >= 0) {
                int& failures = plan_.failures[index];
                failures = std::max(failures, failureCount(*pod) + 1);
                lastFailureOf_[index] = std::max(lastFailureOf_[index], finished);
                if (failures > *spec_.backoffLimitPerIndex || (verdict && verdict->action == "FailIndex"))
                    failedIndexes_.insert(index);
            }
        }
        if (ignored) {
            if (isTracked(*pod))
                plan_.release.push_back(pod);
        } else {
            track(pod, status().uncountedTerminatedPods->failed);
        }
    }

    /// The failures of the index before this pod.
    static int failureCount(const Pod& pod) {
        const auto found = pod.metadata.annotations.find(failureCountAnnotation);
        return found == pod.metadata.annotations.end() ? 0 : std::atoi(found->second.c_str());
    }

    void track(const PodPtr& pod, std::vector<std::string>& list) {
        if (!isTracked(*pod))
            return;
        if (!listed(list, *pod) && list.size() < mostPodsAtOnce)
            list.push_back(pod->metadata.uid);
        if (listed(list, *pod))
            plan_.release.push_back(pod);
    }

    int succeeded() const {
        if (indexed_)
            return static_cast<int>(completed_.size());
        const JobStatus& s = plan_.status;
        return s.succeeded.value_or(0) + static_cast<int>(s.uncountedTerminatedPods->succeeded.size());
    }
    int failed() const {
        const JobStatus& s = plan_.status;
        return s.failed.value_or(0) + static_cast<int>(s.uncountedTerminatedPods->failed.size());
    }

    void setCondition(const std::string& type, bool value, const std::string& reason, const std::string& message) {
        auto found = std::ranges::find(status().conditions, type, &JobCondition::type);
        const std::string wanted = value ? "True" : "False";
        if (found == status().conditions.end()) {
            if (!value)
                return;
            found = status().conditions.insert(status().conditions.end(), JobCondition());
            found->type = type;
        } else if (found->status == wanted) {
            return;
        }
        found->status = wanted;
        found->reason = reason;
        found->message = message;
        found->lastProbeTime = found->lastTransitionTime = base::formatTime(now_);
    }

    void wakeAfter(WallClock::duration delay) {
        const auto wait = std::max(std::chrono::ceil<std::chrono::milliseconds>(delay), std::chrono::milliseconds(10));
        if (plan_.wait.count() == 0 || wait < plan_.wait)
            plan_.wait = wait;
    }

    /// Decides whether the job has succeeded or failed.
    void judge() {
        if (status().startTime.empty() && !suspended_)
            status().startTime = base::formatTime(now_);
        if (trueCondition(status(), "FailureTarget") || trueCondition(status(), "SuccessCriteriaMet"))
            return;
        if (!failJob_.empty())
            setCondition("FailureTarget", true, "PodFailurePolicy", failJob_);
        else if (overBackoffLimit())
            setCondition("FailureTarget", true, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        else if (pastDeadline())
            setCondition("FailureTarget", true, "DeadlineExceeded", "Job was active longer than specified deadline");
        else if (spec_.maxFailedIndexes && static_cast<int>(failedIndexes_.size()) > *spec_.maxFailedIndexes)
            setCondition("FailureTarget", true, "MaxFailedIndexesExceeded",
                         "Job has exceeded the specified maximal number of failed indexes");
        else
            judgeSuccess();
    }

    void judgeSuccess() {
        if (spec_.successPolicy && indexed_)
            for (std::size_t i = 0; i < spec_.successPolicy->rules.size(); ++i)
                if (ruleHolds(spec_.successPolicy->rules[i])) {
                    setCondition("SuccessCriteriaMet", true, "SuccessPolicy",
                                 std::format("Matched rules at index {}", i));
                    return;
                }
        if (!spec_.completions) {
            if (succeeded() > 0 && active_.empty())
                setCondition("SuccessCriteriaMet", true, "CompletionsReached",
                             "Reached expected number of succeeded pods");
            return;
        }
        if (succeeded() >= count_) {
            setCondition("SuccessCriteriaMet", true, "CompletionsReached", "Reached expected number of succeeded pods");
        } else if (indexed_ && !failedIndexes_.empty() && active_.empty() &&
                   succeeded() + static_cast<int>(failedIndexes_.size()) >= count_) {
            setCondition("FailureTarget", true, "FailedIndexes", "Job has failed indexes");
        }
    }

    bool ruleHolds(const api::batch_v1::SuccessPolicyRule& rule) const {
        const auto wanted = parseIndexes(rule.succeededIndexes, count_);
        int met = 0;
        for (int index : completed_)
            met += wanted.empty() || wanted.contains(index);
        return rule.succeededCount ? met >= *rule.succeededCount
                                   : !wanted.empty() && met == static_cast<int>(wanted.size());
    }

    bool overBackoffLimit() const {
        const int limit = spec_.backoffLimit.value_or(spec_.backoffLimitPerIndex ? INT32_MAX : 6);
        if (failed() > limit)
            return true;
        if (!spec_.template_.spec || spec_.template_.spec->restartPolicy != "OnFailure")
            return false;
        int restarts = 0;
        for (const PodPtr& pod : active_)
            restarts += restartsOf(*pod);
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    bool pastDeadline() {
        if (!spec_.activeDeadlineSeconds || suspended_)
            return false;
        const auto start = base::parseTime(status().startTime);
        if (!start)
            return false;
        const auto left = *start + std::chrono::seconds(*spec_.activeDeadlineSeconds) - now_;
        if (left.count() <= 0)
            return true;
        wakeAfter(left);
        return false;
    }

    const JobCondition* ending() {
        if (const auto* failure = trueCondition(status(), "FailureTarget"))
            return failure;
        return trueCondition(status(), "SuccessCriteriaMet");
    }

    /// Deletes what still runs; the job is over once all of it has ended and is counted.
    void end(const JobCondition& target) {
        const bool success = target.type == "SuccessCriteriaMet";
        const std::string reason = target.reason, message = target.message;
        removeActive();
        if (!active_.empty() || !leaving_.empty() || !plan_.release.empty())
            return;
        setCondition(success ? "Complete" : "Failed", true, reason, message);
        if (success)
            status().completionTime = base::formatTime(now_);
    }

    void removeActive() {
        for (const PodPtr& pod : active_)
            plan_.remove.push_back(pod);
        for (const PodPtr& pod : leaving_)
            if (isTracked(*pod))
                plan_.release.push_back(pod);
    }

    void work() {
        if (suspended_) {
            removeActive();
            setCondition("Suspended", true, "JobSuspended", "Job suspended");
            if (active_.empty())
                status().startTime.clear();
            return;
        }
        if (std::ranges::find(status().conditions, "Suspended", &JobCondition::type) != status().conditions.end()) {
            if (trueCondition(status(), "Suspended"))
                status().startTime = base::formatTime(now_);
            setCondition("Suspended", false, "JobResumed", "Job resumed");
        }
        for (const PodPtr& pod : leaving_) // on its way out without a result: a failure
            if (isTracked(*pod) && hasPhase(*pod, "Pending") && (!pod->spec || pod->spec->nodeName.empty()))
                plan_.release.push_back(pod);
        keepActive();
    }

    int wantedActive() const {
        const int parallelism = spec_.parallelism.value_or(1);
        if (!spec_.completions)
            return succeeded() > 0 ? static_cast<int>(active_.size()) : parallelism;
        const int left = count_ - succeeded() - (indexed_ ? static_cast<int>(failedIndexes_.size()) : 0);
        return std::max(0, std::min(parallelism, left));
    }

    void keepActive() {
        const int wanted = wantedActive(), active = static_cast<int>(active_.size());
        if (active > wanted) {
            auto pods = active_;
            std::ranges::stable_sort(pods, {}, [](const PodPtr& pod) { return isReady(*pod); });
            plan_.remove.insert(plan_.remove.end(), pods.begin(), pods.begin() + (active - wanted));
            return;
        }
        const bool waitForLeaving = spec_.podReplacementPolicy == "Failed" || spec_.podFailurePolicy;
        int missing = wanted - active - (waitForLeaving ? static_cast<int>(leaving_.size()) : 0);
        if (missing <= 0)
            return;
        if (const auto left = backoffLeft(); !spec_.backoffLimitPerIndex && left.count() > 0) {
            wakeAfter(left);
            return;
        }
        missing = std::min(missing, static_cast<int>(mostPodsAtOnce));
        if (!indexed_) {
            plan_.create.assign(static_cast<std::size_t>(missing), -1);
            return;
        }
        std::set<int> busy;
        for (const PodPtr& pod : active_)
            busy.insert(indexOf(*pod));
        for (const PodPtr& pod : leaving_)
            busy.insert(indexOf(*pod));
        for (int index = 0; index < count_ && missing > 0; ++index)
            if (!completed_.contains(index) && !failedIndexes_.contains(index) && !busy.contains(index)) {
                if (const auto left = backoffLeft(index); left.count() > 0) {
                    wakeAfter(left);
                    continue;
                }
                plan_.create.push_back(index);
                --missing;
            }
    }

    static WallClock::duration delayAfter(int failures) {
        const int doublings = std::min(failures - 1, 6);
        return std::min<WallClock::duration>(firstBackoff * (1 << doublings), longestBackoff);
    }

    /// The same for one index, where each has its own back-off.
    WallClock::duration backoffLeft(int index) const {
        const auto failures = plan_.failures.find(index);
        if (!spec_.backoffLimitPerIndex || failures == plan_.failures.end())
            return {};
        return lastFailureOf_.at(index) + delayAfter(failures->second) - now_;
    }

    /// New pods after a failure come 10 s, 20 s, 40 s ... after it; a success begins anew.
    WallClock::duration backoffLeft() const {
        int failures = 0;
        WallClock::time_point last{};
        for (const auto at : failedAt_)
            if (at > lastSuccess_) {
                ++failures;
                last = std::max(last, at);
            }
        return failures == 0 ? WallClock::duration() : last + delayAfter(failures) - now_;
    }

    void writeCounts() {
        const auto optional = [](int count) { return count == 0 ? std::nullopt : std::optional<std::int32_t>(count); };
        int ready = 0;
        for (const PodPtr& pod : active_)
            ready += isReady(*pod);
        const bool over = trueCondition(status(), "Complete") || trueCondition(status(), "Failed");
        status().active = optional(over ? 0 : static_cast<int>(active_.size()));
        status().ready = over ? 0 : ready;
        status().terminating = static_cast<int>(leaving_.size());
        if (indexed_) {
            status().completedIndexes = formatIndexes(completed_);
            status().succeeded = optional(static_cast<int>(completed_.size()));
        }
        if (spec_.backoffLimitPerIndex)
            status().failedIndexes = formatIndexes(failedIndexes_);
    }

    const Job& job_;
    const api::batch_v1::JobSpec& spec_;
    const std::vector<PodPtr>& pods_;
    const WallClock::time_point now_;
    const bool indexed_;
    bool suspended_ = false;
    int count_ = 0;
    std::set<int> completed_, failedIndexes_;
    std::map<int, WallClock::time_point> lastFailureOf_; ///< by index
    std::vector<PodPtr> active_, leaving_;
    std::string failJob_;
    std::vector<WallClock::time_point> failedAt_;
    WallClock::time_point lastSuccess_{};
    JobPlan plan_;
};

} // namespace

const JobCondition* trueCondition(const JobStatus& status, std::string_view type) {
    for (const JobCondition& condition : status.conditions)
        if (condition.type == type && condition.status == "True")
            return &condition;
    return nullptr;
}

bool isFinished(const Job& job) {
    return job.status && (trueCondition(*job.status, "Complete") || trueCondition(*job.status, "Failed"));
}

Pod jobPod(const Job& job, int index, int failures) {
    Pod pod = podFromTemplate(job.spec->template_);
    pod.metadata.finalizers.push_back(jobFinalizer);
    if (!pod.spec)
        pod.spec.emplace();
    if (index < 0) {
        pod.metadata.generateName = job.metadata.name + "-";
        return pod;
    }
    const std::string number = std::to_string(index);
    pod.metadata.generateName = std::format("{}-{}-", job.metadata.name, number);
    pod.metadata.annotations[completionIndex] = number;
    if (job.spec->backoffLimitPerIndex)
        pod.metadata.annotations[failureCountAnnotation] = std::to_string(failures);
    pod.metadata.labels[completionIndex] = number;
    pod.spec->hostname = std::format("{}-{}", job.metadata.name, number);
    api::core_v1::EnvVar variable;
    variable.name = "JOB_COMPLETION_INDEX";
    variable.valueFrom.emplace();
    variable.valueFrom->fieldRef.emplace();
    variable.valueFrom->fieldRef->fieldPath = std::format("metadata.labels['{}']", completionIndex);
    for (auto* containers : {&pod.spec->initContainers, &pod.spec->containers})
        for (auto& container : *containers)
            if (std::ranges::none_of(container.env, [](const auto& e) { return e.name == "JOB_COMPLETION_INDEX"; }))
                container.env.push_back(variable);
    return pod;
}

JobPlan planJob(const Job& job, const std::vector<PodPtr>& pods, WallClock::time_point now) {
    return JobPlanner(job, pods, now).plan();
}

} // namespace slipway::controllers
