#include "ui/editor/code_edit.h"

#include "ui/look/theme.h"

#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Repository>
#include <KSyntaxHighlighting/SyntaxHighlighter>
#include <KSyntaxHighlighting/Theme>
#include <QHelpEvent>
#include <QPainter>
#include <QTextBlock>
#include <QToolTip>

namespace slipway::ui {

/// The column of line numbers.
class CodeEdit::Margin final : public QWidget {
public:
    explicit Margin(CodeEdit& editor) : QWidget(&editor), editor_(editor) {}

protected:
    void paintEvent(QPaintEvent* event) override { editor_.paintMargin(event); }
    bool event(QEvent* event) override {
        if (event->type() == QEvent::ToolTip) {
            auto* help = static_cast<QHelpEvent*>(event);
            QToolTip::showText(help->globalPos(), editor_.errorAt(help->pos().y()), this);
            return true;
        }
        return QWidget::event(event);
    }

private:
    CodeEdit& editor_;
};

CodeEdit::CodeEdit(QWidget* parent)
    : QPlainTextEdit(parent)
    , repository_(std::make_unique<KSyntaxHighlighting::Repository>())
    , highlighter_(new KSyntaxHighlighting::SyntaxHighlighter(document()))
    , margin_(new Margin(*this)) {
    setFont(monospaceFont());
    setLineWrapMode(NoWrap);
    setTabStopDistance(2 * fontMetrics().horizontalAdvance(QLatin1Char(' ')));
    document()->setDocumentMargin(6);
    setAccessibleName(tr("YAML editor"));
    auto theme = repository_->theme(isDarkTheme() ? QStringLiteral("GitHub Dark") : QStringLiteral("GitHub Light"));
    if (!theme.isValid())
        theme = repository_->defaultTheme(isDarkTheme() ? KSyntaxHighlighting::Repository::DarkTheme
                                                        : KSyntaxHighlighting::Repository::LightTheme);
    highlighter_->setTheme(theme);
    highlighter_->setDefinition(repository_->definitionForName(QStringLiteral("YAML")));
    connect(this, &QPlainTextEdit::blockCountChanged, this, [this] { setViewportMargins(marginWidth(), 0, 0, 0); });
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& area, int dy) {
        if (dy != 0)
            margin_->scroll(0, dy);
        else
            margin_->update(0, area.y(), margin_->width(), area.height());
    });
    connect(this, &QPlainTextEdit::cursorPositionChanged, this, &CodeEdit::updateMarks);
    setViewportMargins(marginWidth(), 0, 0, 0);
    updateMarks();
}

CodeEdit::~CodeEdit() = default;

int CodeEdit::marginWidth() const {
    const int digits = std::max(3, static_cast<int>(QString::number(blockCount()).size()));
    return 26 + digits * fontMetrics().horizontalAdvance(QLatin1Char('9'));
}

void CodeEdit::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    const QRect area = contentsRect();
    margin_->setGeometry(area.left(), area.top(), marginWidth(), area.height());
}

void CodeEdit::paintMargin(QPaintEvent* event) {
    QPainter painter(margin_);
    painter.fillRect(event->rect(), colors().surface);
    painter.setFont(font());
    QTextBlock block = firstVisibleBlock();
    QRectF area = blockBoundingGeometry(block).translated(contentOffset());
    while (block.isValid() && area.top() <= event->rect().bottom()) {
        const int line = block.blockNumber() + 1;
        const bool current = line == textCursor().blockNumber() + 1;
        painter.setPen(errors_.contains(line) ? toneColor(Tone::bad) : current ? colors().text : colors().muted);
        const QRect slot(0, static_cast<int>(area.top()), margin_->width() - 10, fontMetrics().height());
        painter.drawText(slot, Qt::AlignRight, QString::number(line));
        if (errors_.contains(line))
            toneIcon(Tone::bad).paint(&painter, QRect(3, slot.top() + (slot.height() - 13) / 2, 13, 13));
        block = block.next();
        area = blockBoundingGeometry(block).translated(contentOffset());
    }
}

QString CodeEdit::errorAt(int y) const {
    return errors_.value(cursorForPosition(QPoint(0, y)).blockNumber() + 1);
}

void CodeEdit::updateMarks() {
    QList<QTextEdit::ExtraSelection> marks;
    QTextEdit::ExtraSelection current;
    current.format.setBackground(colors().raised);
    current.format.setProperty(QTextFormat::FullWidthSelection, true);
    current.cursor = textCursor();
    current.cursor.clearSelection();
    marks << current;
    for (auto it = errors_.begin(); it != errors_.end(); ++it) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(document()->findBlockByNumber(it.key() - 1));
        mark.cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
        mark.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        mark.format.setUnderlineColor(toneColor(Tone::bad));
        marks << mark;
    }
    setExtraSelections(marks);
    margin_->update();
}

void CodeEdit::markError(int line, const QString& message) {
    errors_.insert(std::max(1, line), message);
    updateMarks();
}

void CodeEdit::clearErrors() {
    errors_.clear();
    updateMarks();
}

void CodeEdit::goToLine(int line) {
    QTextCursor cursor(document()->findBlockByNumber(std::max(0, line - 1)));
    setTextCursor(cursor);
    centerCursor();
}

void CodeEdit::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Tab && !textCursor().hasSelection()) {
        textCursor().insertText(QStringLiteral("  "));
        return;
    }
    if (event->key() == Qt::Key_Return && event->modifiers() == Qt::NoModifier) {
        // A new line begins as far in as the one before.
        const QString line = textCursor().block().text();
        qsizetype depth = 0;
        while (depth < line.size() && line[depth] == QLatin1Char(' '))
            ++depth;
        const bool opens = line.trimmed().endsWith(QLatin1Char(':')) && textCursor().atBlockEnd();
        textCursor().insertText(QLatin1Char('\n') + QString(depth + (opens ? 2 : 0), QLatin1Char(' ')));
        ensureCursorVisible();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

} // namespace slipway::ui
