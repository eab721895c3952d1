#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace slipway::client {

/// Keys waiting to be worked on (after client-go's work queue). A key is there at most once; one that is added while
/// it is being worked on comes again afterwards; two workers never hold the same key. Thread-safe.
class WorkQueue {
public:
    WorkQueue();
    ~WorkQueue();

    void add(const std::string& key);
    void addAfter(const std::string& key, std::chrono::milliseconds delay);
    /// Adds with the key's own back-off: 5 ms doubling to 30 s, reset by forget().
    void addRateLimited(const std::string& key);
    void forget(const std::string& key);

    /// Waits for a key; nothing once shut down and empty. Every key got must be given back with done().
    std::optional<std::string> get();
    void done(const std::string& key);
    void shutDown();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace slipway::client
