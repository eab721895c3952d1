#pragma once

#include "cluster/apiserver/audit/rotating_file.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace slipway::client {
class Transport;
}

namespace slipway::apiserver::audit {

/// Where events go. Called by one thread at a time.
class Sink {
public:
    virtual ~Sink() = default;
    /// @p events: JSON, without line ends. Errors: readable; the events are lost.
    virtual std::expected<void, std::string> write(const std::vector<std::string>& events) = 0;
};

/// One line an event, in a file that is rotated.
std::unique_ptr<Sink> makeLogSink(std::unique_ptr<RotatingFile> file);
/// EventLists of audit.k8s.io/v1, posted to @p target; tried again for a while, with growing pauses from @p firstPause.
std::unique_ptr<Sink> makeWebhookSink(std::shared_ptr<client::Transport> transport, std::string target,
                                      std::chrono::milliseconds firstPause);

/// What may wait for a sink, and how long.
struct QueueLimits {
    std::size_t events = 10'000, bytes = 64 << 20;
    std::size_t batch = 400;           ///< events given to the sink at once
    std::chrono::milliseconds wait{0}; ///< for a batch to become full
    bool drops = false;                ///< what does not fit is dropped and counted, else its sender waits
};

/// The events that wait for a sink, and the thread that gives them to it. Thread-safe. Destruction writes what waits.
class Backend {
public:
    /// @p name: in metrics and the server's log.
    Backend(std::string name, std::unique_ptr<Sink> sink, QueueLimits limits);
    ~Backend();
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;

    void add(std::string event);

private:
    bool fits(std::size_t size) const;
    void run();

    const std::string name_;
    const std::unique_ptr<Sink> sink_;
    const QueueLimits limits_;
    std::mutex mutex_;
    std::condition_variable filled_, emptied_;
    std::deque<std::string> waiting_;
    std::size_t bytes_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace slipway::apiserver::audit
