// The node's HTTPS server with many clients at once: real connections, real commands, a runtime in memory.

#include "cluster/agent/server/server.h"
#include "node_fixture.h"
#include "pod_fixture.h"

#include <QElapsedTimer>
#include <QSslSocket>
#include <QTest>
#include <filesystem>
#include <fstream>

using namespace slipway::agent;
using namespace slipway::agent::test;

namespace {

constexpr int patience = 30'000, logClients = 40, execClients = 25;

int entriesOf(const char* folder) {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder))
        ++count;
    return count;
}
int threads() {
    return entriesOf("/proc/self/task");
}
int descriptors() {
    return entriesOf("/proc/self/fd");
}

/// One client's connection.
class Client {
public:
    Client(int port, const QByteArray& request) {
        socket_.setPeerVerifyMode(QSslSocket::VerifyNone);
        socket_.connectToHostEncrypted("127.0.0.1", static_cast<quint16>(port));
        socket_.write(request);
    }
    bool said(const QByteArray& text) {
        all_ += socket_.readAll();
        return all_.contains(text);
    }
    bool hasLeft() const { return socket_.state() == QAbstractSocket::UnconnectedState; }
    void send(const QByteArray& bytes) { socket_.write(bytes); }
    bool allSent() const { return socket_.bytesToWrite() == 0 && socket_.encryptedBytesToWrite() == 0; }

private:
    QSslSocket socket_;
    QByteArray all_;
};

QByteArray get(const QByteArray& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: node\r\n\r\n";
}

/// Asks for a WebSocket to a shell; @p script may hold no space.
QByteArray shell(const QByteArray& script, const QByteArray& more = {}) {
    return "GET /exec/default/web/a?command=sh&command=-c&command=" + script + "&stdout=1" + more +
           " HTTP/1.1\r\nHost: node\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n";
}

/// A binary message of a client, whose mask is zero.
QByteArray message(const QByteArray& content) {
    return QByteArray("\x82", 1) + static_cast<char>(0x80 | content.size()) + QByteArray(4, '\0') + content;
}

} // namespace

class NodeServerTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<Node> node_;
    std::unique_ptr<Pods> pods_;
    std::unique_ptr<NodeServer> server_;
    std::filesystem::path log_;

    std::unique_ptr<Client> client(const QByteArray& request) const {
        return std::make_unique<Client>(server_->port(), request);
    }
    void write(const std::string& line) const {
        std::ofstream(log_, std::ios::app) << "2026-01-01T10:00:00Z stdout F " << line << "\n";
    }

private slots:
    void init() {
        node_ = std::make_unique<Node>();
        pods_ = std::make_unique<Pods>(node_->environment, node_->pool);
        const auto web = std::make_shared<const core::Pod>(pod({container("a")}));
        pods_->set(web);
        QTRY_COMPARE_WITH_TIMEOUT(node_->writer.settled(), std::string("Running"), patience);
        const auto folder = node_->paths.logDir(*web) / "a";
        std::filesystem::create_directories(folder);
        log_ = folder / "0.log";
        NodeServerSettings settings;
        settings.port = 0;
        server_ = NodeServer::start(settings, node_->runtime, *pods_, node_->paths);
        QVERIFY(server_ != nullptr);
        write("first");
    }
    void cleanup() {
        server_.reset();
        pods_.reset();
        node_->pool.stop();
        node_.reset();
    }

    void manyStreamsTakeAHandfulOfThreads() {
        auto first = client(get("/healthz")); // what the libraries open once and keep
        QTRY_VERIFY_WITH_TIMEOUT(first->said("ok"), patience);
        first.reset();
        const int threadsBefore = threads(), descriptorsBefore = descriptors();
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < logClients; ++i)
            clients.push_back(client(get("/containerLogs/default/web/a?follow=true")));
        for (int i = 0; i < execClients; ++i)
            clients.push_back(client(shell("echo+first;exec+cat", "&stdin=1")));
        for (const auto& one : clients)
            QTRY_VERIFY_WITH_TIMEOUT(one->said("first"), patience);
        write("second");
        for (std::size_t i = logClients; i < clients.size(); ++i)
            clients[i]->send(message(QByteArray("\0second\n", 8)));
        for (const auto& one : clients)
            QTRY_VERIFY_WITH_TIMEOUT(one->said("second"), patience);
        QVERIFY2(threads() <= threadsBefore + 12, qPrintable(QString::number(threads())));
        auto other = client(get("/containerLogs/default/web/a")); // nobody has to wait for those who stay
        QTRY_VERIFY_WITH_TIMEOUT(other->said("second"), patience);
        other.reset();
        clients.clear();
        QTRY_VERIFY2_WITH_TIMEOUT(descriptors() <= descriptorsBefore,
                                  qPrintable(QString("%1 then %2").arg(descriptorsBefore).arg(descriptors())),
                                  patience);
        QTRY_VERIFY_WITH_TIMEOUT(threads() <= threadsBefore, patience);
    }

    void commandsEndWithTheirClients() {
        auto ended = client(shell("echo+out;exit+3"));
        QTRY_VERIFY_WITH_TIMEOUT(ended->said("\"message\":\"3\""), patience);
        ended.reset();
        const auto mark = std::filesystem::path(node_->dir.path().toStdString()) / "mark";
        auto gone = client(shell("trap+'echo>" + QByteArray::fromStdString(mark.string()) +
                                 ";exit'+TERM;echo+begun;while+:;do+sleep+0.1;done"));
        QTRY_VERIFY_WITH_TIMEOUT(gone->said("begun"), patience);
        gone.reset();
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(mark), patience);
    }

    void aCommandThatDoesNotReadLetsItsClientGo() {
        const int before = descriptors();
        auto deaf = client(shell("echo+begun;exec+sleep+1000", "&stdin=1"));
        QTRY_VERIFY_WITH_TIMEOUT(deaf->said("begun"), patience);
        const QByteArray piece = message(QByteArray(1, '\0') + QByteArray(100, 'x'));
        for (int i = 0; i < 10'700; ++i) // more than waits in the session, no more than the sockets take
            deaf->send(piece);
        QTRY_VERIFY_WITH_TIMEOUT(deaf->allSent(), patience);
        deaf.reset();
        QTRY_VERIFY_WITH_TIMEOUT(descriptors() <= before, patience);
    }

    void theServerEndsAtOnceWithClients() {
        auto follower = client(get("/containerLogs/default/web/a?follow=true"));
        auto command = client(shell("echo+begun;exec+sleep+1000"));
        QTRY_VERIFY_WITH_TIMEOUT(follower->said("first") && command->said("begun"), patience);
        server_.reset();
        QTRY_VERIFY_WITH_TIMEOUT(follower->hasLeft() && command->hasLeft(), patience);
    }
};

QTEST_GUILESS_MAIN(NodeServerTest)
#include "node_server_test.moc"
