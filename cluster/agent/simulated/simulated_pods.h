#pragma once

#include "cluster/agent/simulated/simulated_node.h"
#include "cluster/agent/simulated/simulated_pod.h"
#include "cluster/agent/source/api_objects.h"
#include "cluster/agent/task_pool.h"
#include "cluster/client/reflector.h"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

namespace slipway::agent {

/// What one container of a simulated pod is said to use while it runs.
struct SimulatedLoad {
    std::string container;
    std::int64_t milliCpu = 0, memoryBytes = 0;
};

/// A pod as the node's statistics show it.
struct SimulatedPodUse {
    std::string ns, name, uid;
    std::vector<SimulatedLoad> containers; ///< those that run
};

/// The pods of all simulated nodes: fed by one stream of every bound pod, carried on by tasks of the pool, at most one
/// at a time for each pod. Thread-safe.
class SimulatedPods : public client::ReflectorSink {
public:
    SimulatedPods(std::shared_ptr<const client::Client> client, TaskPool& pool, Behaviour behaviour,
                  std::string hostIp);

    /// Pods of that node are simulated from now on.
    void addNode(const std::string& name, int number);
    /// Its pods are left to whoever collects the pods of nodes that are gone.
    void removeNode(const std::string& name);
    /// Pods of a node that is down stand still.
    void setDown(const std::string& name, bool down);

    std::vector<SimulatedPodUse> usesOf(const std::string& node) const;
    bool hasContainer(const std::string& node, const std::string& pod, const std::string& container) const;
    std::size_t size() const;

    // ReflectorSink; called by the stream's thread.
    void replace(std::vector<std::shared_ptr<const api::Json>> objects) override;
    void apply(std::vector<client::Change> changes) override;
    void freshness(client::Freshness state, const std::string& message) override;

private:
    struct Entry;
    using EntryPtr = std::shared_ptr<Entry>;
    struct NodePods {
        explicit NodePods(int number) : addresses(number) {}
        SimulatedAddresses addresses;
        std::set<std::string> keys;
        bool down = false;
    };

    void see(const api::Json& object);
    void drop(const std::string& key);
    EntryPtr make(const core::Pod& pod, NodePods& node);
    void enqueue(const EntryPtr& entry);
    void work(const EntryPtr& entry);
    void finish(const EntryPtr& entry, const std::shared_ptr<core::Pod>& pod, std::optional<WallTime> wakeAt);
    bool write(const core::Pod& pod, const SimulatedPod::Step& step, bool& gone);

    const Behaviour behaviour_;
    const std::string hostIp_;
    TaskPool& pool_;
    ApiPodWriter writer_;
    mutable std::mutex mutex_;
    std::map<std::string, NodePods> nodes_;
    std::unordered_map<std::string, EntryPtr> pods_; ///< by "namespace/name"
};

} // namespace slipway::agent
