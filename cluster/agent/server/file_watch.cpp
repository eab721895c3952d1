#include "cluster/agent/server/file_watch.h"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstring>
#include <sys/inotify.h>

namespace slipway::agent {

FileWatch::FileWatch(const asio::any_io_executor& executor) : events_(executor) {
    if (const int descriptor = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK); descriptor >= 0)
        events_.assign(descriptor); // without one, the limits of change() do
}

asio::awaitable<void> FileWatch::run() {
    std::array<char, 16 * 1024> buffer{};
    for (;;) {
        const auto [error, size] = co_await events_.async_read_some(asio::buffer(buffer), tuple);
        if (error)
            co_return;
        tellAll({buffer.data(), size});
    }
}

void FileWatch::tellAll(std::string_view events) {
    while (events.size() >= sizeof(inotify_event)) {
        inotify_event event{};
        std::memcpy(&event, events.data(), sizeof event);
        tell(event.wd, (event.mask & IN_IGNORED) != 0);
        events.remove_prefix(std::min(events.size(), sizeof event + event.len));
    }
}

void FileWatch::tell(int number, bool gone) {
    const auto found = watched_.find(number);
    if (found == watched_.end())
        return;
    for (Watched* one : found->second) {
        one->changed_ = true;
        if (gone)
            one->number_ = -1;
        one->timer_.cancel();
    }
    if (gone)
        watched_.erase(found);
}

FileWatch::Watched::Watched(std::shared_ptr<FileWatch> watch, std::filesystem::path file)
    : watch_(std::move(watch)), file_(std::move(file)), timer_(watch_->events_.get_executor()) {
    look();
}

FileWatch::Watched::~Watched() {
    forget();
}

void FileWatch::Watched::look() {
    if (!watch_->events_.is_open())
        return;
    if (!std::exchange(watch_->running_, true))
        asio::co_spawn(timer_.get_executor(), watch_->run(), asio::detached);
    const int number = ::inotify_add_watch(watch_->events_.native_handle(), file_.c_str(),
                                           IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB);
    if (number < 0 || number == number_) // moved away: goes on being written to until the next one is there
        return;
    forget();
    number_ = number;
    watch_->watched_[number].insert(this);
}

void FileWatch::Watched::forget() {
    const auto found = watch_->watched_.find(number_);
    if (found == watch_->watched_.end())
        return;
    found->second.erase(this);
    if (found->second.empty()) {
        ::inotify_rm_watch(watch_->events_.native_handle(), number_);
        watch_->watched_.erase(found);
    }
}

asio::awaitable<void> FileWatch::Watched::change(std::chrono::milliseconds limit) {
    if (!std::exchange(changed_, false)) {
        timer_.expires_after(limit);
        co_await timer_.async_wait(tuple);
        changed_ = false;
    }
    look(); // another file may have its name by now
}

} // namespace slipway::agent
