#pragma once

#include "cluster/agent/server/byte_stream.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

namespace slipway::agent {

/// What a thread that may block hands to a coroutine of a session, a bounded number of things at a time. The sender
/// never needs the session's event loop to go on, so that the session may wait for the sender to end. Held by a
/// shared_ptr.
template <class T> class HandOver : public std::enable_shared_from_this<HandOver<T>> {
public:
    /// @p executor: of the one coroutine that receives. @p most: things that may wait for it.
    HandOver(const asio::any_io_executor& executor, std::size_t most)
        : most_(most), arrived_(executor, asio::steady_timer::time_point::max()) {}

    /// Waits while the receiver is behind; false when it takes nothing more. From the sending thread.
    bool send(T thing) {
        {
            std::unique_lock lock(mutex_);
            room_.wait(lock, [&] { return closed_ || waiting_.size() < most_; });
            if (closed_)
                return false;
            waiting_.push_back(std::move(thing));
        }
        asio::post(arrived_.get_executor(), [self = this->shared_from_this()] { self->arrived_.cancel(); });
        return true;
    }

    /// The next thing; nothing once the coroutine is cancelled.
    asio::awaitable<std::optional<T>> receive() {
        for (;;) {
            if (auto thing = take())
                co_return thing;
            const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
            if (state.cancelled() != asio::cancellation_type::none)
                co_return std::nullopt;
            co_await arrived_.async_wait(tuple);
        }
    }

    /// Nothing more is taken: lets the sender go. From any thread.
    void close() {
        std::lock_guard lock(mutex_);
        closed_ = true;
        room_.notify_all();
    }

private:
    std::optional<T> take() {
        std::lock_guard lock(mutex_);
        if (waiting_.empty())
            return std::nullopt;
        std::optional<T> thing(std::move(waiting_.front()));
        waiting_.pop_front();
        room_.notify_all();
        return thing;
    }

    const std::size_t most_;
    asio::steady_timer arrived_; ///< never expires; cancelled to wake the receiver
    std::mutex mutex_;
    std::condition_variable room_;
    std::deque<T> waiting_;
    bool closed_ = false;
};

} // namespace slipway::agent
