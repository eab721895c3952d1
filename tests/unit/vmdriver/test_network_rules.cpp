#include <QTemporaryDir>
#include <QTest>

#include "vmdriver/native/node_network.h"

using namespace slipway::vmdriver;

class NetworkRulesTest : public QObject {
    Q_OBJECT

private:
    const HostNames names_{"0a0b0c0d", "dev"};
    ClusterProfile profile_{.name = "dev",
                            .subnet = "172.30.7.0/24",
                            .nodes = {{.name = "dev-1", .address = "172.30.7.2"},
                                      {.name = "dev-2", .controlPlane = false, .address = "172.30.7.3"}}};

private slots:
    void namesFitInterfacesAndDiffer() {
        QVERIFY(names_.link("a-node-with-quite-a-long-name-1").size() < 16);
        QVERIFY(names_.bridge().size() < 16);
        QVERIFY(names_.bridge() != HostNames("0a0b0c0d", "dev2").bridge());
        QVERIFY(names_.link("dev-1") != names_.link("dev-2"));
        QCOMPARE(names_.sandbox("dev-1"), std::string("dev.dev-1.0a0b0c0d"));
    }

    void stateFoldersAreKeptApart() {
        const QTemporaryDir first, second;
        const auto id = stateFolderId(first.path().toStdString());
        QCOMPARE(id.size(), std::size_t(8));
        QCOMPARE(stateFolderId(first.path().toStdString()), id); // kept
        const auto other = stateFolderId(second.path().toStdString());
        QVERIFY(id != other);
        QVERIFY(HostNames(id, "dev").bridge() != HostNames(other, "dev").bridge());
        QVERIFY(HostNames(id, "dev").sandbox("dev-1") != HostNames(other, "dev").sandbox("dev-1"));
    }

    void outsidersAreDroppedUnlessPublished() {
        const auto rules = networkRules(profile_, names_);
        QVERIFY(rules.contains("ip saddr 172.30.7.0/24 oifname != \"" + names_.bridge() + "\" masquerade"));
        QVERIFY(rules.contains("ct status dnat accept\n    drop"));
        QVERIFY(!rules.contains("dnat to"));
        QVERIFY(!rules.contains("prerouting"));
    }

    void portsLeadToTheirNode() {
        profile_.ports = {
            {.hostPort = 8080, .nodePort = 30080},
            {.hostAddress = "0.0.0.0", .hostPort = 53, .nodePort = 30053, .protocol = "udp", .node = "dev-2"}};
        const auto rules = networkRules(profile_, names_);
        QVERIFY(rules.contains("ip daddr 127.0.0.1 tcp dport 8080 dnat to 172.30.7.2:30080"));
        QVERIFY(rules.contains("fib daddr type local udp dport 53 dnat to 172.30.7.3:30053"));
        QVERIFY(rules.contains("chain output"));
        profile_.ports.clear();
    }
};

QTEST_GUILESS_MAIN(NetworkRulesTest)
#include "test_network_rules.moc"
