#include "ui/logs/log_buffer.h"

namespace slipway::ui {

QString withoutEscapes(const QString& line) {
    if (!line.contains(QChar(0x1b)))
        return line;
    static const QRegularExpression sequence(
        QStringLiteral("\x1b(\\[[0-9;?]*[ -/]*[@-~]|\\][^\x07]*\x07|[@-Z\\\\-_])"));
    QString clean = line;
    return clean.remove(sequence);
}

LogLine LogSplitter::lineOf(std::string_view line) const {
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    LogLine made{source_, {}, {}, Severity::normal};
    // "2026-01-31T12:00:00.000000000Z text", as asked for with timestamps=true
    if (const auto gap = line.find(' ');
        gap != std::string_view::npos && gap >= 20 && line[4] == '-' && line[10] == 'T') {
        made.timestamp = QString::fromLatin1(line.data(), static_cast<qsizetype>(gap));
        line.remove_prefix(gap + 1);
    }
    made.text = withoutEscapes(QString::fromUtf8(line.data(), static_cast<qsizetype>(line.size())));
    made.severity = severityOf(made.text); // here, where a thread of its own has the time
    return made;
}

std::vector<LogLine> LogSplitter::add(std::string_view bytes) {
    std::vector<LogLine> lines;
    rest_.append(bytes);
    std::size_t begin = 0;
    for (std::size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1)
        lines.push_back(lineOf(std::string_view(rest_).substr(begin, end - begin)));
    rest_.erase(0, begin);
    constexpr std::size_t longest = 1u << 20; // a program that never ends its line must not fill the memory
    if (rest_.size() > longest)
        lines.push_back(lineOf(std::exchange(rest_, {})));
    return lines;
}

std::vector<LogLine> LogSplitter::finish() {
    std::vector<LogLine> lines;
    if (!rest_.empty())
        lines.push_back(lineOf(std::exchange(rest_, {})));
    return lines;
}

LogBuffer::LogBuffer(std::size_t maxLines, std::size_t maxBytes) : maxLines_(maxLines), maxBytes_(maxBytes) {}

void LogBuffer::add(std::vector<LogLine> lines) {
    for (LogLine& line : lines) {
        bytes_ += costOf(line);
        lines_.push_back(std::move(line));
    }
    while (lines_.size() > maxLines_ || (bytes_ > maxBytes_ && lines_.size() > 1)) {
        bytes_ -= costOf(lines_.front());
        lines_.pop_front();
        ++dropped_;
    }
}

void LogBuffer::clear() {
    lines_.clear();
    bytes_ = 0;
}

void LogBuffer::letGo(std::size_t more) {
    dropped_ += lines_.size() + more;
    clear();
}

Severity severityOf(const QString& line) {
    static const QRegularExpression klog(QStringLiteral("^([IWEF])\\d{4} \\d\\d:\\d\\d"));
    static const QRegularExpression level(QStringLiteral("\\b(?:level|lvl|severity)[\"']?\\s*[=:]\\s*[\"']?([a-z]+)"),
                                          QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression bad(QStringLiteral("\\b(error|fatal|panic|critical|emerg|exception)\\b"),
                                        QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression warning(QStringLiteral("\\bwarn(ing)?\\b"),
                                            QRegularExpression::CaseInsensitiveOption);
    if (const auto match = klog.match(line); match.hasMatch()) {
        const QChar letter = match.captured(1)[0];
        return letter == QLatin1Char('I')   ? Severity::normal
               : letter == QLatin1Char('W') ? Severity::warning
                                            : Severity::error;
    }
    if (const auto match = level.match(line); match.hasMatch()) {
        const QString word = match.captured(1).toLower();
        if (word.startsWith(QLatin1String("warn")))
            return Severity::warning;
        return word.startsWith(QLatin1String("err")) || word == QLatin1String("fatal") ||
                       word == QLatin1String("panic") || word == QLatin1String("critical")
                   ? Severity::error
                   : Severity::normal;
    }
    return bad.match(line).hasMatch()       ? Severity::error
           : warning.match(line).hasMatch() ? Severity::warning
                                            : Severity::normal;
}

} // namespace slipway::ui
