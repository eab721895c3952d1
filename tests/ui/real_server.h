#pragma once

#include "tests/support/places.h"
#include "ui/session/open_session.h"

#include <QFile>
#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>
#include <csignal>

namespace slipway::tests {

/// An API server with controllers, without a node, in a folder of its own that goes with it.
class RealServer {
public:
    RealServer() {
        QTcpServer free;
        if (free.listen(QHostAddress::LocalHost))
            port_ = free.serverPort();
    }
    ~RealServer() {
        resume();
        process_.terminate();
        if (!process_.waitForFinished(5000))
            process_.kill();
        process_.waitForFinished(1000);
    }

    /// @p port 0: where it is always found.
    bool start(const QStringList& more = {}, quint16 port = 0) {
        process_.setStandardErrorFile(folder_.filePath("server.log"), QIODevice::Append);
        process_.start(slipway::tests::inBuild("bin/slipway-server"),
                       QStringList{"--data-dir", folder_.filePath("data"), "--secure-port",
                                   QString::number(port == 0 ? port_ : port)} +
                           more);
        return process_.waitForStarted();
    }
    bool kill() {
        process_.kill();
        return process_.waitForFinished();
    }
    /// As a laptop that sleeps: it is there and does not answer.
    void pause() { ::kill(static_cast<pid_t>(process_.processId()), SIGSTOP); }
    void resume() {
        if (process_.processId() > 0)
            ::kill(static_cast<pid_t>(process_.processId()), SIGCONT);
    }

    QString kubeconfig() const { return folder_.filePath("data/admin.kubeconfig"); }
    QString path(const QString& name) const { return folder_.filePath(name); }
    quint16 port() const { return port_; }

    bool write(const QString& name, const QByteArray& content, bool program = false) const {
        QFile file(path(name));
        const bool done = file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
        return done && (!program || file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    }
    /// A kubeconfig for the same server whose user is the given YAML.
    QString kubeconfigWith(const QString& name, const QByteArray& user) const {
        QFile admin(kubeconfig());
        if (!admin.open(QIODevice::ReadOnly))
            return {};
        const auto settings = client::loadContext(kubeconfig().toStdString());
        if (!settings || !write(QStringLiteral("ca.pem"), QByteArray::fromStdString(settings->caPem)))
            return {};
        const QByteArray text =
            "apiVersion: v1\nkind: Config\ncurrent-context: " + name.toUtf8() +
            "\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:" + QByteArray::number(port_) +
            "', certificate-authority: ca.pem}}]\ncontexts: [{name: " + name.toUtf8() +
            ", context: {cluster: c, user: u}}]\nusers: [{name: u, user: " + user + "}]\n";
        return write(name, text) ? path(name) : QString();
    }

private:
    QTemporaryDir folder_;
    QProcess process_;
    quint16 port_ = 0;
};

} // namespace slipway::tests
