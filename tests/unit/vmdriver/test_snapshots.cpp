#include <QTemporaryDir>
#include <QTest>

#include <fstream>

#include "vmdriver/snapshots.h"

using namespace slipway::vmdriver;

class SnapshotsTest : public QObject {
    Q_OBJECT

private:
    ClusterProfile profile_{
        .name = "dev", .subnet = "172.30.7.0/24", .nodes = {{.name = "dev-1", .address = "172.30.7.2"}}};

private slots:
    void aFinishedSnapshotIsListed() {
        const QTemporaryDir dir;
        const SnapshotFolder snapshots(dir.path().toStdString());
        const auto fresh = snapshots.begin("first", profile_);
        QVERIFY(fresh.has_value());
        std::ofstream(*fresh / "nodes/dev-1/data") << "12345";
        QVERIFY(snapshots.list().empty());
        QVERIFY(snapshots.finish("first").has_value());
        const auto all = snapshots.list();
        QCOMPARE(all.size(), 1u);
        QCOMPARE(all.front().nodes, std::vector<std::string>{"dev-1"});
        QVERIFY(all.front().bytes >= 5);
        QCOMPARE(snapshots.profile("first")->subnet, profile_.subnet);
        QVERIFY(std::filesystem::exists(snapshots.node("first", "dev-1") / "data"));
    }
    void oneThatWasCutOffIsNone() {
        const QTemporaryDir dir;
        const SnapshotFolder snapshots(dir.path().toStdString());
        QVERIFY(snapshots.begin("half", profile_).has_value());
        QVERIFY(snapshots.list().empty());
        QCOMPARE(snapshots.profile("half").error().code, DriverErrc::notFound);
        QVERIFY(snapshots.begin("half", profile_).has_value()); // begun anew
    }
    void namesAreUniqueAndPlain() {
        const QTemporaryDir dir;
        const SnapshotFolder snapshots(dir.path().toStdString());
        QVERIFY(snapshots.begin("a", profile_).has_value() && snapshots.finish("a").has_value());
        QCOMPARE(snapshots.begin("a", profile_).error().code, DriverErrc::badName);
        QCOMPARE(snapshots.begin("../a", profile_).error().code, DriverErrc::badName);
        QCOMPARE(snapshots.profile("../a").error().code, DriverErrc::notFound);
        QCOMPARE(snapshots.remove("..").error().code, DriverErrc::notFound);
    }
    void removedIsGone() {
        const QTemporaryDir dir;
        const SnapshotFolder snapshots(dir.path().toStdString());
        QVERIFY(snapshots.begin("a", profile_).has_value() && snapshots.finish("a").has_value());
        QVERIFY(snapshots.remove("a").has_value());
        QVERIFY(snapshots.list().empty());
        QCOMPARE(snapshots.remove("a").error().code, DriverErrc::notFound);
    }
};

QTEST_GUILESS_MAIN(SnapshotsTest)
#include "test_snapshots.moc"
