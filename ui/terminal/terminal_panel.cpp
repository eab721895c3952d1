#include "ui/terminal/terminal_panel.h"

#include "ui/look/theme.h"

#include <QBuffer>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <qtermwidget.h>
#include <termios.h>

namespace slipway::ui {

TerminalPanel::TerminalPanel(SessionPtr session, QString ns, QString pod, QString container, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , ns_(std::move(ns))
    , pod_(std::move(pod))
    , container_(std::move(container))
    , terminal_(new QTermWidget(0, this))
    , bar_(new QFrame)
    , message_(new QLabel)
    , again_(new QPushButton(tr("Open again"))) {
    terminal_->setTerminalFont(monospaceFont());
    terminal_->setColorScheme(isDarkTheme() ? QStringLiteral("WhiteOnBlack") : QStringLiteral("BlackOnWhite"));
    terminal_->setScrollBarPosition(QTermWidget::ScrollBarRight);
    terminal_->setHistorySize(10'000);
    terminal_->setMargin(6);
    terminal_->setTerminalSizeHint(false);
    terminal_->setAccessibleName(tr("Terminal in %1").arg(pod_));
    terminal_->startTerminalTeletype();
    // The far end has a terminal of its own: this one must hand bytes through unchanged.
    termios mode{};
    if (const int file = terminal_->getPtySlaveFd(); tcgetattr(file, &mode) == 0) {
        cfmakeraw(&mode);
        tcsetattr(file, TCSANOW, &mode);
    }
    bar_->setObjectName(QStringLiteral("bottomBar"));
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
    open();
}

TerminalPanel::~TerminalPanel() = default;

void TerminalPanel::open() {
    running_ = false;
    again_->hide();
    bar_->show();
    message_->setText(tr("Opening a shell in %1 / %2").arg(pod_, container_));
    exec_ = std::make_unique<ExecSession>(session_, execTarget(ns_, pod_, container_, shellCommand()),
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
    if (exec_ && running_)
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
