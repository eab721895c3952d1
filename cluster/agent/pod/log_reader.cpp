#include "cluster/agent/pod/log_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
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

int openLog(const std::filesystem::path& path) {
    return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

class File {
public:
    explicit File(int fd) : fd_(fd) {}
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

} // namespace

std::uint64_t tailOffset(const std::filesystem::path& path, std::int64_t lines) {
    const File file(openLog(path));
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

std::expected<LogReader, std::string> LogReader::open(const std::filesystem::path& path, const LogOptions& options) {
    const int fd = openLog(path);
    if (fd < 0)
        return std::unexpected(
            std::format("failed to try resolving symlinks in path \"{}\": {}", path.string(), std::strerror(errno)));
    return LogReader(path, options, fd);
}

LogReader::LogReader(std::filesystem::path path, const LogOptions& options, int fd)
    : path_(std::move(path))
    , options_(options)
    , fd_(fd)
    , offset_(options.tailLines ? tailOffset(path_, *options.tailLines) : 0)
    , left_(options.limitBytes.value_or(INT64_MAX))
    , linesLeft_(options.tailLines && !options.follow ? std::max<std::int64_t>(0, *options.tailLines) : INT64_MAX) {}

LogReader::LogReader(LogReader&& other) noexcept
    : path_(std::move(other.path_))
    , options_(other.options_)
    , fd_(std::exchange(other.fd_, -1))
    , offset_(other.offset_)
    , left_(other.left_)
    , linesLeft_(other.linesLeft_)
    , pending_(std::move(other.pending_))
    , midLine_(other.midLine_) {}

LogReader::~LogReader() {
    if (fd_ >= 0)
        ::close(fd_);
}

LogReader::Piece LogReader::next() {
    while (left_ > 0 && linesLeft_ > 0) {
        std::string text = readSome();
        if (!text.empty())
            return {std::move(text), false};
        if (left_ <= 0 || linesLeft_ <= 0)
            break;
        if (!atEnd_)
            continue;
        if (!options_.follow)
            break;
        if (!goToNextFile())
            return {"", false};
    }
    return {"", true};
}

/// Text of the next bytes; none when they hold no whole line, or there are none.
std::string LogReader::readSome() {
    std::array<char, 64 * 1024> block{};
    const ssize_t count = ::pread(fd_, block.data(), block.size(), static_cast<off_t>(offset_));
    atEnd_ = count <= 0;
    if (atEnd_)
        return {};
    offset_ += static_cast<std::uint64_t>(count);
    pending_.append(block.data(), static_cast<std::size_t>(count));
    std::string out;
    std::size_t begin = 0;
    for (std::size_t end; (end = pending_.find('\n', begin)) != std::string::npos; begin = end + 1)
        print(std::string_view(pending_).substr(begin, end - begin), out);
    pending_.erase(0, begin);
    if (static_cast<std::int64_t>(out.size()) > left_)
        out.resize(static_cast<std::size_t>(left_));
    left_ -= static_cast<std::int64_t>(out.size());
    return out;
}

void LogReader::print(std::string_view line, std::string& out) {
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

/// A log that has grown large is moved away and begun anew under its name. True when there is more to be read.
bool LogReader::goToNextFile() {
    struct stat mine{}, named{};
    if (::fstat(fd_, &mine) != 0 || ::stat(path_.c_str(), &named) != 0 ||
        (mine.st_ino == named.st_ino && mine.st_dev == named.st_dev))
        return false;
    if (static_cast<std::uint64_t>(mine.st_size) > offset_)
        return true; // written in between
    const int next = openLog(path_);
    if (next < 0)
        return false;
    ::close(std::exchange(fd_, next));
    offset_ = 0;
    return true;
}

std::optional<std::string> readLog(const std::filesystem::path& path, LogOptions options,
                                   const std::function<bool(std::string_view)>& write) {
    options.follow = false;
    auto reader = LogReader::open(path, options);
    if (!reader)
        return reader.error();
    for (auto piece = reader->next(); !piece.last; piece = reader->next())
        if (!write(piece.text))
            break;
    return std::nullopt;
}

} // namespace slipway::agent
