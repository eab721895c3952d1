#pragma once

#include "cluster/store/store.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace slipway::apiserver {

/// How much of the past is kept: what is older than the age, and what is more than so many revisions back, goes. While
/// the store takes more of the disk than it may, fewer revisions are kept, down to a few hundred.
struct HistoryLimits {
    std::chrono::seconds age{3600};
    store::Revision revisions = 20'000;
    std::uintmax_t bytes = 512ULL << 20;
    std::chrono::seconds interval{30}; ///< between two looks
};

/// Which revision was the latest when, in as many samples as the limits need. A plain value.
class HistoryWindow {
public:
    explicit HistoryWindow(HistoryLimits limits) : limits_(limits), revisions_(limits.revisions) {}

    /// Notes the present revision; returns the first one to keep (0: nothing may go yet).
    store::Revision advance(std::chrono::steady_clock::time_point now, store::Revision current);
    /// Notes what the store takes on disk, from which follows how many revisions are kept.
    void noteDisk(std::uintmax_t bytes);
    /// Whether so many revisions have come that one should not wait for the next look.
    bool isOverfull(store::Revision current, store::Revision compactedBefore) const {
        return current - compactedBefore > revisions_ + revisions_ / 4;
    }

private:
    struct Sample {
        std::chrono::steady_clock::time_point at;
        store::Revision revision;
    };
    const HistoryLimits limits_;
    store::Revision revisions_;  ///< kept now
    std::deque<Sample> samples_; ///< oldest first
};

/// Compacts a store in the background, so that neither its file nor the server grows for ever. Owns one thread, which
/// sleeps between looks; the destructor ends it. The store must outlive it.
class HistoryKeeper {
public:
    HistoryKeeper(store::Store& store, HistoryLimits limits);
    ~HistoryKeeper();

private:
    void run();

    store::Store& store_;
    const HistoryLimits limits_;
    HistoryWindow window_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::thread thread_; ///< last: it uses all of the above
};

} // namespace slipway::apiserver
