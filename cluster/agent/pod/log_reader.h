#pragma once

#include "cluster/base/time.h"

#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Container logs in the CRI's format: "<RFC 3339 time> <stdout|stderr> <F|P> <text>\n".
namespace slipway::agent {

/// One entry; partial ones (tag P) lack their line's end.
struct LogEntry {
    base::Time time;
    std::string_view timeText, stream, text;
    bool partial = false;
};

/// Reads one line without its newline; nothing for a damaged one. The views point into @p line.
std::optional<LogEntry> parseLogLine(std::string_view line);

struct LogOptions {
    bool follow = false, timestamps = false;
    std::optional<std::int64_t> tailLines, limitBytes;
    std::optional<base::Time> since;
};

/// Offset at which the last @p lines lines of @p file begin (0 when it has fewer). Reads from the end.
std::uint64_t tailOffset(const std::filesystem::path& file, std::int64_t lines);

/// Turns a container's log into the text that was asked for, piece by piece. Following, it goes on with the new file
/// when the log is moved away. One thread at a time.
class LogReader {
public:
    /// The error is a text for the client.
    static std::expected<LogReader, std::string> open(const std::filesystem::path& file, const LogOptions& options);
    LogReader(LogReader&& other) noexcept;
    LogReader& operator=(LogReader&&) = delete;
    ~LogReader();

    struct Piece {
        std::string text;  ///< empty and not the last: nothing more is there now
        bool last = false; ///< nothing more will come; never of a log that is followed without limits
    };
    /// What there is next; does not wait for more.
    Piece next();

private:
    LogReader(std::filesystem::path path, const LogOptions& options, int fd);
    std::string readSome();
    void print(std::string_view line, std::string& out);
    bool goToNextFile();

    std::filesystem::path path_;
    LogOptions options_;
    int fd_;
    std::uint64_t offset_;
    std::int64_t left_;      ///< bytes that may still be written
    std::int64_t linesLeft_; ///< the last lines are as many as asked for, also while more are being written
    std::string pending_;
    bool midLine_ = false, atEnd_ = false;
};

/// Hands on what a log holds now. @p write returns false when it wants no more. An error text when the log cannot be
/// opened.
std::optional<std::string> readLog(const std::filesystem::path& file, LogOptions options,
                                   const std::function<bool(std::string_view)>& write);

} // namespace slipway::agent
