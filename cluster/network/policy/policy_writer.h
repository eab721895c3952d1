#pragma once

#include "cluster/network/nftables/kernel_rules.h"
#include "cluster/network/policy/policy_plan.h"
#include "cluster/network/settling_worker.h"

namespace slipway::network {

/// Keeps the kernel's policy rules in step with policies, pods and namespaces. Owns one thread.
class PolicyWriter {
public:
    /// @p read gives what there is now, nothing while that is not known yet; it is called on the writer's thread.
    explicit PolicyWriter(std::function<std::optional<PolicyInputs>()> read);
    /// Rules stay as they are.
    ~PolicyWriter();
    PolicyWriter(const PolicyWriter&) = delete;
    PolicyWriter& operator=(const PolicyWriter&) = delete;

    /// Something changed. Any thread; never blocks.
    void changed() { worker_.changed(); }
    /// Ends the thread: nothing is read or written any more.
    void stop() { worker_.stop(); }

private:
    std::optional<std::chrono::milliseconds> work();
    bool write(const PolicyInputs& inputs);

    std::function<std::optional<PolicyInputs>()> read_;
    KernelRules kernel_;
    Table v4_, v6_;
    PolicyPlan plan4_, plan6_;
    bool used4_ = false, used6_ = false;
    SettlingWorker worker_; // last: its thread ends first
};

} // namespace slipway::network
