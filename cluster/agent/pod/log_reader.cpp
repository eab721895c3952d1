#include "cluster/agent/pod/log_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace slipway::agent {

std::optional<LogEntry> parseLogLine(std::string_view line) {
    const std::size_t first = line.find(' ');
    if (first == std::string_view::npos)
        return std::nullopt;
    const std::size_t second = line.find(' ', first + 1);
    if (second == std::string_view::npos)
        return std::nullopt;
    const std::size_t third = std::min(line.find(' ', second + 1), line.size());
    LogEntry entry;
    entry.timeText = line.substr(0, first);
    entry.stream = line.substr(first + 1, second - first - 1);
    const auto time = base::parseTime(entry.timeText);
    if (!time || (entry.stream != "stdout" && entry.stream != "stderr"))
        return std::nullopt;
    entry.time = *time;
    const std::string_view tags = line.substr(second + 1, third - second - 1);
    entry.partial = tags.starts_with('P');
    if (!entry.partial && !tags.starts_with('F'))
        return std::nullopt;
    entry.text = third == line.size() ? std::string_view() : line.substr(third + 1);
    return entry;
}

namespace {

class File {
public:
    explicit File(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~File() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

/// Turns raw log bytes into the text that was asked for.
class Printer {
public:
    Printer(const LogOptions& options, const std::function<bool(std::string_view)>& write)
        : options_(options)
        , write_(write)
        , left_(options.limitBytes.value_or(INT64_MAX))
        , linesLeft_(options.tailLines && !options.follow ? std::max<std::int64_t>(0, *options.tailLines) : INT64_MAX) {
    }

    /// False when nothing more is wanted.
    bool feed(std::string_view bytes) {
        pending_ += bytes;
        std::string out;
        std::size_t begin = 0;
        for (std::size_t end; (end = pending_.find('\n', begin)) != std::string::npos; begin = end + 1)
            print(std::string_view(pending_).substr(begin, end - begin), out);
        pending_.erase(0, begin);
        if (static_cast<std::int64_t>(out.size()) > left_)
            out.resize(static_cast<std::size_t>(left_));
        left_ -= static_cast<std::int64_t>(out.size());
        return (out.empty() || write_(out)) && left_ > 0 && linesLeft_ > 0;
    }

private:
    void print(std::string_view line, std::string& out) {
        const auto entry = parseLogLine(line);
        if (!entry || (options_.since && entry->time < *options_.since) || linesLeft_ == 0)
            return;
        if (options_.timestamps && !midLine_)
            out += std::string(entry->timeText) + " ";
        out += entry->text;
        midLine_ = entry->partial;
        if (entry->partial)
            return;
        out += '\n';
        --linesLeft_;
    }

    const LogOptions& options_;
    const std::function<bool(std::string_view)>& write_;
    std::int64_t left_;      ///< bytes that may still be written
    std::int64_t linesLeft_; ///< the last lines are as many as asked for, also while more are being written
    std::string pending_;
    bool midLine_ = false;
};

/// Wakes when a file grows, is moved away or deleted.
class Growth {
public:
    explicit Growth(const std::filesystem::path& path) : fd_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
        ::inotify_add_watch(fd_, path.c_str(), IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB);
    }
    ~Growth() { ::close(fd_); }
    Growth(const Growth&) = delete;
    Growth& operator=(const Growth&) = delete;

    void wait() {
        pollfd watched{fd_, POLLIN, 0};
        ::poll(&watched, 1, 250); // the limit lets the caller look whether the container still runs
        char scratch[4096];
        while (::read(fd_, scratch, sizeof scratch) > 0) {
        }
    }

private:
    int fd_;
};

} // namespace

std::uint64_t tailOffset(const std::filesystem::path& path, std::int64_t lines) {
    const File file(path);
    struct stat info{};
    if (file.fd() < 0 || ::fstat(file.fd(), &info) != 0)
        return 0;
    auto position = static_cast<std::uint64_t>(info.st_size);
    if (lines <= 0)
        return position;
    // Parts of a split line count as lines here; such lines are longer than 16 KiB and rare.
    std::vector<char> block(64 * 1024);
    std::int64_t found = 0;
    bool last = true;
    while (position > 0) {
        const std::uint64_t size = std::min<std::uint64_t>(block.size(), position);
        position -= size;
        const ssize_t count = ::pread(file.fd(), block.data(), size, static_cast<off_t>(position));
        if (count <= 0)
            return 0;
        for (ssize_t i = count - 1; i >= 0; --i) {
            if (block[static_cast<std::size_t>(i)] != '\n')
                continue;
            const bool ofLastLine = std::exchange(last, false);
            if (!ofLastLine && ++found == lines)
                return position + static_cast<std::uint64_t>(i) + 1;
        }
    }
    return 0;
}

std::optional<std::string> readLog(const std::filesystem::path& path, const LogOptions& options,
                                   const std::function<bool(std::string_view)>& write,
                                   const std::function<bool()>& running, std::stop_token stop) {
    auto file = std::make_unique<File>(path);
    if (file->fd() < 0)
        return std::format("failed to try resolving symlinks in path \"{}\": {}", path.string(), std::strerror(errno));
    std::uint64_t offset = options.tailLines ? tailOffset(path, *options.tailLines) : 0;
    Printer printer(options, write);
    Growth growth(path);
    std::vector<char> block(64 * 1024);
    for (bool ending = false; !stop.stop_requested();) {
        const ssize_t count = ::pread(file->fd(), block.data(), block.size(), static_cast<off_t>(offset));
        if (count > 0) {
            offset += static_cast<std::uint64_t>(count);
            if (!printer.feed({block.data(), static_cast<std::size_t>(count)}))
                return std::nullopt;
            continue;
        }
        if (!options.follow || ending)
            return std::nullopt;
        if (!running())
            ending = true; // once more: what was written in between
        else if (!write(""))
            return std::nullopt;
        else
            growth.wait();
    }
    return std::nullopt;
}

} // namespace slipway::agent
