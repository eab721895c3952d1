#pragma once

#include "cluster/controllers/runtime/leader_election.h"

#include <memory>
#include <string>

namespace slipway::server {

/// An address that one of several servers has: clients that know only it reach a server as long as one lives. Who holds
/// the lease "control-plane-address" in kube-system adds it to an interface of its machine and tells the neighbours. A
/// server that cannot renew its lease (its store is gone, say) gives the address up. Owns the election's thread.
class VirtualAddress {
public:
    /// @param address    IPv4, in the network of @p interface
    /// @param identity   tells this server from the others
    VirtualAddress(std::shared_ptr<const client::Client> client, std::string address, std::string interface,
                   const std::string& identity);
    /// Gives address and lease back.
    ~VirtualAddress();
    VirtualAddress(const VirtualAddress&) = delete;
    VirtualAddress& operator=(const VirtualAddress&) = delete;

private:
    void take() const;
    void giveUp() const;

    const std::string address_, interface_;
    std::unique_ptr<controllers::LeaderElection> election_;
};

} // namespace slipway::server
