#include "ui/editor/find_bar.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QRegularExpression>

namespace slipway::ui {

FindBar::FindBar(QPlainTextEdit& editor, QWidget* parent)
    : QFrame(parent)
    , editor_(editor)
    , line_(new QLineEdit)
    , state_(new QLabel)
    , previous_(new QToolButton)
    , next_(new QToolButton)
    , close_(new QToolButton) {
    setObjectName(QStringLiteral("bottomBar"));
    state_->setObjectName(QStringLiteral("muted"));
    line_->setMaximumWidth(320);
    line_->addAction(icon(QStringLiteral("search"), Ink::muted), QLineEdit::LeadingPosition);
    line_->installEventFilter(this);
    previous_->setArrowType(Qt::UpArrow);
    next_->setArrowType(Qt::DownArrow);
    close_->setIcon(icon(QStringLiteral("close"), Ink::muted));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 4, 12, 4);
    layout->addWidget(line_);
    layout->addWidget(previous_);
    layout->addWidget(next_);
    layout->addWidget(state_, 1);
    layout->addWidget(close_);
    connect(previous_, &QToolButton::clicked, this, [this] { find(true); });
    connect(next_, &QToolButton::clicked, this, [this] { find(false); });
    connect(close_, &QToolButton::clicked, this, [this] {
        hide();
        editor_.setFocus();
    });
    keepLook(this, [this] {
        line_->setPlaceholderText(tr("Find"));
        line_->setAccessibleName(tr("Find in the text"));
        previous_->setAccessibleName(tr("Previous place"));
        next_->setAccessibleName(tr("Next place"));
        close_->setAccessibleName(tr("Close the search"));
    });
}

void FindBar::open() {
    show();
    if (const QString chosen = editor_.textCursor().selectedText(); !chosen.isEmpty())
        line_->setText(chosen);
    line_->setFocus();
    line_->selectAll();
}

void FindBar::find(bool backwards) {
    QRegularExpression wanted(line_->text(), QRegularExpression::CaseInsensitiveOption);
    if (!wanted.isValid())
        wanted =
            QRegularExpression(QRegularExpression::escape(line_->text()), QRegularExpression::CaseInsensitiveOption);
    if (line_->text().isEmpty())
        return;
    const auto flags = backwards ? QTextDocument::FindFlags(QTextDocument::FindBackward) : QTextDocument::FindFlags();
    bool found = editor_.find(wanted, flags);
    if (!found) { // from the other end
        const QTextCursor before = editor_.textCursor();
        editor_.moveCursor(backwards ? QTextCursor::End : QTextCursor::Start);
        found = editor_.find(wanted, flags);
        if (!found)
            editor_.setTextCursor(before);
    }
    state_->setText(found ? QString() : tr("Not found"));
}

bool FindBar::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    const auto* press = static_cast<QKeyEvent*>(event);
    if (press->key() == Qt::Key_Escape)
        return close_->click(), true;
    if (press->key() == Qt::Key_Return || press->key() == Qt::Key_Enter)
        return find(press->modifiers() & Qt::ShiftModifier), true;
    return QFrame::eventFilter(watched, event);
}

} // namespace slipway::ui
