#include "cluster/agent/stats/usage.h"

#include <QTest>

using namespace slipway::agent;
using namespace std::chrono_literals;

namespace {

ContainerUsage look(std::string id, std::chrono::seconds at, std::uint64_t cpu) {
    ContainerUsage usage;
    usage.id = std::move(id);
    usage.at = WallTime(at);
    usage.cpuNanoseconds = cpu;
    return usage;
}

} // namespace

class UsageTest : public QObject {
    Q_OBJECT

private slots:
    void ratesNeedTwoLooks() {
        UsageRates rates;
        rates.take({look("a", 100s, 1'000'000'000)});
        QVERIFY(!rates.all().at("a").rated);
        rates.take({look("a", 110s, 3'000'000'000), look("b", 110s, 1)});
        QVERIFY(rates.all().at("a").rated);
        QCOMPARE(rates.all().at("a").nanoCores, 200'000'000U);
        QVERIFY(!rates.all().at("b").rated);
    }

    void aLookThatIsNotNewerChangesNothing() {
        UsageRates rates;
        rates.take({look("a", 100s, 0)});
        rates.take({look("a", 110s, 1'000'000'000)});
        rates.take({look("a", 110s, 1'000'000'000)});
        QCOMPARE(rates.all().at("a").nanoCores, 100'000'000U);
    }

    void whatIsGoneIsForgotten() {
        UsageRates rates;
        rates.take({look("a", 100s, 0)});
        rates.take({});
        QVERIFY(rates.all().empty());
    }
};

QTEST_GUILESS_MAIN(UsageTest)
#include "usage_test.moc"
