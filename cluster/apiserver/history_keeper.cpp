#include "cluster/apiserver/history_keeper.h"

#include "cluster/base/log.h"

#include <algorithm>

namespace slipway::apiserver {
namespace {

constexpr auto shortLook = std::chrono::seconds(2);

} // namespace

store::Revision HistoryWindow::advance(std::chrono::steady_clock::time_point now, store::Revision current) {
    if (samples_.empty() || samples_.back().revision != current)
        samples_.push_back({now, current});
    // The newest sample that is old enough says what was the present then: what was replaced before it may go.
    while (samples_.size() > 1 && samples_[1].at <= now - limits_.age)
        samples_.pop_front();
    const store::Revision byAge = samples_.front().at <= now - limits_.age ? samples_.front().revision : 0;
    return std::max<store::Revision>({byAge, current - revisions_, 0});
}

void HistoryWindow::noteDisk(std::uintmax_t bytes) {
    constexpr store::Revision fewest = 500;
    if (bytes > limits_.bytes)
        revisions_ = std::max(std::min(fewest, limits_.revisions), revisions_ / 2);
    else if (bytes < limits_.bytes / 2)
        revisions_ = std::min(limits_.revisions, revisions_ * 2);
}

HistoryKeeper::HistoryKeeper(store::Store& store, HistoryLimits limits)
    : store_(store), limits_(limits), window_(limits), thread_([this] { run(); }) {}

HistoryKeeper::~HistoryKeeper() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void HistoryKeeper::run() {
    const auto look = std::min<std::chrono::steady_clock::duration>(limits_.interval, shortLook);
    auto due = std::chrono::steady_clock::now();
    for (std::unique_lock lock(mutex_); !ending_; wake_.wait_for(lock, look)) {
        const auto now = std::chrono::steady_clock::now();
        if (now < due && !window_.isOverfull(store_.revision(), store_.compactedBefore()))
            continue;
        due = now + limits_.interval;
        lock.unlock();
        window_.noteDisk(store_.diskBytes());
        const store::Revision keep = window_.advance(now, store_.revision());
        if (keep > store_.compactedBefore())
            if (const auto done = store_.compact(keep); !done)
                base::warn("history", "compaction: {}", done.error().message);
        lock.lock();
    }
}

} // namespace slipway::apiserver
