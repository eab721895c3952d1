#include "cluster/apiserver/history_keeper.h"

#include "cluster/base/log.h"

#include <algorithm>

namespace slipway::apiserver {

store::Revision HistoryWindow::advance(std::chrono::steady_clock::time_point now, store::Revision current) {
    if (samples_.empty() || samples_.back().revision != current)
        samples_.push_back({now, current});
    // The newest sample that is old enough says what was the present then: what was replaced before it may go.
    while (samples_.size() > 1 && samples_[1].at <= now - limits_.age)
        samples_.pop_front();
    const store::Revision byAge = samples_.front().at <= now - limits_.age ? samples_.front().revision : 0;
    return std::max<store::Revision>({byAge, current - limits_.revisions, 0});
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
    for (std::unique_lock lock(mutex_); !ending_; wake_.wait_for(lock, limits_.interval)) {
        lock.unlock();
        const store::Revision keep = window_.advance(std::chrono::steady_clock::now(), store_.revision());
        if (keep > store_.compactedBefore())
            if (const auto done = store_.compact(keep); !done)
                base::warn("history", "compaction: {}", done.error().message);
        lock.lock();
    }
}

} // namespace slipway::apiserver
