#pragma once

#include "cluster/client/transport.h"

#include <atomic>
#include <functional>
#include <memory>

namespace slipway::ui {

/// Whether a request changes something in the cluster: not reads, dry runs, or questions about rights. Pure.
bool isWrite(const client::Request& request);

/// Stands in front of a cluster: refuses writes (and exec, attach, port-forward) while the cluster is guarded, and
/// tells of every write that succeeded. Thread-safe.
class GuardedTransport final : public client::Transport {
public:
    /// Called on the thread of the request, around every write. Either may be empty.
    struct Observer {
        std::function<void(const client::Request&)> before;
        std::function<void(const client::Request&, const client::Response&)> after; ///< only when it succeeded
    };

    GuardedTransport(std::shared_ptr<client::Transport> inner, std::shared_ptr<std::atomic<bool>> readOnly,
                     Observer observer)
        : inner_(std::move(inner)), readOnly_(std::move(readOnly)), observer_(std::move(observer)) {}

    client::Result<client::Response> send(const client::Request& request) override;
    client::Result<std::unique_ptr<client::Stream>> open(const client::Request& request) override;
    client::Result<std::unique_ptr<client::WebSocket>> connect(const client::Request& request,
                                                               const std::vector<std::string>& protocols) override;

private:
    std::shared_ptr<client::Transport> inner_;
    std::shared_ptr<std::atomic<bool>> readOnly_;
    Observer observer_;
};

} // namespace slipway::ui
