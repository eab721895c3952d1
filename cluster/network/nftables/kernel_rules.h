#pragma once

#include "cluster/network/nftables/table.h"

#include <expected>
#include <memory>
#include <string>

namespace slipway::network {

/// Writes rules into the kernel through libnftables, in the network namespace of the calling process. One thread at a
/// time.
class KernelRules {
public:
    KernelRules();
    ~KernelRules();
    KernelRules(const KernelRules&) = delete;
    KernelRules& operator=(const KernelRules&) = delete;

    /// Applies commands as a whole or not at all; the error is nftables' own text.
    std::expected<void, std::string> apply(const std::string& commands);
    /// What a command prints ("list map ip slipway x").
    std::expected<std::string, std::string> read(const std::string& command);

    /// Brings the kernel to what a table should be. The first time, and after a failure, everything is written anew.
    std::expected<void, std::string> sync(Table& table);

private:
    struct Context;
    std::unique_ptr<Context> context_;
    std::set<std::string> synced_; ///< tables whose contents are known
};

} // namespace slipway::network
