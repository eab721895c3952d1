#include "ui/history/diff_view.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"

#include <QScrollBar>
#include <QTextBlock>

namespace slipway::ui {
namespace {

QColor tint(const QColor& color) {
    const QColor ground = colors().surface;
    const double share = isDarkTheme() ? 0.22 : 0.14;
    const auto mix = [share](int a, int b) { return static_cast<int>(a * share + b * (1 - share)); };
    return {mix(color.red(), ground.red()), mix(color.green(), ground.green()), mix(color.blue(), ground.blue())};
}

} // namespace

DiffView::DiffView(QWidget* parent) : QPlainTextEdit(parent) {
    setReadOnly(true);
    setFont(monospaceFont());
    setLineWrapMode(NoWrap);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    document()->setDocumentMargin(10);
    keepLook(this, [this] {
        setAccessibleName(tr("Differences"));
        write();
    });
}

void DiffView::show(std::vector<Part> parts, const QString& whenEqual) {
    parts_ = std::move(parts);
    whenEqual_ = whenEqual;
    write();
}

void DiffView::write() {
    const int scrolled = verticalScrollBar()->value();
    clear();
    QTextCursor cursor(document());
    cursor.beginEditBlock();
    bool first = true, differs = false;
    const auto line = [&](const QString& words, const QTextCharFormat& format, const QColor& ground = {}) {
        if (!first)
            cursor.insertBlock();
        first = false;
        QTextBlockFormat block;
        if (ground.isValid())
            block.setBackground(ground);
        cursor.setBlockFormat(block);
        cursor.insertText(words, format);
    };
    QTextCharFormat plain, heading, added, removed, faint;
    plain.setForeground(colors().text);
    faint.setForeground(colors().muted);
    heading.setForeground(colors().text);
    heading.setFontWeight(QFont::Bold);
    added.setForeground(toneColor(Tone::ok));
    removed.setForeground(toneColor(Tone::bad));
    for (const Part& part : parts_) {
        const auto lines = textDiff(part.before, part.after);
        if (lines.empty())
            continue;
        differs = true;
        if (!part.heading.isEmpty())
            line(part.heading, heading, colors().raised);
        for (const DiffLine& each : lines) {
            if (each.kind == DiffLine::added)
                line(QStringLiteral("+ ") + each.text, added, tint(toneColor(Tone::ok)));
            else if (each.kind == DiffLine::removed)
                line(QStringLiteral("- ") + each.text, removed, tint(toneColor(Tone::bad)));
            else if (each.kind == DiffLine::gap)
                line(QStringLiteral("  ⋯"), faint);
            else
                line(QStringLiteral("  ") + each.text, plain);
        }
    }
    if (!differs)
        line(whenEqual_, faint);
    cursor.endEditBlock();
    verticalScrollBar()->setValue(scrolled);
    horizontalScrollBar()->setValue(0);
}

} // namespace slipway::ui
