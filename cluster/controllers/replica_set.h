#pragma once

#include "cluster/client/event_recorder.h"
#include "cluster/controllers/informers.h"
#include "cluster/controllers/runtime.h"

#include <map>
#include <mutex>
#include <set>

namespace slipway::controllers {

/// The pods of a set to delete when there are @p surplus too many: unassigned before assigned, pending before running,
/// not ready before ready, doubled up on a node before alone, younger before older (after kube-controller-manager).
std::vector<std::shared_ptr<const api::core_v1::Pod>>
podsToDelete(std::vector<std::shared_ptr<const api::core_v1::Pod>> pods, std::size_t surplus);

/// What a replica set's status is, given its pods.
api::apps_v1::ReplicaSetStatus replicaSetStatus(const api::apps_v1::ReplicaSet& set,
                                                const std::vector<std::shared_ptr<const api::core_v1::Pod>>& active,
                                                std::chrono::system_clock::time_point now,
                                                std::chrono::milliseconds* wait);

/// Keeps as many pods as a replica set wants.
class ReplicaSetController {
public:
    ReplicaSetController(Informers& informers, std::shared_ptr<const client::Client> client);
    void start() { controller_.start(); }
    void stop() { controller_.stop(); }

private:
    using PodPtr = std::shared_ptr<const api::core_v1::Pod>;
    client::Result<SyncResult> sync(const std::string& key);
    client::Result<std::vector<PodPtr>> claim(const api::apps_v1::ReplicaSet& set);
    client::Result<void> scale(const api::apps_v1::ReplicaSet& set, const std::string& key,
                               const std::vector<PodPtr>& active);
    client::Result<void> createPods(const api::apps_v1::ReplicaSet& set, const std::string& key, std::size_t count);
    client::Result<void> deletePods(const api::apps_v1::ReplicaSet& set, const std::string& key,
                                    const std::vector<PodPtr>& pods);
    void podChanged(const PodPtr& before, const PodPtr& after);
    bool satisfied(const std::string& key);

    /// Pods made or deleted that the cache does not show yet: without waiting for them a set would be scaled twice.
    struct Expectation {
        std::set<std::string> creations, deletions; ///< uids
        std::chrono::steady_clock::time_point since;
    };
    Informers& informers_;
    const std::shared_ptr<const client::Client> client_;
    client::EventRecorder events_;
    std::mutex mutex_;
    std::map<std::string, Expectation> expected_;
    Controller controller_;
};

} // namespace slipway::controllers
