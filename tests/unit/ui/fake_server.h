#pragma once

#include "cluster/client/transport.h"

#include <functional>
#include <map>
#include <mutex>
#include <vector>

namespace slipway::tests {

/// A transport that answers from a function and remembers what it was asked.
class FakeServer : public client::Transport {
public:
    using Answer = std::function<client::Response(const client::Request&)>;
    explicit FakeServer(Answer answer) : answer_(std::move(answer)) {}

    client::Result<client::Response> send(const client::Request& request) override {
        std::lock_guard lock(mutex_);
        requests.push_back(request);
        return answer_(request);
    }
    client::Result<std::unique_ptr<client::Stream>> open(const client::Request&) override { return refused(); }
    client::Result<std::unique_ptr<client::WebSocket>> connect(const client::Request&,
                                                               const std::vector<std::string>&) override {
        return refused();
    }

    std::vector<client::Request> requests;

private:
    static std::unexpected<client::Error> refused() {
        return std::unexpected(client::Error{client::Errc::unreachable, 0, "", "no streams here", {}});
    }
    std::mutex mutex_;
    Answer answer_;
};

inline client::Response status(int code, const std::string& reason, const std::string& message,
                               const std::string& details = "{}") {
    return {code, "application/json",
            R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")" + message +
                R"(","reason":")" + reason + R"(","details":)" + details + R"(,"code":)" + std::to_string(code) + "}"};
}

} // namespace slipway::tests
