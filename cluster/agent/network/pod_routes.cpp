#include "cluster/agent/network/pod_routes.h"

#include "cluster/base/log.h"

namespace slipway::agent {
namespace {

constexpr std::chrono::milliseconds unknown{200}, retry{5000};

} // namespace

PodRoutes::PodRoutes(Nodes& nodes, std::string nodeName, std::string nodeIp)
    : nodes_(nodes), nodeName_(std::move(nodeName)), nodeIp_(std::move(nodeIp)), worker_([this] { return work(); }) {}

void PodRoutes::start(const std::string& podCidr) {
    {
        std::lock_guard lock(mutex_);
        podCidr_ = podCidr;
    }
    changed();
}

void PodRoutes::setWanted(bool wanted) {
    if (wanted_.exchange(wanted) != wanted)
        changed();
}

std::optional<std::chrono::milliseconds> PodRoutes::work() {
    std::string podCidr;
    {
        std::lock_guard lock(mutex_);
        podCidr = podCidr_;
    }
    if (podCidr.empty() || !nodes_.waitForSync(unknown))
        return unknown;
    const auto links = kernel_.linkAddresses();
    std::expected<void, std::string> done = std::unexpected(links ? std::string() : links.error());
    if (links)
        done = kernel_.apply(wanted_ ? network::planRoutes(nodes_.list(), nodeName_, *links)
                                     : std::vector<network::PodRoute>(),
                             nodeIp_, podCidr);
    if (done)
        return std::nullopt;
    base::warn("network", "routes to other nodes' pods: {}", done.error());
    return retry;
}

} // namespace slipway::agent
