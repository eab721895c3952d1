#pragma once

#include "cluster/client/client.h"
#include "cluster/client/kubeconfig.h"
#include "tests/support/places.h"

#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QtTest>

namespace slipway::test {

/// A slipway-server of its own, on a free port of the loopback address and in a folder that goes with it.
class ServerProcess {
public:
    /// @p dataDir: empty: a folder of its own. @p arguments: further ones.
    explicit ServerProcess(QString dataDir = {}, QStringList arguments = {})
        : dataDir_(dataDir.isEmpty() ? folder_.path() : std::move(dataDir)), arguments_(std::move(arguments)) {
        QTcpServer probe;
        probe.listen(QHostAddress::LocalHost);
        port_ = probe.serverPort();
    }
    ~ServerProcess() { kill(); }

    /// Starts it and waits until it is ready.
    void start() {
        process_.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process_.start(slipway::tests::inBuild("bin/slipway-server"),
                       QStringList{"--data-dir", dataDir_, "--secure-port", QString::number(port_)} + arguments_);
        QVERIFY2(process_.waitForStarted(), "slipway-server does not start");
        QTRY_VERIFY_WITH_TIMEOUT(isReady(), 30'000);
    }

    /// SIGKILL: nothing of it runs on.
    void kill() {
        process_.kill();
        process_.waitForFinished();
    }

    /// SIGTERM; the exit code.
    int terminate() {
        process_.terminate();
        process_.waitForFinished();
        return process_.exitStatus() == QProcess::NormalExit ? process_.exitCode() : -1;
    }

    qint64 pid() const { return process_.processId(); }
    int port() const { return port_; }

    std::filesystem::path kubeconfig() const { return (dataDir_ + "/admin.kubeconfig").toStdString(); }

    /// As the administrator, over TLS; the server must have been started once.
    std::shared_ptr<const client::Client> admin() const {
        const auto settings = client::loadContext(kubeconfig());
        if (!settings)
            return nullptr;
        auto transport = client::makeHttpTransport(*settings);
        return transport ? std::make_shared<const client::Client>(*transport) : nullptr;
    }

private:
    bool isReady() const {
        const auto client = admin();
        if (!client)
            return false;
        const auto answer = client->transport().send({"GET", "/readyz", "", "", ""});
        return answer && answer->code == 200;
    }

    QTemporaryDir folder_;
    const QString dataDir_;
    const QStringList arguments_;
    QProcess process_;
    int port_ = 0;
};

} // namespace slipway::test
