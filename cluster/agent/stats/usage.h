#pragma once

#include "cluster/agent/pod/pods.h"
#include "cluster/agent/task_pool.h"

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
    Usage(Runtime& runtime, Pods& pods, TaskPool& pool, std::string nodeName, std::filesystem::path root);
    ~Usage();

    /// What containers use, by pod uid.
    std::map<std::string, std::vector<UsageRate>> byPod() const;
    /// /stats/summary (k8s.io/kubelet/pkg/apis/stats/v1alpha1).
    std::string summary() const;
    /// /metrics/resource, as Prometheus reads it.
    std::string resourceMetrics() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

} // namespace slipway::agent
