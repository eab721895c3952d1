#pragma once

#include "cluster/agent/pod/pod_worker.h"
#include "cluster/agent/task_pool.h"

#include <map>
#include <set>

namespace slipway::agent {

/// All pods of the node: one worker each, run on a pool when something about it changes. Thread-safe.
class Pods {
public:
    Pods(PodEnvironment& environment, TaskPool& pool);
    ~Pods();
    Pods(const Pods&) = delete;
    Pods& operator=(const Pods&) = delete;

    /// A pod is (still) to run here, or was asked to end. One from a file waits for the end of another of its name that
    /// was dropped.
    void set(std::shared_ptr<const core::Pod> pod);
    /// A pod's object is gone.
    void drop(const std::string& uid);
    /// Something happened to a pod in the runtime or its probes.
    void kick(const std::string& uid);
    void kickAll();
    /// kick() as a function that is harmless once the pods are gone.
    std::function<void(const std::string& uid)> waker() const;

    /// Ends a pod for a reason of the node's (eviction, shutdown); false when there is no such pod, or it ends already.
    bool fail(const std::string& uid, PodFailure failure);
    /// What the API has of a pod was lost: its status is written again.
    void tellAgain(const std::string& uid);

    /// Ends what the runtime has of pods that nobody knows any more, and removes their volumes and logs. To be called
    /// once the wanted pods are known.
    void removeOrphans(const std::set<std::string>& wanted);

    struct Entry {
        std::shared_ptr<const core::Pod> pod;
        core::PodStatus status;
    };
    std::vector<Entry> list() const;
    /// The pods that have a claim on the node: not those that were rejected or have ended, nor the one named.
    PodList active(const std::string& exceptUid = {}) const;
    std::optional<Entry> find(std::string_view ns, std::string_view name) const;

private:
    struct Slot {
        std::shared_ptr<PodWorker> worker;
        std::shared_ptr<const core::Pod> next; ///< the same pod again, for when the present worker has cleaned up
        bool running = false, again = false;
        std::optional<WallTime> wakeAt;
    };
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

} // namespace slipway::agent
