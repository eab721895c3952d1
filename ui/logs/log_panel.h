#pragma once

#include "ui/logs/log_stream.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QWidget>

class QHBoxLayout;

namespace slipway::ui {

/// Live logs of several containers in one view: filter, wrap, timestamps, automatic scrolling, save.
/// Keys: 0 tail, 1..6 head and the last 1, 5, 15, 30 minutes and hour, t timestamps, w wrap, s scroll, Ctrl+S save.
class LogPanel : public QWidget {
    Q_OBJECT
public:
    LogPanel(SessionPtr session, std::vector<LogSource> sources, bool previous, QWidget* parent = nullptr);

    /// The text shown now.
    QString shownText() const { return view_->toPlainText(); }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeBar();
    QToolButton* addToggle(const QString& iconName, const QString& words, const QString& key, bool on);
    void restart();
    void append(const std::vector<LogLine>& lines);
    void rebuild();
    bool accepts(const LogLine& line) const;
    QString prefixOf(const LogLine& line) const;
    void writeLine(QTextCursor& cursor, const LogLine& line);
    void updateState();
    void save();
    void chooseRange(int index);

    SessionPtr session_;
    std::vector<LogSource> sources_;
    LogOptions options_;
    LogBuffer buffer_;
    QRegularExpression filter_;
    bool filterNegated_ = false;
    std::vector<std::unique_ptr<LogStream>> streams_;
    std::vector<QString> problems_;
    QPlainTextEdit* view_;
    QLineEdit* filterLine_ = nullptr;
    QComboBox* range_ = nullptr;
    QToolButton *scroll_ = nullptr, *wrap_ = nullptr, *times_ = nullptr, *previous_ = nullptr;
    QLabel* state_ = nullptr;
    QHBoxLayout* barLayout_ = nullptr;
};

} // namespace slipway::ui
