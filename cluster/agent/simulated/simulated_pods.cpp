#include "cluster/agent/simulated/simulated_pods.h"

#include "cluster/agent/pod/pod_resources.h"
#include "cluster/base/log.h"
#include "cluster/client/informer.h"

#include <algorithm>

namespace slipway::agent {

using std::chrono::system_clock;

namespace {

constexpr std::chrono::seconds tryPodAgain{2};
constexpr std::int64_t leastMilliCpu = 5, leastMemory = 16LL * 1024 * 1024; // of a container that asks for nothing

std::vector<SimulatedLoad> loadsOf(const core::Pod& pod, const Behaviour& behaviour) {
    std::vector<SimulatedLoad> loads;
    for (const core::Container& container : pod.spec->containers) {
        const Amounts asked = container.resources ? amountsOf(container.resources->requests) : Amounts();
        const auto share = [&](const char* name, std::int64_t scale, std::int64_t least) {
            const auto found = asked.find(name);
            return found == asked.end()
                       ? least
                       : static_cast<std::int64_t>(double(found->second) / double(scale) * behaviour.load);
        };
        loads.push_back({container.name, behaviour.milliCpu >= 0 ? behaviour.milliCpu : share("cpu", 1, leastMilliCpu),
                         behaviour.memoryBytes >= 0 ? behaviour.memoryBytes : share("memory", 1000, leastMemory)});
    }
    return loads;
}

std::string keyOf(const api::Json& object) {
    return client::objectKey(api::stringAt(object, {"metadata", "namespace"}),
                             api::stringAt(object, {"metadata", "name"}));
}

} // namespace

struct SimulatedPods::Entry {
    Entry(std::string k, std::string u, std::string n, SimulatedPod p)
        : key(std::move(k)), uid(std::move(u)), node(std::move(n)), pod(std::move(p)) {}

    const std::string key, uid, node;
    SimulatedPod pod; ///< touched by the task at work on it only
    std::vector<SimulatedLoad> loads;
    std::vector<std::string> running;
    // Guarded by the lock of the pods.
    std::shared_ptr<const core::Pod> object; ///< kept while something is to happen
    std::optional<WallTime> wakeAt;
    std::int64_t generation = 0;
    bool queued = false, again = false, gone = false, gated = false;
};

SimulatedPods::SimulatedPods(std::shared_ptr<const client::Client> client, TaskPool& pool, Behaviour behaviour,
                             std::string hostIp)
    : behaviour_(behaviour), hostIp_(std::move(hostIp)), pool_(pool), writer_(std::move(client)) {}

void SimulatedPods::addNode(const std::string& name, int number) {
    std::lock_guard lock(mutex_);
    nodes_.try_emplace(name, number);
}

void SimulatedPods::removeNode(const std::string& name) {
    std::lock_guard lock(mutex_);
    const auto node = nodes_.find(name);
    if (node == nodes_.end())
        return;
    for (const std::string& key : node->second.keys)
        if (const auto pod = pods_.find(key); pod != pods_.end()) {
            pod->second->gone = true;
            pods_.erase(pod);
        }
    nodes_.erase(node);
}

void SimulatedPods::setDown(const std::string& name, bool down) {
    std::lock_guard lock(mutex_);
    const auto node = nodes_.find(name);
    if (node == nodes_.end() || node->second.down == down)
        return;
    node->second.down = down;
    if (!down)
        for (const std::string& key : node->second.keys)
            if (const auto pod = pods_.find(key); pod != pods_.end() && pod->second->object)
                enqueue(pod->second);
}

std::vector<SimulatedPodUse> SimulatedPods::usesOf(const std::string& node) const {
    std::lock_guard lock(mutex_);
    std::vector<SimulatedPodUse> uses;
    const auto found = nodes_.find(node);
    if (found == nodes_.end())
        return uses;
    for (const std::string& key : found->second.keys) {
        const auto pod = pods_.find(key);
        if (pod == pods_.end() || pod->second->running.empty())
            continue;
        SimulatedPodUse use;
        std::tie(use.ns, use.name) = client::splitKey(key);
        use.uid = pod->second->uid;
        for (const SimulatedLoad& load : pod->second->loads)
            if (std::ranges::contains(pod->second->running, load.container))
                use.containers.push_back(load);
        uses.push_back(std::move(use));
    }
    return uses;
}

bool SimulatedPods::hasContainer(const std::string& node, const std::string& pod, const std::string& container) const {
    std::lock_guard lock(mutex_);
    const auto found = pods_.find(pod);
    return found != pods_.end() && found->second->node == node &&
           std::ranges::contains(found->second->loads, container, &SimulatedLoad::container);
}

std::size_t SimulatedPods::size() const {
    std::lock_guard lock(mutex_);
    return pods_.size();
}

void SimulatedPods::replace(std::vector<std::shared_ptr<const api::Json>> objects) {
    std::set<std::string> known;
    for (auto& object : objects) {
        known.insert(keyOf(*object));
        see(*object);
        object.reset(); // there may be very many
    }
    std::vector<std::string> gone;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [key, entry] : pods_)
            if (!known.contains(key))
                gone.push_back(key);
    }
    for (const std::string& key : gone)
        drop(key);
}

void SimulatedPods::apply(std::vector<client::Change> changes) {
    for (const client::Change& change : changes) {
        if (change.kind == client::ChangeKind::deleted)
            drop(keyOf(*change.object));
        else
            see(*change.object);
    }
}

void SimulatedPods::freshness(client::Freshness state, const std::string& message) {
    if (state == client::Freshness::denied)
        base::warn("simulation", "watching pods: {}", message);
}

void SimulatedPods::see(const api::Json& object) {
    const std::string key = keyOf(object), node(api::stringAt(object, {"spec", "nodeName"})),
                      uid(api::stringAt(object, {"metadata", "uid"}));
    const bool leaving = !api::stringAt(object, {"metadata", "deletionTimestamp"}).empty();
    const auto generation = api::intAt(object.get_object(), {"metadata", "generation"}).value_or(0);
    EntryPtr replaced;
    {
        std::lock_guard lock(mutex_);
        if (!nodes_.contains(node))
            return;
        const auto known = pods_.find(key);
        const EntryPtr entry = known == pods_.end() ? nullptr : known->second;
        // What we wrote comes back to us: nothing to do about it.
        if (entry && entry->uid == uid && entry->generation == generation && !leaving && !entry->gated)
            return;
        if (entry && entry->uid != uid)
            replaced = entry;
    }
    if (replaced)
        drop(key);
    auto decoded = api::fromJson<core::Pod>(object);
    if (!decoded || !decoded->spec)
        return;
    const auto pod = std::make_shared<const core::Pod>(std::move(*decoded));
    if (isTerminal(*pod) && !leaving)
        return;
    std::lock_guard lock(mutex_);
    const auto place = nodes_.find(node);
    if (place == nodes_.end())
        return;
    EntryPtr& entry = pods_[key];
    if (!entry)
        entry = make(*pod, place->second);
    entry->generation = generation;
    entry->object = pod;
    enqueue(entry);
}

/// The lock is held.
SimulatedPods::EntryPtr SimulatedPods::make(const core::Pod& pod, NodePods& node) {
    const std::string key = client::objectKey(pod.metadata.namespace_, pod.metadata.name);
    const bool hostNetwork = pod.spec->hostNetwork.value_or(false);
    const std::string known = pod.status ? pod.status->podIP : "";
    std::string address;
    if (!hostNetwork && known.empty())
        address = node.addresses.take();
    else if (!hostNetwork)
        node.addresses.mark(address = known);
    const Behaviour behaviour = behaviour_.with(pod.metadata.annotations);
    auto entry = std::make_shared<Entry>(key, pod.metadata.uid, pod.spec->nodeName, SimulatedPod(hostIp_, address));
    entry->pod.adopt(pod, behaviour);
    entry->loads = loadsOf(pod, behaviour);
    entry->running = entry->pod.running();
    entry->gated = !pod.spec->readinessGates.empty();
    node.keys.insert(key);
    return entry;
}

void SimulatedPods::drop(const std::string& key) {
    std::lock_guard lock(mutex_);
    const auto found = pods_.find(key);
    if (found == pods_.end())
        return;
    const EntryPtr entry = found->second;
    entry->gone = true;
    pods_.erase(found);
    if (const auto node = nodes_.find(entry->node); node != nodes_.end()) {
        node->second.keys.erase(key);
        if (const std::string& address = entry->pod.podIp(); !address.empty())
            node->second.addresses.give(address);
    }
}

/// The lock is held.
void SimulatedPods::enqueue(const EntryPtr& entry) {
    if (entry->queued) {
        entry->again = true;
        return;
    }
    entry->queued = true;
    pool_.run([this, entry] { work(entry); });
}

void SimulatedPods::work(const EntryPtr& entry) {
    std::shared_ptr<core::Pod> pod;
    {
        std::lock_guard lock(mutex_);
        entry->again = false;
        const auto node = nodes_.find(entry->node);
        if (entry->gone || !entry->object || node == nodes_.end() || node->second.down) {
            entry->queued = false;
            return;
        }
        pod = std::make_shared<core::Pod>(*entry->object);
    }
    const auto step = entry->pod.advance(*pod, behaviour_.with(pod->metadata.annotations), system_clock::now());
    bool gone = false;
    const bool written = write(*pod, step, gone);
    if (!written)
        return finish(entry, pod, system_clock::now() + tryPodAgain);
    pod->status = step.status;
    finish(entry, gone ? nullptr : pod, step.wakeAt);
}

/// False: to be tried again.
bool SimulatedPods::write(const core::Pod& pod, const SimulatedPod::Step& step, bool& gone) {
    const bool ended = isTerminal(pod);
    // Who counts a pod's end (a job) keeps its object until it has seen the end.
    if (!ended && (!step.over || !pod.metadata.finalizers.empty()) && pod.status != step.status)
        if (writer_.writeStatus(pod, step.status) == PodWriter::Outcome::retry)
            return false;
    if (!step.over)
        return true;
    gone = writer_.removePod(pod) != PodWriter::Outcome::retry;
    return gone;
}

/// Keeps the pod's object only when it will be needed.
void SimulatedPods::finish(const EntryPtr& entry, const std::shared_ptr<core::Pod>& pod,
                           std::optional<WallTime> wakeAt) {
    std::lock_guard lock(mutex_);
    entry->queued = false;
    entry->running = entry->pod.running();
    if (entry->gone)
        return;
    if (entry->again)
        return enqueue(entry); // with the newer object
    entry->object = wakeAt ? pod : nullptr;
    entry->wakeAt = wakeAt;
    if (wakeAt)
        pool_.runAt(*wakeAt, [this, weak = std::weak_ptr(entry), at = *wakeAt] {
            const auto woken = weak.lock();
            std::lock_guard guard(mutex_);
            if (woken && woken->wakeAt == at)
                enqueue(woken);
        });
}

} // namespace slipway::agent
