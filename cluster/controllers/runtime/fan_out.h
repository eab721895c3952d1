#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace slipway::controllers {

/// A few threads that help a sync to do many requests at once: each waits for the disk, and commits that wait together
/// are written together. Thread-safe.
class FanOut {
public:
    explicit FanOut(int threads);
    ~FanOut();
    FanOut(const FanOut&) = delete;
    FanOut& operator=(const FanOut&) = delete;

    /// Calls @p task(0) ... @p task(count - 1), several at once, and returns when all have returned. The calling thread
    /// takes part, so that it ends even when every helper is busy.
    void run(std::size_t count, const std::function<void(std::size_t)>& task);

private:
    struct Round;
    void help();

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<std::shared_ptr<Round>> rounds_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace slipway::controllers
