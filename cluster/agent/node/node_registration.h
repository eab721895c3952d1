#pragma once

#include "cluster/agent/node/allocatable.h"
#include "cluster/agent/node/pressure.h"
#include "cluster/agent/node/runtime_view.h"
#include "cluster/agent/pod/event_sink.h"
#include "cluster/agent/runtime/runtime.h"
#include "cluster/client/client.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace slipway::agent {

struct NodeIdentity {
    std::string name, ip, hostname;
    int port = 10250;
    bool controlPlane = false;
    std::string podCidr; ///< to be asked for; empty: whatever the control plane gives
    std::filesystem::path root;
    NodeReserve reserve;
    int maxPods = 110;
};

/// What else the node says of itself.
struct NodeState {
    NodePressure pressure;
    bool shuttingDown = false;
    bool operator==(const NodeState&) const = default;
};

/// What the node says of itself, apart from time stamps. Plain except for reading the system's own files.
core::NodeStatus nodeStatus(const NodeIdentity& identity, const Capacity& capacity, const RuntimeVersion& runtime,
                            const RuntimeHealth& health, const std::vector<ImageInfo>& images,
                            const NodeState& state = {});

/// Registers the node, keeps its status current (on change, and every five minutes) and its lease renewed (every ten
/// seconds, for forty). Owns two threads. Thread-safe.
class NodeRegistration {
public:
    NodeRegistration(std::shared_ptr<const client::Client> client, Runtime& runtime, EventSink& events,
                     NodeIdentity identity);
    ~NodeRegistration();
    NodeRegistration(const NodeRegistration&) = delete;
    NodeRegistration& operator=(const NodeRegistration&) = delete;

    void start();
    /// Looks at the node's condition at once (images or the runtime changed).
    void refresh();
    /// Changes what the node says of itself, and says it at once.
    void tell(const NodePressure& pressure);
    void tellShutdown();
    /// The node's pod address range once it is known, waiting for up to @p timeout; empty otherwise.
    std::string waitForPodCidr(std::chrono::milliseconds timeout);

private:
    void statusThread(std::stop_token stop);
    void leaseThread(std::stop_token stop);
    bool ensureNode();
    bool writeStatus();
    void tellChanges(const core::NodeStatus& before, const core::NodeStatus& now);
    void event(const char* reason, const std::string& message);
    bool renewLease();
    core::NodeStatus currentStatus();

    std::shared_ptr<const client::Client> client_;
    RuntimeView runtime_;
    EventSink& events_;
    const NodeIdentity identity_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool refresh_ = false;
    NodeState state_;
    std::string podCidr_, uid_;
    core::NodeStatus written_;
    std::chrono::steady_clock::time_point writtenAt_;
    bool registered_ = false, leaseExists_ = false, readyTold_ = false;
    std::jthread statusThread_, leaseThread_;
};

} // namespace slipway::agent
