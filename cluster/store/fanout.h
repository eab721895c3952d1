#pragma once

#include "cluster/store/journal.h"

#include <mutex>

namespace slipway::store {

/// The subscribers, called one after the other for each commit. Thread-safe.
class Fanout : public std::enable_shared_from_this<Fanout> {
public:
    /// Delivers commits to everyone, in order.
    void deliver(std::span<const Commit> commits);

    /// Adds a subscriber while no delivery is under way: @p prepare runs then, brings the subscriber up to date and
    /// returns the first revision it still lacks; when it fails, nothing is added.
    Result<std::unique_ptr<Subscription>> add(Deliver deliver, const std::function<Result<Revision>()>& prepare);

private:
    struct Subscriber {
        Deliver deliver;
        Revision from = 0; ///< what is older it has seen
        bool ended = false;
    };
    class Handle;
    void end(const std::shared_ptr<Subscriber>& subscriber);

    // Recursive, so that a subscriber can end its subscription from inside a call.
    std::recursive_mutex mutex_;
    std::vector<std::shared_ptr<Subscriber>> subscribers_;
};

} // namespace slipway::store
