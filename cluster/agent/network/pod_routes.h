#pragma once

#include "cluster/client/informer.h"
#include "cluster/network/routes/kernel_routes.h"
#include "cluster/network/settling_worker.h"

#include <atomic>

namespace slipway::agent {

/// Keeps the routes to other nodes' pods in step with the nodes there are. Owns one thread.
class PodRoutes {
public:
    using Nodes = client::Informer<api::core_v1::Node>;

    PodRoutes(Nodes& nodes, std::string nodeName, std::string nodeIp);

    /// Begins, with this node's range of pod addresses.
    void start(const std::string& podCidr);
    /// The nodes changed, or the node's own links did.
    void changed() { worker_.changed(); }
    /// False: another network joins the pods; what was made is removed.
    void setWanted(bool wanted);
    bool isWanted() const { return wanted_; }
    void stop() { worker_.stop(); }

private:
    std::optional<std::chrono::milliseconds> work();

    Nodes& nodes_;
    const std::string nodeName_, nodeIp_;
    std::mutex mutex_;
    std::string podCidr_;
    std::atomic<bool> wanted_ = true;
    network::KernelRoutes kernel_;
    network::SettlingWorker worker_; // last: its thread ends first
};

} // namespace slipway::agent
