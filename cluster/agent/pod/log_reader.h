#pragma once

#include "cluster/base/time.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
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

/// Hands a log on as plain text, piece by piece. Following, it waits for more until @p running says false and the
/// rest is read. @p write returns false when the reader is gone. An error text when the log cannot be opened.
std::optional<std::string> readLog(const std::filesystem::path& file, const LogOptions& options,
                                   const std::function<bool(std::string_view)>& write,
                                   const std::function<bool()>& running, std::stop_token stop);

} // namespace slipway::agent
