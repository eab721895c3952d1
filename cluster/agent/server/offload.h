#pragma once

#include "cluster/agent/server/byte_stream.h"
#include "cluster/agent/task_pool.h"

#include <boost/asio/post.hpp>
#include <exception>
#include <memory>
#include <optional>

namespace slipway::agent {

/// Runs what may block on @p pool and gives what it returns, or throws what it throws. It cannot be cancelled: the
/// coroutine, and what @p work refers to in it, stay until the work is over. When the pool stops instead, the
/// coroutine never goes on.
template <class Work> asio::awaitable<std::invoke_result_t<Work>> offload(TaskPool& pool, Work work) {
    std::optional<std::invoke_result_t<Work>> result;
    std::exception_ptr failed;
    const auto executor = co_await asio::this_coro::executor;
    const auto begin = [&](auto handler) {
        const auto resume = std::make_shared<decltype(handler)>(std::move(handler));
        pool.run([&, resume, executor]() mutable {
            try {
                result.emplace(work());
            } catch (...) {
                failed = std::current_exception();
            }
            // Nothing of the coroutine is touched from here on but by its own event loop, which also destroys it.
            asio::post(executor, [resume = std::move(resume)] { std::move (*resume)(); });
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(begin, asio::use_awaitable);
    if (failed)
        std::rethrow_exception(failed);
    co_return std::move(*result);
}

} // namespace slipway::agent
