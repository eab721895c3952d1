#pragma once

#include "cluster/agent/runtime/runtime.h"
#include "cluster/agent/task_pool.h"

#include <filesystem>

namespace slipway::agent {

/// What a thing uses: a counter, and the rate between the last two looks.
struct UsageRate {
    ContainerUsage last;
    std::uint64_t nanoCores = 0;
    bool rated = false; ///< two looks have been taken
};

/// Turns looks at counters into rates. Plain; not thread-safe.
class UsageRates {
public:
    void take(const std::vector<ContainerUsage>& looks);
    const std::map<std::string, UsageRate>& all() const { return rates_; }

private:
    std::map<std::string, UsageRate> rates_; ///< by container id
};

/// What the node and its pods use, looked at every fifteen seconds. Thread-safe.
class Usage {
public:
    Usage(Runtime& runtime, TaskPool& pool, std::filesystem::path root);
    ~Usage();
    Usage(const Usage&) = delete;
    Usage& operator=(const Usage&) = delete;

    /// What containers use, by pod uid.
    std::map<std::string, std::vector<UsageRate>> byPod() const;
    /// What the machine uses.
    UsageRate node() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

} // namespace slipway::agent
