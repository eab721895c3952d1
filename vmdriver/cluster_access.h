#pragma once
// What the lifecycle asks of the cluster it started: is it ready, take these objects, does the sample answer.

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

/// How a service can be reached from outside the cluster.
struct ServicePorts {
    struct Port {
        std::string name, protocol;
        int port = 0;
        int nodePort = 0; ///< 0: none
    };
    std::vector<Port> ports;
    std::string address; ///< of its load balancer; empty when it has none
};

/// One administrator's connection to one cluster. Calls block, each for a few seconds at most.
class ClusterAccess {
public:
    /// Error kubeconfig when the file is not usable (for instance not written yet).
    static Result<ClusterAccess> open(const std::filesystem::path& kubeconfig);
    ~ClusterAccess();
    ClusterAccess(ClusterAccess&&) noexcept;
    ClusterAccess& operator=(ClusterAccess&&) noexcept;

    /// Whether /readyz answers 200 now.
    bool apiReady() const;
    /// Whether the node is Ready by its own word, given after `since` (an earlier run's Ready does not count).
    bool nodeReady(const std::string& node, std::chrono::system_clock::time_point since) const;
    /// Names of the nodes for which nodeReady(NAME, since) holds, in one request.
    std::set<std::string> readyNodes(std::chrono::system_clock::time_point since) const;
    /// Marks the node unschedulable and evicts its pods, except those of daemon sets and static ones, until none is
    /// left. Evictions that a disruption budget refuses are asked for again. Errors: notReady after `patience`,
    /// cancelled.
    Result<void> drain(const std::string& node, std::chrono::seconds patience, const std::stop_token& stop) const;
    /// Deletes the Node; succeeds when there is none.
    Result<void> deleteNode(const std::string& node) const;
    /// Creates every object of a YAML file that does not exist yet. Error notReady with the server's message.
    Result<void> createFrom(const std::filesystem::path& manifest) const;

    /// Deletes every object of a YAML file, in reverse order; those that are gone already are no error.
    Result<void> deleteFrom(const std::filesystem::path& manifest) const;
    /// Whether the first object of a YAML file exists.
    bool hasFirstOf(const std::filesystem::path& manifest) const;
    /// The text of a list (GET `target`) without what may be secret: values of containers' variables.
    Result<std::string> redacted(const std::string& target) const;
    /// The ports of a service. Error notFound.
    Result<ServicePorts> service(const std::string& ns, const std::string& name) const;

private:
    struct Impl;
    explicit ClusterAccess(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Whether GET http://ADDRESS:PORT/PATH answers 200 within `timeout`.
bool httpAnswers(const std::string& address, int port, const std::string& path, std::chrono::milliseconds timeout);

} // namespace slipway::vmdriver
