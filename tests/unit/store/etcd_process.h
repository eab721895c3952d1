#pragma once

#include "cluster/store/etcd_store.h"

#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

/// A real etcd on loopback, for one test.
namespace slipway::store::test {

class EtcdProcess {
public:
    EtcdProcess() : clientPort_(freePort()), peerPort_(freePort()) { start(); }
    ~EtcdProcess() { kill(); }

    void start() {
        const QString client = QString("http://127.0.0.1:%1").arg(clientPort_);
        const QString peer = QString("http://127.0.0.1:%1").arg(peerPort_);
        process_ = std::make_unique<QProcess>();
        process_->setStandardErrorFile(QProcess::nullDevice());
        process_->setStandardOutputFile(QProcess::nullDevice());
        process_->start("etcd",
                        {"--data-dir", folder_.filePath("etcd"), "--listen-client-urls", client,
                         "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls",
                         peer, "--initial-cluster", "default=" + peer, "--log-level", "error", "--unsafe-no-fsync"});
        for (int i = 0; i < 600 && !answers(); ++i)
            QTest::qSleep(50);
    }
    /// As when the machine goes away; what was acknowledged stays in the folder.
    void kill() {
        process_->kill();
        process_->waitForFinished();
    }

    EtcdOptions options() const { return {.endpoints = {endpoint()}, .prefix = "/test"}; }
    std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(clientPort_); }

private:
    static quint16 freePort() {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        return server.serverPort();
    }
    bool answers() const {
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, clientPort_);
        return socket.waitForConnected(50);
    }

    QTemporaryDir folder_;
    const quint16 clientPort_, peerPort_;
    std::unique_ptr<QProcess> process_;
};

} // namespace slipway::store::test
