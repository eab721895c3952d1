#include "ui/logs/log_panel.h"

#include "ui/look/theme.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QSaveFile>
#include <QScrollBar>
#include <QTextBlock>
#include <QVBoxLayout>
#include <set>

namespace slipway::ui {

LogPanel::LogPanel(SessionPtr session, std::vector<LogSource> sources, bool previous, QWidget* parent)
    : QWidget(parent), session_(std::move(session)), sources_(std::move(sources)), view_(new QPlainTextEdit) {
    options_.previous = previous;
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeBar());
    layout->addWidget(view_, 1);
    view_->setReadOnly(true);
    view_->setFont(monospaceFont());
    view_->setAccessibleName(tr("Log"));
    view_->setMaximumBlockCount(static_cast<int>(buffer_.maxLines()));
    view_->setUndoRedoEnabled(false);
    view_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    view_->setLineWrapMode(QPlainTextEdit::NoWrap);
    view_->document()->setDocumentMargin(10);
    view_->installEventFilter(this);
    setFocusProxy(view_);
    connect(view_->verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] {
        const auto* bar = view_->verticalScrollBar();
        scroll_->setChecked(bar->sliderPosition() >= bar->maximum() - 2); // scrolling up stops following
    });
    restart();
}

QToolButton* LogPanel::addToggle(const QString& iconName, const QString& words, const QString& key, bool on) {
    auto* button = new QToolButton;
    button->setIcon(icon(iconName));
    button->setCheckable(true);
    button->setChecked(on);
    button->setToolTip(key.isEmpty() ? words : QStringLiteral("%1   %2").arg(words, key));
    button->setAccessibleName(words);
    barLayout_->addWidget(button);
    return button;
}

QWidget* LogPanel::makeBar() {
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    barLayout_ = new QHBoxLayout(bar);
    barLayout_->setContentsMargins(12, 5, 12, 5);
    state_ = new QLabel;
    state_->setObjectName(QStringLiteral("muted"));
    filterLine_ = new QLineEdit;
    filterLine_->setPlaceholderText(tr("Filter   /"));
    filterLine_->setAccessibleName(tr("Filter log lines"));
    filterLine_->setToolTip(tr("Regular expression; ! in front turns it round"));
    filterLine_->setClearButtonEnabled(true);
    filterLine_->setMaximumWidth(230);
    filterLine_->addAction(icon(QStringLiteral("search"), colors().muted), QLineEdit::LeadingPosition);
    filterLine_->installEventFilter(this);
    connect(filterLine_, &QLineEdit::textChanged, this, [this](QString text) {
        filterNegated_ = text.startsWith(QLatin1Char('!'));
        if (filterNegated_)
            text.remove(0, 1);
        filter_ = QRegularExpression(text, QRegularExpression::CaseInsensitiveOption);
        if (!filter_.isValid())
            filter_ = QRegularExpression(QRegularExpression::escape(text), QRegularExpression::CaseInsensitiveOption);
        rebuild();
    });
    range_ = new QComboBox;
    range_->setAccessibleName(tr("From when"));
    range_->addItems({tr("Last lines"), tr("From the start"), tr("Last minute"), tr("Last 5 minutes"),
                      tr("Last 15 minutes"), tr("Last 30 minutes"), tr("Last hour")});
    connect(range_, &QComboBox::activated, this, &LogPanel::chooseRange);
    barLayout_->addWidget(state_, 1);
    barLayout_->addWidget(range_);
    barLayout_->addWidget(filterLine_);
    scroll_ = addToggle(QStringLiteral("follow"), tr("Follow the end"), QStringLiteral("S"), true);
    wrap_ = addToggle(QStringLiteral("wrap"), tr("Wrap long lines"), QStringLiteral("W"), false);
    times_ = addToggle(QStringLiteral("clock"), tr("Timestamps"), QStringLiteral("T"), false);
    previous_ = addToggle(QStringLiteral("previous"), tr("Previous run"), {}, options_.previous);
    auto* saveButton = new QToolButton;
    saveButton->setIcon(icon(QStringLiteral("save")));
    saveButton->setToolTip(tr("Save   Ctrl+S"));
    saveButton->setAccessibleName(tr("Save log"));
    barLayout_->addWidget(saveButton);
    connect(saveButton, &QToolButton::clicked, this, &LogPanel::save);
    connect(wrap_, &QToolButton::toggled, this,
            [this](bool on) { view_->setLineWrapMode(on ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap); });
    connect(times_, &QToolButton::toggled, this, &LogPanel::rebuild);
    connect(scroll_, &QToolButton::toggled, this, [this](bool on) {
        if (on)
            view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
    });
    connect(previous_, &QToolButton::toggled, this, [this](bool on) {
        options_.previous = on;
        restart();
    });
    return bar;
}

void LogPanel::chooseRange(int index) {
    constexpr int since[] = {0, 0, 60, 300, 900, 1800, 3600};
    range_->setCurrentIndex(index);
    options_.tailLines = index == 0 ? 500 : -1;
    options_.sinceSeconds = since[index];
    restart();
}

void LogPanel::restart() {
    streams_.clear();
    buffer_.clear();
    view_->clear();
    problems_.assign(sources_.size(), {});
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        auto stream = std::make_unique<LogStream>(session_, sources_[i], static_cast<int>(i), options_);
        connect(stream.get(), &LogStream::arrived, this, &LogPanel::append);
        connect(stream.get(), &LogStream::stateChanged, this, [this, i](const QString& message, bool broken) {
            problems_[i] = broken ? message : QString();
            updateState();
        });
        streams_.push_back(std::move(stream));
    }
    updateState();
}

void LogPanel::updateState() {
    QStringList broken;
    for (std::size_t i = 0; i < problems_.size(); ++i)
        if (!problems_[i].isEmpty())
            broken << (sources_.size() > 1 ? sources_[i].container + QStringLiteral(": ") : QString()) + problems_[i];
    QString words = broken.isEmpty() ? (options_.previous ? tr("Previous run") : tr("Following"))
                                     : broken.join(QStringLiteral(" · "));
    if (buffer_.dropped() > 0)
        words += QStringLiteral(" · ") + tr("older lines were let go");
    state_->setText(state_->fontMetrics().elidedText(words, Qt::ElideRight, 520));
    state_->setToolTip(words);
}

bool LogPanel::accepts(const LogLine& line) const {
    return filter_.pattern().isEmpty() || filter_.match(line.text).hasMatch() != filterNegated_;
}

QString LogPanel::prefixOf(const LogLine& line) const {
    QString prefix;
    if (times_->isChecked() && !line.timestamp.isEmpty())
        prefix = line.timestamp.left(23) + QStringLiteral("  ");
    if (sources_.size() > 1) {
        const LogSource& source = sources_[static_cast<std::size_t>(line.source)];
        bool manyPods = false;
        for (const LogSource& other : sources_)
            manyPods = manyPods || other.pod != source.pod;
        prefix += (manyPods ? source.pod + QLatin1Char('/') : QString()) + source.container + QStringLiteral("  ");
    }
    return prefix;
}

void LogPanel::writeLine(QTextCursor& cursor, const LogLine& line) {
    if (!view_->document()->isEmpty())
        cursor.insertBlock();
    if (const QString prefix = prefixOf(line); !prefix.isEmpty()) {
        QTextCharFormat faint;
        faint.setForeground(colors().muted);
        cursor.insertText(prefix, faint);
    }
    static const QRegularExpression bad(QStringLiteral("\\b(error|fatal|panic|critical|emerg)\\b"),
                                        QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression warning(QStringLiteral("\\bwarn(ing)?\\b"),
                                            QRegularExpression::CaseInsensitiveOption);
    QTextCharFormat format;
    format.setForeground(bad.match(line.text).hasMatch()       ? toneColor(Tone::bad)
                         : warning.match(line.text).hasMatch() ? toneColor(Tone::waiting)
                                                               : colors().text);
    cursor.insertText(line.text, format);
}

void LogPanel::append(const std::vector<LogLine>& lines) {
    QTextCursor cursor(view_->document());
    cursor.movePosition(QTextCursor::End);
    cursor.beginEditBlock();
    for (const LogLine& line : lines)
        if (accepts(line))
            writeLine(cursor, line);
    cursor.endEditBlock();
    buffer_.add(lines);
    if (scroll_->isChecked())
        view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
    if (buffer_.dropped() > 0)
        updateState();
}

void LogPanel::rebuild() {
    view_->clear();
    QTextCursor cursor(view_->document());
    cursor.beginEditBlock();
    for (const LogLine& line : buffer_.lines())
        if (accepts(line))
            writeLine(cursor, line);
    cursor.endEditBlock();
    if (scroll_->isChecked())
        view_->verticalScrollBar()->setValue(view_->verticalScrollBar()->maximum());
}

void LogPanel::save() {
    const QString suggestion =
        (sources_.empty() ? QStringLiteral("log") : sources_.front().pod) + QStringLiteral(".log");
    const QString path = QFileDialog::getSaveFileName(this, tr("Save log"), suggestion);
    if (path.isEmpty())
        return;
    QSaveFile file(path);
    bool saved = file.open(QIODevice::WriteOnly);
    for (const LogLine& line : buffer_.lines())
        saved = saved && file.write((prefixOf(line) + line.text + QLatin1Char('\n')).toUtf8()) >= 0;
    saved = saved && file.commit();
    state_->setText(saved ? tr("Saved to %1").arg(path) : tr("Not saved: %1").arg(file.errorString()));
}

bool LogPanel::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto* press = static_cast<QKeyEvent*>(event);
    if (watched == filterLine_) {
        if (press->key() != Qt::Key_Escape && press->key() != Qt::Key_Return)
            return false;
        if (press->key() == Qt::Key_Escape)
            filterLine_->clear();
        view_->setFocus();
        return true;
    }
    if (press->modifiers() == Qt::ControlModifier && press->key() == Qt::Key_S)
        return save(), true;
    if (press->modifiers() != Qt::NoModifier)
        return QWidget::eventFilter(watched, event);
    switch (press->key()) {
    case Qt::Key_Slash:
        filterLine_->setFocus();
        return true;
    case Qt::Key_S:
        scroll_->toggle();
        return true;
    case Qt::Key_W:
        wrap_->toggle();
        return true;
    case Qt::Key_T:
        times_->toggle();
        return true;
    default:
        break;
    }
    if (press->key() >= Qt::Key_0 && press->key() <= Qt::Key_6) {
        chooseRange(press->key() - Qt::Key_0);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace slipway::ui
