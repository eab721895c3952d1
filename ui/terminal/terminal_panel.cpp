#include "ui/terminal/terminal_panel.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"

#include <QBuffer>
#include <QHBoxLayout>
#include <QShortcut>
#include <QVBoxLayout>
#include <qtermwidget.h>
#include <termios.h>

namespace slipway::ui {

TerminalPanel::TerminalPanel(SessionPtr session, TerminalTarget target, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , target_(std::move(target))
    , terminal_(new QTermWidget(0, this))
    , bar_(new QFrame)
    , message_(new QLabel)
    , again_(new QPushButton) {
    terminal_->setTerminalFont(monospaceFont());
    terminal_->setScrollBarPosition(QTermWidget::ScrollBarRight);
    terminal_->setHistorySize(10'000);
    terminal_->setMargin(6);
    terminal_->setTerminalSizeHint(false);
    if (target_.program.isEmpty()) {
        terminal_->startTerminalTeletype();
        // The far end has a terminal of its own: this one must hand bytes through unchanged.
        termios mode{};
        if (const int file = terminal_->getPtySlaveFd(); tcgetattr(file, &mode) == 0) {
            cfmakeraw(&mode);
            tcsetattr(file, TCSANOW, &mode);
        }
    } else {
        connect(terminal_, &QTermWidget::finished, this, [this] { showEnd({}); });
    }
    bar_->setObjectName(QStringLiteral("bottomBar"));
    message_->setObjectName(QStringLiteral("terminalMessage"));
    auto* barLayout = new QHBoxLayout(bar_);
    barLayout->setContentsMargins(12, 6, 12, 6);
    barLayout->addWidget(message_, 1);
    barLayout->addWidget(again_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(terminal_, 1);
    layout->addWidget(bar_);
    setFocusProxy(terminal_);
    settle_.setSingleShot(true);
    settle_.setInterval(80);
    connect(&settle_, &QTimer::timeout, this, &TerminalPanel::tellSize);
    connect(again_, &QPushButton::clicked, this, &TerminalPanel::open);
    connect(terminal_, &QTermWidget::sendData, this, [this](const char* bytes, int size) {
        if (exec_ && running_)
            exec_->send(QByteArray(bytes, size));
    });
    const auto act = [this](const QKeyCombination key, void (QTermWidget::*call)()) {
        auto* shortcut = new QShortcut(key, this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, terminal_, call);
    };
    act(Qt::CTRL | Qt::SHIFT | Qt::Key_C, &QTermWidget::copyClipboard);
    act(Qt::CTRL | Qt::SHIFT | Qt::Key_V, &QTermWidget::pasteClipboard);
    act(Qt::CTRL | Qt::Key_Plus, &QTermWidget::zoomIn);
    act(Qt::CTRL | Qt::Key_Minus, &QTermWidget::zoomOut);
    act(Qt::CTRL | Qt::SHIFT | Qt::Key_F, &QTermWidget::toggleShowSearchBar);
    open();
    keepLook(this, [this] { retranslate(); });
}

TerminalPanel::~TerminalPanel() = default;

void TerminalPanel::retranslate() {
    terminal_->setColorScheme(isDarkTheme() ? QStringLiteral("WhiteOnBlack") : QStringLiteral("BlackOnWhite"));
    terminal_->setAccessibleName(tr("Terminal in %1").arg(target_.title));
    again_->setText(tr("Open again"));
}

void TerminalPanel::openProgram() {
    running_ = true;
    again_->hide();
    bar_->hide();
    terminal_->setShellProgram(target_.program.front());
    terminal_->setArgs(target_.program.mid(1));
    terminal_->startShellProgram();
}

void TerminalPanel::open() {
    if (!target_.program.isEmpty())
        return openProgram();
    running_ = false;
    again_->hide();
    bar_->show();
    const auto& [ns, pod, container, attach, program, title] = target_;
    message_->setText((attach ? tr("Attaching to %1 / %2") : tr("Opening a shell in %1 / %2")).arg(pod, container));
    exec_ = std::make_unique<ExecSession>(
        session_, attach ? attachTarget(ns, pod, container) : execTarget(ns, pod, container, shellCommand()),
        terminal_->getPtySlaveFd());
    connect(exec_.get(), &ExecSession::opened, this, [this] {
        running_ = true;
        bar_->hide();
        settle_.start();
    });
    connect(exec_.get(), &ExecSession::ended, this, &TerminalPanel::showEnd);
    exec_->start();
}

void TerminalPanel::tellSize() {
    if (exec_ && running_)
        exec_->resize(terminal_->screenColumnsCount(), terminal_->screenLinesCount());
}

void TerminalPanel::showEnd(const ExecResult& result) {
    running_ = false;
    QString words = tr("The shell has ended.");
    if (result.exitCode)
        words = tr("The shell has ended with exit code %1.").arg(*result.exitCode);
    else if (!result.message.isEmpty())
        words = result.message;
    message_->setText(words);
    message_->setToolTip(words);
    again_->show();
    bar_->show();
}

void TerminalPanel::type(const QString& text) {
    if (!target_.program.isEmpty())
        terminal_->sendText(text);
    else if (exec_ && running_)
        exec_->send(text.toUtf8());
}

QString TerminalPanel::shownText() const {
    QBuffer buffer;
    buffer.open(QIODevice::ReadWrite);
    terminal_->saveHistory(&buffer);
    return QString::fromUtf8(buffer.data());
}

void TerminalPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    settle_.start();
}

void TerminalPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    settle_.start();
}

} // namespace slipway::ui
