#include <QTest>

#include "vmdriver/subnet.h"

using namespace slipway::vmdriver;

class SubnetTest : public QObject {
    Q_OBJECT

private slots:
    void firstFreeSubnetIsChosen() {
        QCOMPARE(*chooseSubnet({}), std::string("172.30.0.0/24"));
        QCOMPARE(*chooseSubnet({*parseNetwork("172.30.0.0/23")}), std::string("172.30.2.0/24"));
    }
    void wholePoolTakenFallsBack() {
        QCOMPARE(*chooseSubnet({*parseNetwork("172.16.0.0/12")}), std::string("10.231.0.0/24"));
    }
    void everythingTakenIsSaid() {
        QVERIFY(!chooseSubnet({*parseNetwork("172.16.0.0/12"), *parseNetwork("10.0.0.0/8")}));
    }
    void routesAreRead() {
        const auto routes =
            parseRoutes("Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
                        "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
                        "eth0\t00001EAC\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
        QCOMPARE(routes.size(), 1u);
        QCOMPARE(routes.front().address, 0xAC1E0000u);
        QCOMPARE(routes.front().prefix, 24);
    }
    void badNetworksAreRefused_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "172.30.0.0", "172.30.0.0/33", "172.30.0/24", "a/8", "1.2.3.4/", "1.2.3.4/8x"})
            QTest::newRow(text) << text;
    }
    void badNetworksAreRefused() {
        QFETCH(QString, text);
        QVERIFY(!parseNetwork(text.toStdString()));
    }
    void addressesCountFromTheHost() {
        QCOMPARE(addressIn("172.30.4.0/24", 1), std::string("172.30.4.1"));
        QCOMPARE(addressIn("172.30.4.0/24", 2), std::string("172.30.4.2"));
    }
    void theLowestFreeAddressIsChosen() {
        QCOMPARE(freeAddress("172.30.4.0/24", {}), std::string("172.30.4.2"));
        QCOMPARE(freeAddress("172.30.4.0/24", {"172.30.4.2", "172.30.4.4"}), std::string("172.30.4.3"));
        std::vector<std::string> all;
        for (int number = 2; number < 255; ++number)
            all.push_back(addressIn("172.30.4.0/24", number));
        QCOMPARE(freeAddress("172.30.4.0/24", all), std::string());
    }
};

QTEST_GUILESS_MAIN(SubnetTest)
#include "test_subnet.moc"
