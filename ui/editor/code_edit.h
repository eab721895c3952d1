#pragma once

#include <QMap>
#include <QPlainTextEdit>
#include <memory>

namespace KSyntaxHighlighting {
class Repository;
class SyntaxHighlighter;
} // namespace KSyntaxHighlighting

namespace slipway::ui {

/// A text editor for YAML: highlighting, line numbers, marks for lines with errors.
class CodeEdit : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit CodeEdit(QWidget* parent = nullptr);
    ~CodeEdit() override;

    /// Marks a line (from 1) with a message; the message shows in the margin's tool tip.
    void markError(int line, const QString& message);
    void clearErrors();
    /// Puts the cursor on a line.
    void goToLine(int line);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    class Margin;
    int marginWidth() const;
    void paintMargin(QPaintEvent* event);
    QString errorAt(int y) const;
    void updateMarks();

    std::unique_ptr<KSyntaxHighlighting::Repository> repository_;
    KSyntaxHighlighting::SyntaxHighlighter* highlighter_;
    QMap<int, QString> errors_;
    Margin* margin_;
};

} // namespace slipway::ui
