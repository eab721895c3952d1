#pragma once

#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QToolButton>

namespace slipway::ui {

/// Finds a text or regular expression in an editor, forwards and backwards; Ctrl+F, Return, Shift+Return, Escape.
class FindBar : public QFrame {
    Q_OBJECT
public:
    explicit FindBar(QPlainTextEdit& editor, QWidget* parent = nullptr);
    void open();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void find(bool backwards);

    QPlainTextEdit& editor_;
    QLineEdit* line_;
    QLabel* state_;
    QToolButton *previous_, *next_, *close_;
};

} // namespace slipway::ui
