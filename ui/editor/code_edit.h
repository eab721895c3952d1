#pragma once

#include <QMap>
#include <QPlainTextEdit>
#include <QSet>
#include <functional>

namespace KSyntaxHighlighting {
class SyntaxHighlighter;
} // namespace KSyntaxHighlighting

namespace slipway::ui {

/// A text editor for YAML: highlighting, line numbers, folding by indentation, marks for lines with errors or warnings.
class CodeEdit : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit CodeEdit(QWidget* parent = nullptr);
    ~CodeEdit() override;

    /// Marks a line (from 1) with a message; the message shows in the margin's tool tip.
    void markError(int line, const QString& message);
    void clearErrors();
    /// Replaces the marks of lines that look wrong before the server was asked.
    void setWarnings(const QMap<int, QString>& warnings);
    const QMap<int, QString>& warnings() const { return warnings_; }
    /// Puts the cursor on a line.
    void goToLine(int line);
    /// Hides what is indented below a line, or shows it again.
    void toggleFold(int line);
    bool isFoldable(int line) const;
    /// Says what the text at a position is, for the tool tip; may be empty.
    void setExplain(std::function<QString(int position)> explain) { explain_ = std::move(explain); }
    /// Sees every key first, also those a popup passes on; true: it is not for the text.
    void setKeyFilter(std::function<bool(QKeyEvent& press)> filter) { keyFilter_ = std::move(filter); }

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    class Margin;
    int marginWidth() const;
    void paintMargin(QPaintEvent* event);
    void pressMargin(const QPoint& at);
    int lineAt(int y) const;
    QString messageAt(int y) const;
    int foldEnd(int line) const;
    void unfoldAll();
    void updateMarks();

    KSyntaxHighlighting::SyntaxHighlighter* highlighter_;
    QMap<int, QString> errors_, warnings_;
    QSet<int> folded_; ///< first lines
    std::function<QString(int)> explain_;
    std::function<bool(QKeyEvent&)> keyFilter_;
    Margin* margin_;
};

} // namespace slipway::ui
