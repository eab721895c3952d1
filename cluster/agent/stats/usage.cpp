#include "cluster/agent/stats/usage.h"

#include "cluster/agent/node/capacity.h"
#include "cluster/base/time.h"

#include <format>
#include <fstream>
#include <unistd.h>

namespace slipway::agent {

using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr seconds lookEvery{15}, firstLooks{1};
constexpr char nodeKey[] = "/"; ///< no container id

/// The machine's counters, in the shape of a container's.
ContainerUsage nodeUsage(const std::filesystem::path& root) {
    ContainerUsage usage;
    usage.id = nodeKey;
    usage.at = system_clock::now();
    std::ifstream file("/proc/stat");
    std::string name;
    std::uint64_t user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0;
    file >> name >> user >> nice >> system >> idle >> wait >> irq >> soft >> steal;
    const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    usage.cpuNanoseconds = (user + nice + system + irq + soft) * (1'000'000'000ULL / ticks);
    const Capacity capacity = readCapacity(root);
    usage.memoryWorkingSet = static_cast<std::uint64_t>(capacity.memoryBytes - capacity.memoryAvailable);
    usage.memoryUsage = usage.memoryWorkingSet;
    return usage;
}

api::JsonObject cpuJson(const ContainerUsage& usage, std::uint64_t nanoCores, bool rated) {
    api::JsonObject json{{"time", base::formatTime(usage.at)}, {"usageCoreNanoSeconds", usage.cpuNanoseconds}};
    if (rated)
        json["usageNanoCores"] = nanoCores;
    return json;
}

api::JsonObject memoryJson(const ContainerUsage& usage) {
    return {{"time", base::formatTime(usage.at)},
            {"usageBytes", usage.memoryUsage},
            {"workingSetBytes", usage.memoryWorkingSet},
            {"rssBytes", usage.memoryRss},
            {"pageFaults", usage.pageFaults},
            {"majorPageFaults", usage.majorPageFaults}};
}

double inSeconds(std::uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e9;
}

} // namespace

void UsageRates::take(const std::vector<ContainerUsage>& looks) {
    std::map<std::string, UsageRate> fresh;
    for (const ContainerUsage& look : looks) {
        UsageRate rate{look};
        if (const auto before = rates_.find(look.id); before != rates_.end()) {
            const auto time = std::chrono::duration_cast<std::chrono::nanoseconds>(look.at - before->second.last.at);
            if (time.count() <= 0) { // the runtime has not looked again
                fresh[look.id] = before->second;
                continue;
            }
            const std::uint64_t used =
                look.cpuNanoseconds - std::min(look.cpuNanoseconds, before->second.last.cpuNanoseconds);
            rate.nanoCores =
                static_cast<std::uint64_t>(static_cast<double>(used) * 1e9 / static_cast<double>(time.count()));
            rate.rated = true;
        }
        fresh[look.id] = std::move(rate);
    }
    rates_ = std::move(fresh);
}

struct Usage::Shared : std::enable_shared_from_this<Usage::Shared> {
    Shared(Runtime& runtime_, Pods& pods_, TaskPool& pool_, std::string name_, std::filesystem::path root_)
        : runtime(runtime_), pods(pods_), pool(pool_), nodeName(std::move(name_)), root(std::move(root_)) {}

    Runtime& runtime;
    Pods& pods;
    TaskPool& pool;
    const std::string nodeName;
    const std::filesystem::path root;
    const WallTime started = system_clock::now();
    mutable std::mutex mutex;
    UsageRates rates;

    void look(int round) {
        auto looks = runtime.containerUsage().value_or(std::vector<ContainerUsage>());
        looks.push_back(nodeUsage(root));
        {
            std::lock_guard lock(mutex);
            rates.take(looks);
        }
        schedule(round + 1);
    }
    void schedule(int round) {
        pool.runAt(system_clock::now() + (round < 3 ? firstLooks : lookEvery), [weak = weak_from_this(), round] {
            if (const auto self = weak.lock())
                self->look(round);
        });
    }

    /// Usage of the pods that run here, by uid.
    std::map<std::string, std::vector<UsageRate>> byPod() const {
        std::map<std::string, std::vector<UsageRate>> result;
        std::lock_guard lock(mutex);
        for (const auto& [id, rate] : rates.all())
            if (!rate.last.podUid.empty())
                result[rate.last.podUid].push_back(rate);
        return result;
    }
    UsageRate node() const {
        std::lock_guard lock(mutex);
        const auto found = rates.all().find(nodeKey);
        return found == rates.all().end() ? UsageRate() : found->second;
    }
};

Usage::Usage(Runtime& runtime, Pods& pods, TaskPool& pool, std::string nodeName, std::filesystem::path root)
    : shared_(std::make_shared<Shared>(runtime, pods, pool, std::move(nodeName), std::move(root))) {
    shared_->schedule(0);
}

Usage::~Usage() = default;

std::map<std::string, std::vector<UsageRate>> Usage::byPod() const {
    return shared_->byPod();
}

std::string Usage::summary() const {
    const UsageRate node = shared_->node();
    const Capacity capacity = readCapacity(shared_->root);
    api::JsonObject memory = memoryJson(node.last);
    memory["availableBytes"] = capacity.memoryAvailable;
    const api::JsonObject disk{{"time", base::formatTime(node.last.at)},
                               {"availableBytes", capacity.storageFree},
                               {"capacityBytes", capacity.storageBytes},
                               {"usedBytes", capacity.storageBytes - capacity.storageFree}};
    api::JsonArray pods;
    for (const auto& [uid, containers] : shared_->byPod()) {
        ContainerUsage total;
        std::uint64_t nanoCores = 0;
        bool rated = true;
        api::JsonArray list;
        for (const UsageRate& one : containers) {
            total.at = std::max(total.at, one.last.at);
            total.cpuNanoseconds += one.last.cpuNanoseconds;
            total.memoryWorkingSet += one.last.memoryWorkingSet;
            total.memoryUsage += one.last.memoryUsage;
            total.memoryRss += one.last.memoryRss;
            nanoCores += one.nanoCores;
            rated = rated && one.rated;
            list.push_back(api::JsonObject{{"name", one.last.name},
                                           {"startTime", base::formatTime(shared_->started)},
                                           {"cpu", cpuJson(one.last, one.nanoCores, one.rated)},
                                           {"memory", memoryJson(one.last)},
                                           {"rootfs", api::JsonObject{{"time", base::formatTime(one.last.at)},
                                                                      {"usedBytes", one.last.rootfsBytes},
                                                                      {"inodesUsed", one.last.rootfsInodes}}}});
        }
        const ContainerUsage& first = containers.front().last;
        pods.push_back(api::JsonObject{
            {"podRef", api::JsonObject{{"name", first.podName}, {"namespace", first.podNamespace}, {"uid", uid}}},
            {"startTime", base::formatTime(shared_->started)},
            {"containers", std::move(list)},
            {"cpu", cpuJson(total, nanoCores, rated)},
            {"memory", memoryJson(total)}});
    }
    return api::printJson(
        api::JsonObject{{"node", api::JsonObject{{"nodeName", shared_->nodeName},
                                                 {"startTime", base::formatTime(shared_->started)},
                                                 {"cpu", cpuJson(node.last, node.nanoCores, node.rated)},
                                                 {"memory", std::move(memory)},
                                                 {"fs", disk},
                                                 {"runtime", api::JsonObject{{"imageFs", disk}}}}},
                        {"pods", std::move(pods)}});
}

std::string Usage::resourceMetrics() const {
    const UsageRate node = shared_->node();
    std::string text = std::format("# TYPE node_cpu_usage_seconds_total counter\nnode_cpu_usage_seconds_total {}\n"
                                   "# TYPE node_memory_working_set_bytes gauge\nnode_memory_working_set_bytes {}\n",
                                   inSeconds(node.last.cpuNanoseconds), node.last.memoryWorkingSet);
    std::string cpu, memory, podCpu, podMemory;
    for (const auto& [uid, containers] : shared_->byPod()) {
        std::uint64_t cpuSum = 0, memorySum = 0;
        for (const UsageRate& one : containers) {
            const std::string labels = std::format("container=\"{}\",namespace=\"{}\",pod=\"{}\"", one.last.name,
                                                   one.last.podNamespace, one.last.podName);
            cpu +=
                std::format("container_cpu_usage_seconds_total{{{}}} {}\n", labels, inSeconds(one.last.cpuNanoseconds));
            memory += std::format("container_memory_working_set_bytes{{{}}} {}\n", labels, one.last.memoryWorkingSet);
            cpuSum += one.last.cpuNanoseconds;
            memorySum += one.last.memoryWorkingSet;
        }
        const ContainerUsage& first = containers.front().last;
        const std::string labels = std::format("namespace=\"{}\",pod=\"{}\"", first.podNamespace, first.podName);
        podCpu += std::format("pod_cpu_usage_seconds_total{{{}}} {}\n", labels, inSeconds(cpuSum));
        podMemory += std::format("pod_memory_working_set_bytes{{{}}} {}\n", labels, memorySum);
    }
    text += "# TYPE container_cpu_usage_seconds_total counter\n" + cpu;
    text += "# TYPE container_memory_working_set_bytes gauge\n" + memory;
    text += "# TYPE pod_cpu_usage_seconds_total counter\n" + podCpu;
    text += "# TYPE pod_memory_working_set_bytes gauge\n" + podMemory;
    return text + "# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n";
}

} // namespace slipway::agent
