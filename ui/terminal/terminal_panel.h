#pragma once

#include "ui/terminal/exec_session.h"

#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QWidget>
#include <memory>

class QTermWidget;

namespace slipway::ui {

/// A terminal into one container.
class TerminalPanel : public QWidget {
    Q_OBJECT
public:
    /// A new shell, or (@p attach) the container's own process.
    TerminalPanel(SessionPtr session, QString ns, QString pod, QString container, bool attach = false,
                  QWidget* parent = nullptr);
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
    void retranslate();
    void tellSize();
    void showEnd(const ExecResult& result);

    SessionPtr session_;
    QString ns_, pod_, container_;
    bool attach_;
    QTermWidget* terminal_;
    QWidget* bar_;
    QLabel* message_;
    QPushButton* again_;
    QTimer settle_;
    std::unique_ptr<ExecSession> exec_;
    bool running_ = false;
};

} // namespace slipway::ui
