#include "ui/access/port_forwards.h"

#include "ui/access/ports_dialog.h"
#include "ui/session/background.h"
#include "ui/session/kubectl.h"

#include <QRegularExpression>
#include <QStandardPaths>

namespace slipway::ui {

int openedPort(const QString& line) {
    static const QRegularExpression opened(QStringLiteral("^Forwarding from (?:127\\.0\\.0\\.1|\\[::1\\]):(\\d+) ->"));
    const auto match = opened.match(line);
    return match.hasMatch() ? match.captured(1).toInt() : 0;
}

PortForward::PortForward(SessionPtr session, ObjectRef target, int remotePort, int localPort, QObject* parent)
    : QObject(parent)
    , session_(std::move(session))
    , target_(std::move(target))
    , remotePort_(remotePort)
    , localPort_(localPort) {
    again_.setSingleShot(true);
    connect(&again_, &QTimer::timeout, this, &PortForward::open);
    open();
}

PortForward::~PortForward() {
    if (!process_)
        return;
    process_->disconnect(this);
    process_->kill();
    process_->waitForFinished(1000);
}

void PortForward::open() {
    state_ = State::opening;
    process_ = std::make_unique<QProcess>();
    QStringList arguments = kubectlContext(*session_);
    arguments << QStringLiteral("port-forward") << QStringLiteral("--address=127.0.0.1") << QStringLiteral("-n")
              << target_.ns << text(target_.kind->resource.kind).toLower() + QLatin1Char('/') + target_.name
              << QStringLiteral("%1:%2").arg(localPort_ > 0 ? QString::number(localPort_) : QString()).arg(remotePort_);
    complaint_.clear();
    connect(process_.get(), &QProcess::readyReadStandardOutput, this, &PortForward::read);
    connect(process_.get(), &QProcess::readyReadStandardError, this, &PortForward::read);
    connect(process_.get(), &QProcess::finished, this, [this] {
        read();
        fail(complaint_);
    });
    connect(process_.get(), &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            fail(tr("kubectl is not installed."));
    });
    process_->start(QStringLiteral("kubectl"), arguments);
    emit changed();
}

void PortForward::read() {
    while (process_->canReadLine())
        if (const int port = openedPort(QString::fromUtf8(process_->readLine())); port > 0) {
            localPort_ = port;
            state_ = State::open;
            message_.clear();
            failures_ = 0;
            emit changed();
        }
    // kubectl goes on after a lost pod, with a forward that leads nowhere: it is opened anew.
    if (const QString said = QString::fromUtf8(process_->readAllStandardError()).trimmed(); !said.isEmpty())
        complaint_ = said;
    if (complaint_.contains(QStringLiteral("lost connection to pod")) && process_->state() == QProcess::Running)
        process_->kill();
}

void PortForward::fail(const QString& message) {
    if (state_ == State::broken && again_.isActive())
        return;
    state_ = State::broken;
    message_ = message.section(QLatin1Char('\n'), -1);
    again_.start(std::min(30'000, 500 << std::min(6, failures_++)));
    emit changed();
}

PortForwards::PortForwards(SessionPtr session, QObject* parent) : QObject(parent), session_(std::move(session)) {}

PortForward* PortForwards::add(const ObjectRef& target, int remotePort, int localPort) {
    auto* forward = new PortForward(session_, target, remotePort, localPort, this);
    all_ << forward;
    connect(forward, &PortForward::changed, this, [this, forward, was = PortForward::State::opening]() mutable {
        if (forward->state() == PortForward::State::broken && was == PortForward::State::open)
            emit told(tr("The forward to %1 has broken: %2").arg(forward->target().name, forward->message()), true);
        was = forward->state();
        emit changed();
    });
    emit added();
    emit changed();
    return forward;
}

void PortForwards::remove(PortForward* forward) {
    all_.removeOne(forward);
    forward->deleteLater();
    emit changed();
}

void PortForwards::ask(QWidget& parent, const ObjectRef& target) {
    if (session_->readOnly->load())
        return emit told(tr("This cluster is guarded: ports are not forwarded."), true);
    auto work = [session = session_, target] {
        return session->client->get(target.kind->resource, target.ns.toStdString(), target.name.toStdString());
    };
    inBackground(this, std::move(work), [this, &parent, target](const client::Result<api::Json>& object) {
        if (!object || !object->is_object())
            return emit told(object ? QString() : errorText(object.error()), true);
        showPortsDialog(parent, target, portsOf(object->get_object()),
                        [this, target](int remote, int local) { add(target, remote, local); });
    });
}

} // namespace slipway::ui
