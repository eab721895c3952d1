#pragma once

#include "ui/logs/log_target.h"
#include "ui/resources/reflector_adapter.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTimer>
#include <QToolButton>
#include <QWidget>

class QHBoxLayout;

namespace slipway::ui {

/// Live logs of several containers in one view, also of pods that come later: filter, severity, wrap, timestamps,
/// automatic scrolling, save.
/// Keys: 0 tail, 1..6 head and the last 1, 5, 15, 30 minutes and hour, t timestamps, w wrap, s scroll, Ctrl+S save.
class LogPanel : public QWidget {
    Q_OBJECT
public:
    LogPanel(SessionPtr session, LogTarget target, bool previous, QWidget* parent = nullptr);

    /// The text shown now.
    QString shownText() const { return view_->toPlainText(); }
    /// Whether the last line shown has these words in it.
    bool endsWith(const QString& words) const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeBar();
    QToolButton* addToggle(const QString& iconName, bool on);
    void retranslate();
    void restart();
    void watchPods();
    void follow(const LogSource& source);
    void unfollow(const QString& pod);
    void take(const std::vector<LogLine>& lines);
    void pump();
    void append(const std::vector<LogLine>& lines);
    void rebuild();
    bool accepts(const LogLine& line) const;
    QString prefixOf(const LogLine& line) const;
    void writeLine(QTextCursor& cursor, const LogLine& line);
    void updateState();
    void save();
    void chooseRange(int index);

    static constexpr std::size_t mostStreams = 100; ///< each has a thread and a connection
    SessionPtr session_;
    LogTarget target_;
    std::vector<LogSource> sources_; ///< grows; lines name theirs by its place
    std::vector<std::unique_ptr<ReflectorAdapter>> watches_;
    QHash<QString, QString> podNames_; ///< by uid, to see which have gone
    std::size_t left_ = 0;             ///< sources beyond the most
    LogOptions options_;
    LogBuffer buffer_;
    std::deque<LogLine> waiting_; ///< arrived and not shown yet; no more than the buffer holds
    std::size_t skipped_ = 0;     ///< lines that newer ones pushed out of waiting_
    std::size_t chunk_ = 200;     ///< how many are shown at once, so that the window stays awake
    QTimer pump_;
    QRegularExpression filter_;
    bool filterNegated_ = false;
    std::vector<std::unique_ptr<LogStream>> streams_;
    std::vector<QString> problems_;
    QPlainTextEdit* view_;
    QLineEdit* filterLine_ = nullptr;
    QComboBox *range_ = nullptr, *severity_ = nullptr;
    QToolButton *scroll_ = nullptr, *wrap_ = nullptr, *times_ = nullptr, *previous_ = nullptr, *only_ = nullptr,
                *save_ = nullptr;
    QLabel* state_ = nullptr;
    QHBoxLayout* barLayout_ = nullptr;
};

} // namespace slipway::ui
