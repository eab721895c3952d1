#include "ui/editor/code_edit.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"

#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Repository>
#include <KSyntaxHighlighting/SyntaxHighlighter>
#include <KSyntaxHighlighting/Theme>
#include <QAbstractTextDocumentLayout>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QTextBlock>
#include <QToolTip>

namespace slipway::ui {
namespace {

/// What is known of languages and themes: read once.
KSyntaxHighlighting::Repository& repository() {
    static auto* only = new KSyntaxHighlighting::Repository; // editors may outlive static objects
    return *only;
}

} // namespace

/// The column of line numbers.
class CodeEdit::Margin final : public QWidget {
public:
    explicit Margin(CodeEdit& editor) : QWidget(&editor), editor_(editor) {}

protected:
    void paintEvent(QPaintEvent* event) override { editor_.paintMargin(event); }
    void mousePressEvent(QMouseEvent* event) override { editor_.pressMargin(event->pos()); }
    bool event(QEvent* event) override {
        if (event->type() == QEvent::ToolTip) {
            auto* help = static_cast<QHelpEvent*>(event);
            QToolTip::showText(help->globalPos(), editor_.messageAt(help->pos().y()), this);
            return true;
        }
        return QWidget::event(event);
    }

private:
    CodeEdit& editor_;
};

CodeEdit::CodeEdit(QWidget* parent)
    : QPlainTextEdit(parent)
    , highlighter_(new KSyntaxHighlighting::SyntaxHighlighter(document()))
    , margin_(new Margin(*this)) {
    setFont(monospaceFont());
    setLineWrapMode(NoWrap);
    setTabStopDistance(2 * fontMetrics().horizontalAdvance(QLatin1Char(' ')));
    document()->setDocumentMargin(6);
    highlighter_->setDefinition(repository().definitionForName(QStringLiteral("YAML")));
    connect(this, &QPlainTextEdit::blockCountChanged, this, [this] { setViewportMargins(marginWidth(), 0, 0, 0); });
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& area, int dy) {
        if (dy != 0)
            margin_->scroll(0, dy);
        else
            margin_->update(0, area.y(), margin_->width(), area.height());
    });
    connect(this, &QPlainTextEdit::cursorPositionChanged, this, &CodeEdit::updateMarks);
    connect(this, &QPlainTextEdit::blockCountChanged, this, [this] {
        if (!folded_.isEmpty())
            unfoldAll(); // lines have moved
    });
    setViewportMargins(marginWidth(), 0, 0, 0);
    keepLook(this, [this] {
        setAccessibleName(tr("YAML editor"));
        auto theme = repository().theme(isDarkTheme() ? QStringLiteral("GitHub Dark") : QStringLiteral("GitHub Light"));
        if (!theme.isValid())
            theme = repository().defaultTheme(isDarkTheme() ? KSyntaxHighlighting::Repository::DarkTheme
                                                            : KSyntaxHighlighting::Repository::LightTheme);
        highlighter_->setTheme(theme);
        highlighter_->rehighlight();
        updateMarks();
    });
}

CodeEdit::~CodeEdit() = default;

int CodeEdit::marginWidth() const {
    const int digits = std::max(3, static_cast<int>(QString::number(blockCount()).size()));
    return 36 + digits * fontMetrics().horizontalAdvance(QLatin1Char('9'));
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
    for (; block.isValid() && area.top() <= event->rect().bottom(); block = block.next()) {
        area = blockBoundingGeometry(block).translated(contentOffset());
        if (!block.isVisible())
            continue;
        const int line = block.blockNumber() + 1;
        const bool current = line == textCursor().blockNumber() + 1;
        const bool bad = errors_.contains(line), odd = warnings_.contains(line);
        painter.setPen(bad       ? toneColor(Tone::bad)
                       : odd     ? toneColor(Tone::waiting)
                       : current ? colors().text
                                 : colors().muted);
        const QRect slot(0, static_cast<int>(area.top()), margin_->width() - 20, fontMetrics().height());
        painter.drawText(slot, Qt::AlignRight, QString::number(line));
        if (bad || odd)
            toneIcon(bad ? Tone::bad : Tone::waiting)
                .paint(&painter, QRect(3, slot.top() + (slot.height() - 13) / 2, 13, 13));
        if (isFoldable(line)) {
            painter.setPen(colors().muted);
            painter.drawText(QRect(margin_->width() - 18, slot.top(), 16, slot.height()), Qt::AlignCenter,
                             folded_.contains(line) ? QStringLiteral("▸") : QStringLiteral("▾"));
        }
    }
}

void CodeEdit::pressMargin(const QPoint& at) {
    toggleFold(lineAt(at.y()));
}

int CodeEdit::lineAt(int y) const {
    return cursorForPosition(QPoint(0, y)).blockNumber() + 1;
}

QString CodeEdit::messageAt(int y) const {
    const int line = lineAt(y);
    return errors_.value(line, warnings_.value(line));
}

namespace {

/// The column of a line's first letter; below 0: it is blank. A dash counts as the element's own column.
int indentOf(const QTextBlock& block) {
    const QString text = block.text();
    for (int i = 0; i < text.size(); ++i)
        if (!text[i].isSpace())
            return i;
    return -1;
}

} // namespace

/// The last line of what is indented below a line; the line itself when nothing is.
int CodeEdit::foldEnd(int line) const {
    const QTextBlock head = document()->findBlockByNumber(line - 1);
    const int indent = indentOf(head);
    int end = line;
    if (indent < 0)
        return end;
    const bool opensList = head.text().trimmed().endsWith(QLatin1Char(':'));
    for (QTextBlock block = head.next(); block.isValid(); block = block.next()) {
        const int inner = indentOf(block);
        if (inner < 0)
            continue;
        const bool element = inner == indent && opensList && block.text().trimmed().startsWith(QLatin1Char('-'));
        if (inner <= indent && !element)
            break;
        end = block.blockNumber() + 1;
    }
    return end;
}

bool CodeEdit::isFoldable(int line) const {
    const QTextBlock head = document()->findBlockByNumber(line - 1);
    const QString text = head.text().trimmed();
    return (text.endsWith(QLatin1Char(':')) || text.startsWith(QLatin1String("- "))) && foldEnd(line) > line;
}

void CodeEdit::toggleFold(int line) {
    if (!isFoldable(line))
        return;
    const bool fold = !folded_.remove(line);
    if (fold)
        folded_.insert(line);
    const int end = foldEnd(line);
    for (int i = line; i < end; ++i) {
        bool hidden = fold;
        for (const int other : std::as_const(folded_)) // what is folded inside stays so
            hidden = hidden || (other <= i && i < foldEnd(other));
        document()->findBlockByNumber(i).setVisible(!hidden);
    }
    if (fold && textCursor().blockNumber() >= line && textCursor().blockNumber() < end)
        goToLine(line);
    document()->markContentsDirty(0, document()->characterCount());
    viewport()->update();
    margin_->update();
    emit document() -> documentLayout()->documentSizeChanged(document()->documentLayout()->documentSize());
}

void CodeEdit::unfoldAll() {
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next())
        block.setVisible(true);
    folded_.clear();
    document()->markContentsDirty(0, document()->characterCount());
    viewport()->update();
}

bool CodeEdit::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && explain_) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int x = help->pos().x() - viewport()->x(), y = help->pos().y() - viewport()->y();
        const QTextCursor at = cursorForPosition(QPoint(x, y));
        const int line = at.blockNumber() + 1;
        QString words = errors_.value(line, warnings_.value(line));
        if (words.isEmpty())
            words = explain_(at.position());
        QToolTip::showText(help->globalPos(),
                           words.isEmpty() ? QString() : QStringLiteral("<p>%1</p>").arg(words.toHtmlEscaped()), this);
        return true;
    }
    return QPlainTextEdit::event(event);
}

void CodeEdit::updateMarks() {
    QList<QTextEdit::ExtraSelection> marks;
    QTextEdit::ExtraSelection current;
    current.format.setBackground(colors().raised);
    current.format.setProperty(QTextFormat::FullWidthSelection, true);
    current.cursor = textCursor();
    current.cursor.clearSelection();
    marks << current;
    QMap<int, QColor> lines;
    for (auto it = warnings_.begin(); it != warnings_.end(); ++it)
        lines.insert(it.key(), toneColor(Tone::waiting));
    for (auto it = errors_.begin(); it != errors_.end(); ++it)
        lines.insert(it.key(), toneColor(Tone::bad));
    for (auto it = lines.begin(); it != lines.end(); ++it) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(document()->findBlockByNumber(it.key() - 1));
        mark.cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
        mark.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        mark.format.setUnderlineColor(it.value());
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

void CodeEdit::setWarnings(const QMap<int, QString>& warnings) {
    if (warnings == warnings_)
        return;
    warnings_ = warnings;
    updateMarks();
}

void CodeEdit::goToLine(int line) {
    if (!document()->findBlockByNumber(std::max(0, line - 1)).isVisible())
        unfoldAll();
    QTextCursor cursor(document()->findBlockByNumber(std::max(0, line - 1)));
    setTextCursor(cursor);
    centerCursor();
}

void CodeEdit::keyPressEvent(QKeyEvent* event) {
    if (keyFilter_ && keyFilter_(*event))
        return;
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
