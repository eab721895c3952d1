#pragma once

#include "ui/terminal/exec_session.h"

#include <QLabel>
#include <QPushButton>
#include <QStringList>
#include <QTimer>
#include <QWidget>
#include <memory>

class QTermWidget;

namespace slipway::ui {

/// Where a terminal leads.
struct TerminalTarget {
    QString ns, pod, container; ///< a shell in a container
    bool attach = false;        ///< its own process in place of a shell
    QStringList program;        ///< when given: a program of this computer with its arguments, and no container
    QString title;              ///< of what it is in, for people
};

/// A terminal into one container, or of one program. GUI thread.
class TerminalPanel : public QWidget {
    Q_OBJECT
public:
    TerminalPanel(SessionPtr session, TerminalTarget target, QWidget* parent = nullptr);
    ~TerminalPanel() override;

    /// Sends text as if it had been typed.
    void type(const QString& text);
    /// What the terminal shows, with what scrolled away.
    QString shownText() const;
    bool isRunning() const { return running_; }

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void open();
    void openProgram();
    void retranslate();
    void tellSize();
    void showEnd(const ExecResult& result);

    SessionPtr session_;
    TerminalTarget target_;
    QTermWidget* terminal_;
    QWidget* bar_;
    QLabel* message_;
    QPushButton* again_;
    QTimer settle_;
    std::unique_ptr<ExecSession> exec_;
    bool running_ = false;
};

} // namespace slipway::ui
