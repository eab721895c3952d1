#include "app/server/virtual_address.h"

#include "cluster/base/log.h"
#include "cluster/network/netlink/interface_address.h"

namespace slipway::server {
namespace {

/// Short: until another server has the address, the cluster does not answer.
constexpr controllers::LeaseTiming timing{
    .duration = std::chrono::seconds(6), .renewal = std::chrono::seconds(2), .retry = std::chrono::seconds(1)};

} // namespace

VirtualAddress::VirtualAddress(std::shared_ptr<const client::Client> client, std::string address, std::string interface,
                               const std::string& identity)
    : address_(std::move(address)), interface_(std::move(interface)) {
    giveUp(); // a server that was killed leaves it behind
    election_ = std::make_unique<controllers::LeaderElection>(
        std::move(client), "control-plane-address", identity,
        controllers::LeaderElection::Callbacks{[this] { take(); }, [this] { giveUp(); }}, timing);
    election_->start();
}

VirtualAddress::~VirtualAddress() {
    election_->stop();
    giveUp(); // before another may take it
    election_->release();
}

void VirtualAddress::take() const {
    auto taken = network::addAddress(interface_, address_);
    if (taken)
        taken = network::announceAddress(interface_, address_);
    if (!taken)
        return base::error("server", "{}", taken.error());
    base::info("server", "clients are served at {}", address_);
}

void VirtualAddress::giveUp() const {
    if (const auto gone = network::removeAddress(interface_, address_); !gone)
        base::error("server", "{}", gone.error());
}

} // namespace slipway::server
