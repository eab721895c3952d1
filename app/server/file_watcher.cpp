#include "app/server/file_watcher.h"

#include "cluster/base/log.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <set>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace slipway::server {
namespace {

constexpr int quiet = 200; ///< milliseconds: a certificate and its key are two files

} // namespace

FileWatcher::FileWatcher(const std::vector<std::filesystem::path>& files, std::function<void()> changed)
    : changed_(std::move(changed)), events_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)), stop_(eventfd(0, EFD_CLOEXEC)) {
    std::set<std::filesystem::path> folders;
    for (const std::filesystem::path& file : files)
        folders.insert(file.has_parent_path() ? file.parent_path() : ".");
    for (const std::filesystem::path& folder : folders)
        if (inotify_add_watch(events_, folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE) < 0)
            base::warn("server", "{} cannot be watched: {}", folder.string(), std::strerror(errno));
    thread_ = std::thread([this] { run(); });
}

FileWatcher::~FileWatcher() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof one);
    thread_.join();
    close(events_);
    close(stop_);
}

bool FileWatcher::wait(int milliseconds, bool& told) {
    std::array<pollfd, 2> both{{{stop_, POLLIN, 0}, {events_, POLLIN, 0}}};
    while (poll(both.data(), both.size(), milliseconds) < 0 && errno == EINTR) {
    }
    told = (both[1].revents & POLLIN) != 0;
    std::array<char, 4096> passed; // what changed does not matter
    while (told && read(events_, passed.data(), passed.size()) > 0) {
    }
    return (both[0].revents & POLLIN) == 0;
}

void FileWatcher::run() {
    for (bool told = false; wait(-1, told);) {
        while (told)
            if (!wait(quiet, told))
                return;
        changed_();
    }
}

} // namespace slipway::server
