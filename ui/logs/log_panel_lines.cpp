// The lines of a log panel: which are shown, how, and where they are saved.
#include "ui/logs/log_panel.h"
#include "ui/look/theme.h"

#include <QElapsedTimer>
#include <QFileDialog>
#include <QSaveFile>
#include <QScrollBar>
#include <QTextBlock>

namespace slipway::ui {

bool LogPanel::endsWith(const QString& words) const {
    return view_->document()->lastBlock().text().contains(words);
}

bool LogPanel::accepts(const LogLine& line) const {
    if (severity_->currentIndex() > 0 && static_cast<int>(line.severity) < severity_->currentIndex())
        return false;
    return !only_->isChecked() || filter_.pattern().isEmpty() || filter_.match(line.text).hasMatch() != filterNegated_;
}

QString LogPanel::prefixOf(const LogLine& line) const {
    QString prefix;
    if (times_->isChecked() && !line.timestamp.isEmpty())
        prefix = line.timestamp.left(23) + QStringLiteral("  ");
    if (sources_.size() > 1) {
        const LogSource& source = sources_[static_cast<std::size_t>(line.source)];
        bool manyPods = false;
        for (const LogSource& other : sources_)
            manyPods = manyPods || other.pod != source.pod;
        prefix += (manyPods ? source.pod + QLatin1Char('/') : QString()) + source.container + QStringLiteral("  ");
    }
    return prefix;
}

void LogPanel::writeLine(QTextCursor& cursor, const LogLine& line) {
    if (!view_->document()->isEmpty())
        cursor.insertBlock();
    if (const QString prefix = prefixOf(line); !prefix.isEmpty()) {
        QTextCharFormat faint;
        faint.setForeground(colors().muted);
        cursor.insertText(prefix, faint);
    }
    QTextCharFormat format;
    format.setForeground(line.severity == Severity::error     ? toneColor(Tone::bad)
                         : line.severity == Severity::warning ? toneColor(Tone::waiting)
                                                              : colors().text);
    if (filter_.pattern().isEmpty() || filterNegated_) {
        cursor.insertText(line.text, format);
        return;
    }
    QTextCharFormat found = format;
    found.setBackground(colors().selection);
    found.setFontWeight(QFont::Bold);
    qsizetype written = 0;
    for (auto it = filter_.globalMatch(line.text); it.hasNext();) {
        const auto match = it.next();
        cursor.insertText(line.text.mid(written, match.capturedStart() - written), format);
        cursor.insertText(match.captured(), found);
        written = match.capturedEnd();
    }
    cursor.insertText(line.text.mid(written), format);
}

/// Lines that come faster than they can be shown wait; of a flood only the end is shown, without a gap in it.
void LogPanel::take(const std::vector<LogLine>& lines) {
    waiting_.insert(waiting_.end(), lines.begin(), lines.end());
    while (waiting_.size() > buffer_.maxLines()) {
        waiting_.pop_front();
        ++skipped_;
    }
    if (!pump_.isActive())
        pump_.start(0);
}

void LogPanel::pump() {
    constexpr double little = 4, much = 9; // milliseconds, well within a frame
    QElapsedTimer clock;
    clock.start();
    if (const std::size_t skipped = std::exchange(skipped_, 0); skipped > 0) {
        buffer_.letGo(skipped);
        view_->clear();
    }
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(chunk_, waiting_.size()));
    const std::vector<LogLine> lines(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    append(lines);
    const double taken = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    if (taken > much)
        chunk_ = std::max<std::size_t>(20, chunk_ / 2);
    else if (taken < little && lines.size() == chunk_)
        chunk_ = std::min<std::size_t>(2000, chunk_ * 2);
    if (!waiting_.empty())
        pump_.start(8);
}

void LogPanel::append(const std::vector<LogLine>& lines) {
    QTextCursor cursor(view_->document());
    cursor.movePosition(QTextCursor::End);
    cursor.beginEditBlock();
    for (const LogLine& line : lines)
        if (accepts(line))
            writeLine(cursor, line);
    cursor.endEditBlock();
    buffer_.add(lines);
    if (scroll_->isChecked())
        view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
    if (buffer_.dropped() > 0)
        updateState();
}

void LogPanel::rebuild() {
    view_->clear();
    QTextCursor cursor(view_->document());
    cursor.beginEditBlock();
    for (const LogLine& line : buffer_.lines())
        if (accepts(line))
            writeLine(cursor, line);
    cursor.endEditBlock();
    if (scroll_->isChecked())
        view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
}

void LogPanel::save() {
    const QString suggestion = (target_.name.isEmpty() ? QStringLiteral("log") : target_.name) + QStringLiteral(".log");
    const QString path = QFileDialog::getSaveFileName(this, tr("Save log"), suggestion);
    if (path.isEmpty())
        return;
    QSaveFile file(path);
    bool saved = file.open(QIODevice::WriteOnly);
    for (const LogLine& line : buffer_.lines())
        saved = saved && file.write((prefixOf(line) + line.text + QLatin1Char('\n')).toUtf8()) >= 0;
    saved = saved && file.commit();
    state_->setText(saved ? tr("Saved to %1").arg(path) : tr("Not saved: %1").arg(file.errorString()));
}

} // namespace slipway::ui
