#include "cluster/network/cni_config.h"

#include "cluster/base/files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace slipway::network;
namespace fs = std::filesystem;

class CniTest : public QObject {
    Q_OBJECT

private slots:
    void everyPodHasALinkOfItsOwn() {
        const QString text = QString::fromStdString(cniConfig({"10.244.3.0/24", "fd00:3::/64"}));
        QVERIFY(text.contains(R"("type":"ptp")") && text.contains(R"("type":"portmap")"));
        QVERIFY(text.contains(R"("ranges":[[{"subnet":"10.244.3.0/24"}],[{"subnet":"fd00:3::/64"}]])"));
        QVERIFY(text.contains(R"("dst":"0.0.0.0/0")") && text.contains(R"("dst":"::/0")"));
    }

    void othersComeFirst() {
        const QTemporaryDir dir;
        const fs::path folder = dir.path().toStdString();
        QVERIFY(!hasForeignCni(folder / "nothing"));
        QVERIFY(
            slipway::base::writeFileAtomically(folder / "10-slipway.conflist", "{}").has_value()); // an older agent's
        QVERIFY(writeCniConfig(folder, {"10.244.3.0/24"}).has_value());
        QVERIFY(!fs::exists(folder / "10-slipway.conflist") && !hasForeignCni(folder));
        const auto written = fs::last_write_time(folder / "99-slipway.conflist");
        QVERIFY(writeCniConfig(folder, {"10.244.3.0/24"}).has_value());
        QVERIFY(fs::last_write_time(folder / "99-slipway.conflist") == written);
        QVERIFY(slipway::base::writeFileAtomically(folder / "10-flannel.conflist", "{}").has_value());
        QVERIFY(hasForeignCni(folder));
    }
};

QTEST_GUILESS_MAIN(CniTest)
#include "cni_test.moc"
