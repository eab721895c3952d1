#pragma once

#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QTimer>
#include <memory>

namespace slipway::ui {

/// A port of this computer that leads to one of a pod, a workload or a service, through `kubectl port-forward`. When it
/// breaks it is opened again; it never says that it is open when it is not. GUI thread.
class PortForward : public QObject {
    Q_OBJECT
public:
    enum class State { opening, open, broken };

    PortForward(SessionPtr session, ObjectRef target, int remotePort, int localPort, QObject* parent);
    ~PortForward() override;

    const ObjectRef& target() const { return target_; }
    int remotePort() const { return remotePort_; }
    int localPort() const { return localPort_; } ///< 0 until it is open when any port will do
    State state() const { return state_; }
    const QString& message() const { return message_; }
    void open();

signals:
    void changed();

private:
    void read();
    void fail(const QString& message);

    SessionPtr session_;
    ObjectRef target_;
    int remotePort_, localPort_;
    State state_ = State::opening;
    QString message_, complaint_; ///< complaint_: what kubectl said last
    std::unique_ptr<QProcess> process_;
    QTimer again_;
    int failures_ = 0;
};

/// The local port in a line kubectl prints when a forward is open, or 0. Pure.
int openedPort(const QString& line);

/// All forwards of one cluster. GUI thread.
class PortForwards : public QObject {
    Q_OBJECT
public:
    explicit PortForwards(SessionPtr session, QObject* parent = nullptr);

    /// Asks which port, then opens it.
    void ask(QWidget& parent, const ObjectRef& target);
    PortForward* add(const ObjectRef& target, int remotePort, int localPort);
    void remove(PortForward* forward);
    const QList<PortForward*>& all() const { return all_; }

signals:
    void added();
    void changed();
    void told(const QString& message, bool bad);

private:
    SessionPtr session_;
    QList<PortForward*> all_;
};

} // namespace slipway::ui
