#pragma once

#include "cluster/agent/server/byte_stream.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fcntl.h>

namespace slipway::agent {

/// Waits for a descriptor that belongs to somebody else, who may have closed it by then.
class Readiness {
public:
    Readiness(const asio::any_io_executor& executor, int descriptor) : own_(executor) {
        if (const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3); copy >= 0)
            own_.assign(copy);
    }

    /// False when there is nothing to wait for.
    asio::awaitable<bool> wait(asio::posix::descriptor_base::wait_type what) {
        if (!own_.is_open())
            co_return false;
        const auto [error] = co_await own_.async_wait(what, tuple);
        co_return !error;
    }

private:
    asio::posix::stream_descriptor own_;
};

} // namespace slipway::agent
