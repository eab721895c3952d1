#pragma once

#include "cluster/agent/server/byte_stream.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

namespace slipway::agent {

/// Tells coroutines that files were written to or moved away, by one inotify instance for all of them. On one event
/// loop with one thread.
class FileWatch {
public:
    explicit FileWatch(const asio::any_io_executor& executor);

    /// One file, looked at by one coroutine.
    class Watched {
    public:
        Watched(std::shared_ptr<FileWatch> watch, std::filesystem::path file);
        ~Watched();
        Watched(const Watched&) = delete;
        Watched& operator=(const Watched&) = delete;
        /// Comes back when the file has changed since the last call, or @p limit is over.
        asio::awaitable<void> change(std::chrono::milliseconds limit);

    private:
        friend class FileWatch;
        void look();
        void forget();

        const std::shared_ptr<FileWatch> watch_;
        const std::filesystem::path file_;
        asio::steady_timer timer_;
        int number_ = -1; ///< of the watched inode
        bool changed_ = false;
    };

private:
    asio::awaitable<void> run();
    void tellAll(std::string_view events);
    void tell(int number, bool gone);

    asio::posix::stream_descriptor events_;
    std::map<int, std::set<Watched*>> watched_;
    bool running_ = false;
};

} // namespace slipway::agent
