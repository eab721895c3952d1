#pragma once

#include <QDateTime>
#include <QRegularExpression>
#include <QString>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::ui {

enum class Severity : std::uint8_t { normal, warning, error };
/// How grave a line says it is: klog's first letter, a level field, or its words. Pure.
Severity severityOf(const QString& line);

struct LogLine {
    int source = 0;    ///< index of the container it came from
    QString timestamp; ///< RFC 3339 as the server sent it; may be empty
    QString text;
    Severity severity = Severity::normal;
};

/// Cuts a byte stream with timestamps into lines. Bytes that are not a whole line yet are kept.
class LogSplitter {
public:
    explicit LogSplitter(int source) : source_(source) {}
    /// The lines @p bytes complete.
    std::vector<LogLine> add(std::string_view bytes);
    /// What was left without a line end.
    std::vector<LogLine> finish();

private:
    LogLine lineOf(std::string_view line) const;
    int source_;
    std::string rest_;
};

/// The last lines of all sources, bounded in number and in bytes; the oldest go first. GUI thread.
class LogBuffer {
public:
    explicit LogBuffer(std::size_t maxLines = 50'000, std::size_t maxBytes = 32u << 20);
    void add(std::vector<LogLine> lines);
    void clear();
    /// All lines go because newer ones have pushed them out.
    void letGo(std::size_t more);
    const std::deque<LogLine>& lines() const { return lines_; }
    std::size_t dropped() const { return dropped_; }
    std::size_t maxLines() const { return maxLines_; }

private:
    static std::size_t costOf(const LogLine& line) { return 2 * static_cast<std::size_t>(line.text.size()) + 120; }
    std::size_t maxLines_, maxBytes_, bytes_ = 0, dropped_ = 0;
    std::deque<LogLine> lines_;
};

/// Removes terminal escape sequences (colours, cursor movements) from a line.
QString withoutEscapes(const QString& line);

} // namespace slipway::ui
