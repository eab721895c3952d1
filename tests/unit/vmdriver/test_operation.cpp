#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include "vmdriver/cluster_access.h"
#include "vmdriver/cluster_lock.h"
#include "vmdriver/operation.h"

using namespace slipway::vmdriver;
using namespace std::chrono_literals;

class OperationTest : public QObject {
    Q_OBJECT

private slots:
    void progressNeverGoesBack() {
        std::vector<double> seen;
        const ProgressSink sink = [&](const Progress& progress) { seen.push_back(progress.fraction); };
        Reporter report(sink);
        report(Step::checkHost, 0.5, "");
        report(Step::stopNode, 0.1, "");
        report(Step::done, 1, "");
        QVERIFY((seen == std::vector<double>{0.5, 0.5, 1.0}));
    }

    void waitingEndsWhenItHolds() {
        int asked = 0;
        QVERIFY(waitUntil([&] { return ++asked == 3; }, std::chrono::steady_clock::now() + 10s, {}, "x").has_value());
    }

    void waitingEndsWithWhatItWaitedFor() {
        const auto result = waitUntil([] { return false; }, std::chrono::steady_clock::now(), {}, "the server");
        QCOMPARE(result.error().code, DriverErrc::notReady);
        QCOMPARE(result.error().message, std::string("the server"));
    }

    void waitingCanBeCancelled() {
        std::stop_source source;
        source.request_stop();
        const auto result =
            waitUntil([] { return false; }, std::chrono::steady_clock::now() + 1h, source.get_token(), "x");
        QCOMPARE(result.error().code, DriverErrc::cancelled);
    }

    void aClusterHasOneHolder() {
        const QTemporaryDir dir;
        const std::filesystem::path run = dir.path().toStdString();
        {
            const auto first = ClusterLock::take(run, "dev", 0s);
            QVERIFY(first.has_value());
            QCOMPARE(ClusterLock::take(run, "dev", 0s).error().code, DriverErrc::busy);
            QVERIFY(ClusterLock::take(run, "other", 0s).has_value());
        }
        QVERIFY(ClusterLock::take(run, "dev", 0s).has_value());
    }

    void onlyStatus200CountsAsAnAnswer_data() {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<bool>("good");
        QTest::newRow("200") << QByteArray("HTTP/1.1 200 OK\r\n\r\n") << true;
        QTest::newRow("503") << QByteArray("HTTP/1.1 503 No\r\n\r\n") << false;
        QTest::newRow("short") << QByteArray("HTTP") << false;
        QTest::newRow("other") << QByteArray("220 mail.example 200") << false;
    }
    void onlyStatus200CountsAsAnAnswer() {
        QFETCH(QByteArray, answer);
        QFETCH(bool, good);
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        bool result = !good;
        std::jthread client([&] { result = httpAnswers("127.0.0.1", server.serverPort(), "/healthz", 5s); });
        QVERIFY(server.waitForNewConnection(5000));
        auto* connection = server.nextPendingConnection();
        QVERIFY(connection->waitForReadyRead(5000));
        connection->write(answer);
        connection->flush();
        connection->disconnectFromHost();
        client.join();
        QCOMPARE(result, good);
    }

    void nobodyListeningIsNoAnswer() { QVERIFY(!httpAnswers("127.0.0.1", 1, "/", 1s)); }
};

QTEST_GUILESS_MAIN(OperationTest)
#include "test_operation.moc"
