#include "cluster/agent/stats/usage.h"

#include "cluster/agent/node/capacity.h"
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
    Shared(Runtime& runtime_, TaskPool& pool_, std::filesystem::path root_)
        : runtime(runtime_), pool(pool_), root(std::move(root_)) {}

    Runtime& runtime;
    TaskPool& pool;
    const std::filesystem::path root;
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

Usage::Usage(Runtime& runtime, TaskPool& pool, std::filesystem::path root)
    : shared_(std::make_shared<Shared>(runtime, pool, std::move(root))) {
    shared_->schedule(0);
}

Usage::~Usage() = default;

std::map<std::string, std::vector<UsageRate>> Usage::byPod() const {
    return shared_->byPod();
}

UsageRate Usage::node() const {
    return shared_->node();
}

} // namespace slipway::agent
