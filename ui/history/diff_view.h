#pragma once

#include "ui/history/text_diff.h"

#include <QPlainTextEdit>

namespace slipway::ui {

/// Shows how texts differ: added lines with + on green, removed ones with - on red, each under its heading.
class DiffView : public QPlainTextEdit {
    Q_OBJECT
public:
    struct Part {
        QString heading, before, after;
    };
    explicit DiffView(QWidget* parent = nullptr);
    /// @p whenEqual is shown when nothing differs.
    void show(std::vector<Part> parts, const QString& whenEqual);
    using QPlainTextEdit::show;

private:
    void write();
    std::vector<Part> parts_;
    QString whenEqual_;
};

} // namespace slipway::ui
