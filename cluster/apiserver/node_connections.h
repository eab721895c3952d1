#pragma once

#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace slipway::client {
class Transport;
}

namespace slipway::apiserver {

/// The API server's connections to the agents on the nodes: their address is what the node says of itself, they are
/// trusted by the cluster's CA, and the server shows its own client certificate. Thread-safe.
class NodeConnections {
public:
    NodeConnections(const WatchCache& cache, std::string caPem, std::string certPem, std::string keyPem)
        : cache_(cache), ca_(std::move(caPem)), cert_(std::move(certPem)), key_(std::move(keyPem)) {}

    /// What a node answers to a plain question of the server's own; the error is fit to be passed on. Blocks.
    std::expected<std::string, api::Status> fetch(std::string_view node, const std::string& target);
    /// The way to a node's agent, or the refusal.
    Answer forward(std::string_view node, Forward::Kind kind, std::string target) const;

    const std::string& caPem() const { return ca_; }
    const std::string& certPem() const { return cert_; }
    const std::string& keyPem() const { return key_; }

private:
    struct Address {
        std::string host;
        unsigned short port = 0;
        std::string prefix; ///< of every path, where several nodes share a server
    };
    std::expected<Address, api::Status> addressOf(std::string_view node) const;

    std::expected<std::shared_ptr<client::Transport>, api::Status> transportTo(const Address& address);

    const WatchCache& cache_;
    const std::string ca_, cert_, key_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<client::Transport>> transports_; ///< by "host:port"
};

} // namespace slipway::apiserver
