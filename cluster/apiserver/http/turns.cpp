#include "cluster/apiserver/http/turns.h"

#include "cluster/base/metrics.h"

#include <boost/asio/post.hpp>
#include <vector>

namespace slipway::apiserver {
namespace {

constexpr auto longestWait = std::chrono::seconds(15); // a quarter of a request's usual time-out, as in Kubernetes

base::Counter& rejected() {
    static base::Counter& counter = base::Metrics::process().counter("apiserver_flowcontrol_rejected_requests_total",
                                                                     "Requests refused because too many waited.");
    return counter;
}

} // namespace

struct Turns::Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    std::optional<std::string> level; ///< set once its turn came; guarded by Turns::mutex_
};

Reply tooManyRequests() {
    api::Status status;
    status.code = 429;
    status.reason = "TooManyRequests";
    status.message = "Too many requests, please try again later.";
    status.retryAfterSeconds = 1;
    return replyWith(status);
}

awaitable<std::optional<Turns::Turn>> Turns::take(const Request& request) {
    {
        std::lock_guard lock(mutex_);
        if (queue_.idle()) {
            queue_.begin({});
            co_return std::optional<Turn>(std::in_place, this, std::string());
        }
    }
    // Only now it matters who asks.
    const FlowSchemas::Match match = server_.classify(request);
    const auto levels = server_.priorityLevels();
    const auto waiter = std::make_shared<Waiter>(co_await asio::this_coro::executor);
    waiter->timer.expires_after(longestWait);
    FairQueue::Ticket ticket = 0;
    {
        std::lock_guard lock(mutex_);
        queue_.setLevels(levels);
        if (queue_.isExempt(match.place.level))
            co_return std::optional<Turn>(std::in_place);
        const auto queued = queue_.enqueue(match.place);
        if (!queued) {
            rejected().add();
            co_return std::nullopt;
        }
        ticket = *queued;
        waiters_[ticket] = waiter;
        // Those that were running may have ended meanwhile.
        if (const auto begun = queue_.next()) {
            if (begun->first == ticket) {
                waiters_.erase(ticket);
                co_return std::optional<Turn>(std::in_place, this, begun->second);
            }
            const auto other = waiters_.extract(begun->first).mapped();
            other->level = begun->second;
            asio::post(other->timer.get_executor(), [other] { other->timer.cancel(); });
        }
    }
    for (;;) {
        const auto [error] = co_await waiter->timer.async_wait(tuple);
        std::lock_guard lock(mutex_);
        if (waiter->level)
            co_return std::optional<Turn>(std::in_place, this, *waiter->level);
        if (error)
            continue;
        queue_.abandon(ticket);
        waiters_.erase(ticket);
        rejected().add();
        co_return std::nullopt;
    }
}

void Turns::close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    waiters_.clear();
}

void Turns::end(const std::string& level) {
    std::shared_ptr<Waiter> next;
    {
        std::lock_guard lock(mutex_);
        queue_.end(level);
        const auto begun = closed_ ? std::nullopt : queue_.next();
        if (!begun)
            return;
        next = waiters_.extract(begun->first).mapped();
        next->level = begun->second;
    }
    asio::post(next->timer.get_executor(), [next] { next->timer.cancel(); });
}

} // namespace slipway::apiserver
