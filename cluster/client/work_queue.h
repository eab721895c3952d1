#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace slipway::client {

/// Keys waiting to be worked on (after client-go's work queue). A key is there at most once; one that is added while
/// it is being worked on comes again afterwards; two workers never hold the same key; a key has one timer, the
/// nearest of those asked for. Never blocks, thread-safe.
class WorkQueue {
public:
    using Clock = std::chrono::steady_clock;

    /// @p wake is called, with no lock held, when there is more to take or an earlier timer to wait for.
    /// @p name: in the process' figures (workqueue_...); empty: it is not in them.
    explicit WorkQueue(std::function<void()> wake, const std::string& name = {});
    ~WorkQueue();

    void add(const std::string& key);
    void addAfter(const std::string& key, std::chrono::milliseconds delay);
    /// Adds with the key's own back-off: 5 ms doubling to 30 s, reset by forget().
    void addRateLimited(const std::string& key);
    void forget(const std::string& key);

    /// A key that is due. It must be given back with done().
    std::optional<std::string> take();
    void done(const std::string& key);

    /// When the next timer runs out.
    std::optional<Clock::time_point> nextDue() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace slipway::client
