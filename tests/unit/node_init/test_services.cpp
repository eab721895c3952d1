#include <QTest>

#include "app/node_init/service_list.h"

using slipway::node_init::parseServices;

class ServicesTest : public QObject {
    Q_OBJECT

private slots:
    void servicesKeepTheirOrderAndWords() {
        const auto services = parseServices("# nodes\n[containerd]\n/usr/bin/containerd\n\n[agent]\n?/etc/ready\n"
                                            "/usr/bin/agent\n--name\na b\n");
        QVERIFY(services.has_value());
        QCOMPARE(services->size(), 2u);
        QCOMPARE(services->at(1).command, (std::vector<std::string>{"/usr/bin/agent", "--name", "a b"}));
        QCOMPARE(services->at(1).needs, std::vector<std::string>{"/etc/ready"});
    }
    void nothingIsNoService() { QVERIFY(parseServices("")->empty()); }
    void badListsAreRefused_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("word first") << "/usr/bin/x\n";
        QTest::newRow("no command") << "[x]\n";
        QTest::newRow("relative") << "[x]\nrun\n";
        QTest::newRow("no name") << "[]\n/x\n";
        QTest::newRow("open bracket") << "[x\n/x\n";
    }
    void badListsAreRefused() {
        QFETCH(QString, text);
        QVERIFY(!parseServices(text.toStdString()).has_value());
    }
};

QTEST_GUILESS_MAIN(ServicesTest)
#include "test_services.moc"
