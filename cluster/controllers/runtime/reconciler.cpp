#include "cluster/controllers/runtime/reconciler.h"

#include "cluster/base/log.h"

namespace slipway::controllers {

Reconciler::Reconciler(const Context& context, int workers)
    : name_(context.name)
    , caches_(context.caches)
    , fanOut_(context.fanOut)
    , client_(context.client)
    , events_(context.client, context.name, {}, &context.events)
    , workers_(workers)
    , queue_([pool = &context.pool] { pool->wake(); }, context.name) {
    context.pool.add(*this);
}

std::optional<std::string> Reconciler::take() {
    std::lock_guard lock(mutex_);
    if (running_ >= workers_)
        return {};
    auto key = queue_.take();
    running_ += key.has_value();
    return key;
}

std::optional<client::WorkQueue::Clock::time_point> Reconciler::nextDue() const {
    std::lock_guard lock(mutex_);
    if (running_ >= workers_)
        return {}; // whoever finishes looks again
    return queue_.nextDue();
}

void Reconciler::run(const std::string& key) {
    const auto result = sync(key);
    if (result) {
        queue_.forget(key);
        if (result->again)
            queue_.addAfter(key, *result->again);
    } else {
        // A conflict only says that the cache is a moment behind.
        if (result.error().kind != client::Errc::conflict)
            base::debug(name_, "{}: {}", key, result.error().message);
        queue_.addRateLimited(key);
    }
    {
        std::lock_guard lock(mutex_);
        --running_;
    }
    queue_.done(key);
}

} // namespace slipway::controllers
