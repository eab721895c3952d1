#include "cluster/agent/pod/pods.h"

#include "cluster/agent/source/mirror_pods.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>

namespace slipway::agent {
namespace {

/// The pod with the resources it has been granted: a wish that waits takes no room from others.
std::shared_ptr<const core::Pod> asGranted(std::shared_ptr<const core::Pod> pod, const core::PodStatus& status) {
    if (std::ranges::find(status.conditions, "PodResizePending", &core::PodCondition::type) == status.conditions.end())
        return pod;
    core::Pod granted = *pod;
    const auto grant = [](std::vector<core::Container>& containers, const auto& statuses) {
        for (core::Container& container : containers)
            for (const core::ContainerStatus& one : statuses)
                if (one.name == container.name && one.resources)
                    container.resources = one.resources;
    };
    grant(granted.spec->containers, status.containerStatuses);
    grant(granted.spec->initContainers, status.initContainerStatuses);
    return std::make_shared<const core::Pod>(std::move(granted));
}

std::string fullName(const core::Pod& pod) {
    return pod.metadata.namespace_ + "/" + pod.metadata.name;
}

} // namespace

struct Pods::Shared : std::enable_shared_from_this<Pods::Shared> {
    Shared(PodEnvironment& environment_, TaskPool& pool_) : environment(environment_), pool(pool_) {}

    PodEnvironment& environment;
    TaskPool& pool;
    mutable std::mutex mutex;
    std::map<std::string, Slot> slots;
    std::map<std::string, std::shared_ptr<const core::Pod>> successors; ///< by name, of static pods that end
    bool ended = false;

    /// With the mutex held.
    PodList active(const std::string& exceptUid) const {
        PodList result;
        for (const auto& [uid, slot] : slots) {
            if (uid == exceptUid || !slot.worker || slot.worker->rejected() || slot.worker->finished() ||
                slot.worker->abandoned())
                continue;
            auto pod = slot.worker->pod();
            const core::PodStatus status = slot.worker->status();
            if (!isTerminal(*pod) && status.phase != "Failed" && status.phase != "Succeeded")
                result.push_back(asGranted(std::move(pod), status));
        }
        return result;
    }

    /// A pod that comes new to the node has to fit it; one that runs already, or has ended, is not asked again.
    std::optional<Rejection> admitted(const core::Pod& pod) const {
        const bool begun = pod.status && (!pod.status->startTime.empty() || isTerminal(pod));
        if (!environment.view || begun || !pod.metadata.deletionTimestamp.empty())
            return std::nullopt;
        return admit(pod, active(pod.metadata.uid), environment.view());
    }

    /// With the mutex held. Whether a pod of the same name from another manifest still ends.
    bool waitsForAnother(const core::Pod& pod) const {
        return isStatic(pod) && std::ranges::any_of(slots, [&](const auto& entry) {
                   const auto& worker = entry.second.worker;
                   return entry.first != pod.metadata.uid && worker && worker->abandoned() &&
                          fullName(*worker->pod()) == fullName(pod);
               });
    }

    /// With the mutex held.
    void set(std::shared_ptr<const core::Pod> pod) {
        const std::string uid = pod->metadata.uid;
        if (waitsForAnother(*pod)) {
            successors[fullName(*pod)] = std::move(pod);
            return;
        }
        Slot& slot = slots[uid];
        if (slot.worker && slot.worker->abandoned())
            slot.next = std::move(pod);
        else if (slot.worker)
            slot.worker->update(std::move(pod));
        else {
            auto rejection = admitted(*pod);
            slot.worker = std::make_shared<PodWorker>(environment, std::move(pod), std::move(rejection));
        }
        begin(uid, slot);
    }

    /// With the mutex held.
    void begin(const std::string& uid, Slot& slot) {
        if (ended)
            return;
        if (slot.running) {
            slot.again = true;
            return;
        }
        slot.running = true;
        pool.run([self = shared_from_this(), uid, worker = slot.worker] { self->run(uid, worker); });
    }

    void run(const std::string& uid, const std::shared_ptr<PodWorker>& worker) {
        std::optional<WallTime> wakeAt;
        if (!guarded("looking after a pod", [&] { wakeAt = worker->sync(); }))
            wakeAt = std::chrono::system_clock::now() + std::chrono::seconds(10);
        std::lock_guard lock(mutex);
        const auto found = slots.find(uid);
        if (found == slots.end() || ended)
            return;
        Slot& slot = found->second;
        slot.running = false;
        if (worker->finished()) {
            if (!slot.next) {
                slots.erase(found);
                if (auto successor = successors.extract(fullName(*worker->pod())))
                    set(std::move(successor.mapped()));
                return;
            }
            slot.worker = std::make_shared<PodWorker>(environment, std::exchange(slot.next, nullptr));
            slot.again = true;
        }
        if (std::exchange(slot.again, false))
            begin(uid, slot);
        else if (wakeAt &&
                 (!slot.wakeAt || *slot.wakeAt <= std::chrono::system_clock::now() || *wakeAt < *slot.wakeAt)) {
            slot.wakeAt = wakeAt;
            pool.runAt(*wakeAt, [self = shared_from_this(), uid] { self->wake(uid); });
        }
    }

    void wake(const std::string& uid) {
        std::lock_guard lock(mutex);
        const auto found = slots.find(uid);
        if (found == slots.end() || ended)
            return;
        if (found->second.wakeAt && *found->second.wakeAt <= std::chrono::system_clock::now())
            found->second.wakeAt.reset();
        begin(uid, found->second);
    }
};

Pods::Pods(PodEnvironment& environment, TaskPool& pool) : shared_(std::make_shared<Shared>(environment, pool)) {
    environment.neighbours = [weak = std::weak_ptr(shared_)](const std::string& uid) {
        const auto shared = weak.lock();
        if (!shared)
            return PodList();
        std::lock_guard lock(shared->mutex);
        return shared->active(uid);
    };
}

Pods::~Pods() {
    std::lock_guard lock(shared_->mutex);
    shared_->ended = true;
}

void Pods::set(std::shared_ptr<const core::Pod> pod) {
    std::lock_guard lock(shared_->mutex);
    shared_->set(std::move(pod));
}

bool Pods::fail(const std::string& uid, PodFailure failure) {
    std::lock_guard lock(shared_->mutex);
    const auto found = shared_->slots.find(uid);
    if (found == shared_->slots.end() || found->second.worker->failure() || found->second.worker->rejected())
        return false;
    found->second.worker->fail(std::move(failure));
    shared_->begin(uid, found->second);
    return true;
}

void Pods::tellAgain(const std::string& uid) {
    std::lock_guard lock(shared_->mutex);
    if (const auto found = shared_->slots.find(uid); found != shared_->slots.end()) {
        found->second.worker->tellAgain();
        shared_->begin(uid, found->second);
    }
}

PodList Pods::active(const std::string& exceptUid) const {
    std::lock_guard lock(shared_->mutex);
    return shared_->active(exceptUid);
}

void Pods::drop(const std::string& uid) {
    std::lock_guard lock(shared_->mutex);
    std::erase_if(shared_->successors, [&](const auto& entry) { return entry.second->metadata.uid == uid; });
    const auto found = shared_->slots.find(uid);
    if (found == shared_->slots.end())
        return;
    found->second.next.reset();
    found->second.worker->abandon();
    shared_->begin(uid, found->second);
}

void Pods::kick(const std::string& uid) {
    std::lock_guard lock(shared_->mutex);
    if (const auto found = shared_->slots.find(uid); found != shared_->slots.end())
        shared_->begin(uid, found->second);
}

void Pods::kickAll() {
    std::lock_guard lock(shared_->mutex);
    for (auto& [uid, slot] : shared_->slots)
        shared_->begin(uid, slot);
}

std::function<void(const std::string&)> Pods::waker() const {
    return [weak = std::weak_ptr(shared_)](const std::string& uid) {
        const auto shared = weak.lock();
        if (!shared)
            return;
        std::lock_guard lock(shared->mutex);
        if (const auto found = shared->slots.find(uid); found != shared->slots.end())
            shared->begin(uid, found->second);
    };
}

void Pods::removeOrphans(const std::set<std::string>& wanted) {
    std::map<std::string, core::Pod> orphans;
    const auto note = [&](const std::string& uid, const std::string& ns, const std::string& name) {
        if (uid.empty() || wanted.contains(uid))
            return;
        core::Pod& pod = orphans[uid];
        pod.metadata.uid = uid;
        pod.metadata.namespace_ = ns;
        pod.metadata.name = name;
        pod.metadata.deletionTimestamp = base::nowRfc3339();
        pod.spec.emplace();
    };
    if (const auto sandboxes = shared_->environment.runtime.listSandboxes())
        for (const SandboxInfo& sandbox : *sandboxes)
            note(sandbox.uid, sandbox.ns, sandbox.name);
    for (const auto& uid :
         shared_->environment.cgroups != nullptr ? shared_->environment.cgroups->pods() : std::set<std::string>())
        if (!orphans.contains(uid))
            note(uid, "", "");
    for (const auto& uid : shared_->environment.volumes.podsOnDisk())
        if (!orphans.contains(uid))
            note(uid, "", "");
    for (auto& [uid, pod] : orphans) {
        {
            std::lock_guard lock(shared_->mutex);
            if (shared_->slots.contains(uid))
                continue;
        }
        base::info("agent", "removing what is left of pod {}/{} ({})", pod.metadata.namespace_, pod.metadata.name, uid);
        set(std::make_shared<const core::Pod>(std::move(pod)));
        drop(uid);
    }
}

std::vector<Pods::Entry> Pods::list() const {
    std::lock_guard lock(shared_->mutex);
    std::vector<Entry> result;
    for (const auto& [uid, slot] : shared_->slots)
        result.push_back({slot.worker->pod(), slot.worker->status()});
    return result;
}

std::optional<Pods::Entry> Pods::find(std::string_view ns, std::string_view name) const {
    std::lock_guard lock(shared_->mutex);
    for (const auto& [uid, slot] : shared_->slots) {
        const auto pod = slot.worker->pod();
        if (pod->metadata.namespace_ == ns && pod->metadata.name == name)
            return Entry{pod, slot.worker->status()};
    }
    return std::nullopt;
}

} // namespace slipway::agent
