#pragma once

#include "cluster/agent/pod/pods.h"

namespace slipway::agent {

struct NodeServerSettings {
    int port = 10250; ///< 0: any that is free
    std::string nodeName, nodeIp;
    std::string clientCaPem; ///< clients need a certificate of this CA; empty: loopback only, no check
    /// What else is answered to GET, by path: type and body; nothing for a path that is not known. Any thread.
    std::function<std::optional<std::pair<std::string, std::string>>(const std::string& path)> pages;
    std::filesystem::path certificate, key; ///< where they do not exist a self-signed pair is made
};

/// The node's HTTPS server: /healthz, /pods, /containerLogs, /exec, /attach, /portForward. However many clients there
/// are, one thread serves them, and a handful more what may block.
class NodeServer {
public:
    /// Null when it cannot listen (logged): the node works without.
    static std::unique_ptr<NodeServer> start(const NodeServerSettings& settings, Runtime& runtime, Pods& pods,
                                             const AgentPaths& paths);
    /// A server that knows nothing but the settings' pages, and /healthz.
    static std::unique_ptr<NodeServer> start(const NodeServerSettings& settings);
    ~NodeServer();
    NodeServer(const NodeServer&) = delete;
    NodeServer& operator=(const NodeServer&) = delete;
    /// Where it listens.
    int port() const;

private:
    struct State;
    explicit NodeServer(std::unique_ptr<State> state);
    static std::unique_ptr<NodeServer> begin(const NodeServerSettings& settings, std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace slipway::agent
