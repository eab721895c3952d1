#include "cluster/scheduler/extender.h"

#include "tests/unit/scheduler/objects.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>
#include <QtTest>
#include <thread>

using namespace slipway;
using namespace slipway::scheduler;
using namespace slipway::scheduler::test;

namespace {

/// A web server on loopback that gives one answer, once, and keeps what it was asked.
class OneAnswer {
public:
    explicit OneAnswer(QByteArray body) {
        thread_ = std::thread([this, body] {
            QTcpServer server;
            server.listen(QHostAddress::LocalHost);
            port_ = server.serverPort();
            if (!server.waitForNewConnection(10'000))
                return;
            QTcpSocket* socket = server.nextPendingConnection();
            qsizetype head = -1, length = 0;
            while (head < 0 || asked_.size() < head + 4 + length) {
                if (!socket->waitForReadyRead(10'000))
                    return;
                asked_ += socket->readAll();
                head = asked_.indexOf("\r\n\r\n");
                const auto at = asked_.toLower().indexOf("content-length:");
                if (at >= 0)
                    length = asked_.mid(at + 15, asked_.indexOf("\r\n", at) - at - 15).trimmed().toInt();
            }
            socket->write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                          QByteArray::number(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
            socket->waitForBytesWritten(10'000);
            socket->disconnectFromHost();
        });
        while (port_ == 0)
            QThread::msleep(1);
    }
    ~OneAnswer() { thread_.join(); }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/ext"; }
    QByteArray asked() {
        thread_.join();
        thread_ = std::thread([] {});
        return asked_;
    }

private:
    std::atomic<int> port_ = 0;
    QByteArray asked_;
    std::thread thread_;
};

Extender extender(const std::string& url) {
    ExtenderSettings settings;
    settings.url = url;
    settings.filterVerb = "filter";
    settings.prioritizeVerb = "prioritize";
    settings.bindVerb = "bind";
    settings.preemptVerb = "preempt";
    settings.weight = 2;
    settings.cachesNodes = true;
    return Extender(settings, [](const std::string&) { return nullptr; });
}

} // namespace

class ExtenderTest : public QObject {
    Q_OBJECT

private slots:
    void itFilters() {
        OneAnswer server(R"({"NodeNames":["n2","elsewhere"],"FailedNodes":{"n1":"too hot"}})");
        const auto left = extender(server.url()).filter(pod("a"), {"n1", "n2"});
        QVERIFY2(left, left ? "" : left.error().c_str());
        QCOMPARE(left->nodes, std::vector<std::string>{"n2"});
        QCOMPARE(left->refused.at("n1"), "too hot");
        const QByteArray asked = server.asked();
        QVERIFY(asked.startsWith("POST /ext/filter HTTP/1.1"));
        QVERIFY(asked.contains(R"("NodeNames":["n1","n2"])"));
        QVERIFY(asked.contains(R"("kind":"Pod")"));
    }

    void itRates() {
        OneAnswer server(R"([{"host":"n1","score":10},{"Host":"n2","Score":3}])");
        const auto scores = extender(server.url()).rate(pod("a"), {"n1", "n2"});
        QVERIFY(scores);
        QCOMPARE(scores->at("n1"), 200.0); // weighs 2, and counts to 10
        QCOMPARE(scores->at("n2"), 60.0);
    }

    void itsErrorsAreErrors() {
        OneAnswer server(R"({"Error":"no such device"})");
        const auto bound = extender(server.url()).bind(pod("a"), "n1");
        QVERIFY(!bound);
        QCOMPARE(bound.error(), "no such device");
    }

    void itChoosesVictims() {
        OneAnswer server(R"({"NodeNameToMetaVictims":{"n2":{"Pods":[{"UID":"v2"}]}}})");
        PreemptionPlan one{"n1", {}, 0, ""}, other{"n2", {}, 0, ""};
        PlacedPod victim;
        victim.uid = "v1";
        one.victims = {victim};
        other.victims = {victim, victim};
        other.victims.back().uid = "v2";
        const auto agreed = extender(server.url()).preempt(pod("a"), {one, other});
        QVERIFY(agreed);
        QCOMPARE(agreed->size(), std::size_t(1));
        QCOMPARE(agreed->front().node, "n2");
        QCOMPARE(agreed->front().victims.size(), std::size_t(1));
    }

    void nobodyThereIsAnError() { QVERIFY(!extender("http://127.0.0.1:1/x").filter(pod("a"), {"n1"})); }

    void onlyPodsThatAskForItsResources() {
        ExtenderSettings settings;
        settings.url = "http://127.0.0.1:1";
        settings.resources = {"example.com/gpu"};
        const Extender picky(settings, [](const std::string&) { return nullptr; });
        QVERIFY(!picky.concerns(pod("a")));
        QVERIFY(picky.concerns(
            pod("a", R"("containers":[{"name":"c","resources":{"requests":{"example.com/gpu":"1"}}}])")));
    }
};

QTEST_GUILESS_MAIN(ExtenderTest)
#include "extender_test.moc"
