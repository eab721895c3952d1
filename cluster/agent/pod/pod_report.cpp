// The part of PodWorker that tells the API what is, and changes what containers may use.
#include "cluster/agent/pod/pod_conditions.h"
#include "cluster/agent/pod/pod_status.h"
#include "cluster/agent/pod/pod_worker.h"
#include "cluster/base/log.h"

#include <algorithm>

namespace slipway::agent {

using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr seconds retryReport{5};

} // namespace

/// Bounds that containers should have, and those that they have.
void PodWorker::noteResources(PodView& view) {
    view.allocated = resize_.allocated();
    view.wanted = wantedResources(*view.pod, environment_.node.memoryBytes);
    for (const auto& [name, wanted] : view.wanted) {
        const ContainerInfo* info = view.state.current(name);
        if (info == nullptr || info->phase != ContainerPhase::running)
            continue;
        const auto known = applied_.find(info->id);
        view.applied[name] =
            known != applied_.end() ? known->second : applied_[info->id] = info->resources.value_or(wanted);
        view.resize.inProgress =
            view.resize.inProgress || !wanted.sameCpu(view.applied[name]) || !wanted.sameMemory(view.applied[name]);
    }
    std::erase_if(applied_, [&](const auto& entry) {
        return std::ranges::find(view.state.containers, entry.first, &ContainerInfo::id) == view.state.containers.end();
    });
    if (!view.resize.inProgress)
        resizeError_.clear();
    view.resize.error = resizeError_;
    view.resize.pendingReason = resize_.pendingReason();
    view.resize.pendingMessage = resize_.pendingMessage();
}

/// The pod's own group is widened before its containers and narrowed after them: the kernel refuses a group whose
/// members may use more.
bool PodWorker::resize(const PodView& view, const Actions& actions) {
    if (actions.resize.empty())
        return false;
    if (environment_.cgroups != nullptr)
        std::ignore = environment_.cgroups->preparePod(*view.pod);
    bool progress = false;
    for (const std::string& name : actions.resize) {
        const ContainerInfo* info = view.state.current(name);
        const ContainerResources& wanted = view.wanted.at(name);
        if (const auto changed = environment_.runtime.updateResources(info->id, wanted)) {
            applied_[info->id] = wanted;
            progress = true;
        } else if (resizeError_ != changed.error().message) {
            resizeError_ = changed.error().message;
            progress = true; // to be told
        }
    }
    if (environment_.cgroups != nullptr)
        if (const auto narrowed = environment_.cgroups->preparePod(*view.pod); !narrowed && resizeError_.empty())
            base::warn("agent", "resizing {}/{}: {}", view.pod->metadata.namespace_, view.pod->metadata.name,
                       narrowed.error());
    return progress;
}

/// True when the API has the status.
bool PodWorker::report(const PodView& view) {
    if (abandoned_)
        return true;
    std::optional<core::PodStatus> before = reported_ ? reported_ : view.pod->status;
    // Conditions of others come with the pod as the API has it.
    if (before && view.pod->status) {
        std::erase_if(before->conditions, [](const auto& condition) { return !isNodesCondition(condition.type); });
        for (const auto& condition : view.pod->status->conditions)
            if (!isNodesCondition(condition.type))
                before->conditions.push_back(condition);
    }
    return write(*view.pod, podStatus(view, before));
}

bool PodWorker::write(const core::Pod& pod, core::PodStatus status) {
    {
        std::lock_guard lock(mutex_);
        status_ = status;
    }
    if (!tellAgain_.exchange(false) && reported_ && *reported_ == status)
        return true;
    switch (environment_.writer.writeStatus(pod, status)) {
    case PodWriter::Outcome::written:
        reported_ = std::move(status);
        return true;
    case PodWriter::Outcome::gone:
        return true; // the source of pods will say so, too
    case PodWriter::Outcome::retry:
        tellAgain_ = true;
        break;
    }
    return false;
}

/// A rejected pod has no containers to tell of, and leaves nothing behind.
std::optional<WallTime> PodWorker::syncRejected() {
    const auto pod = this->pod();
    const auto now = system_clock::now();
    PodView none;
    none.pod = pod.get();
    none.now = now;
    none.terminating = true;
    none.failure = PodFailure{rejection_->reason, "Pod was rejected: " + rejection_->message};
    core::PodStatus status = podStatus(none, reported_ ? reported_ : pod->status);
    status.containerStatuses.clear();
    status.initContainerStatuses.clear();
    status.ephemeralContainerStatuses.clear();
    if (!reported_ || reported_->phase != "Failed")
        environment_.events.record(referenceTo(*pod), "Warning", rejection_->reason, rejection_->message);
    if (!abandoned_ && !write(*pod, std::move(status)))
        return now + retryReport;
    const bool gone = abandoned_ || (!pod->metadata.deletionTimestamp.empty() &&
                                     environment_.writer.removePod(*pod) != PodWriter::Outcome::retry);
    finished_ = gone;
    if (!gone && !pod->metadata.deletionTimestamp.empty())
        return now + retryReport;
    return std::nullopt;
}

} // namespace slipway::agent
