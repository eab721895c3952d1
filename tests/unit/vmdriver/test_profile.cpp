#include <QTemporaryDir>
#include <QTest>

#include <fstream>

#include "vmdriver/profile.h"

using namespace slipway::vmdriver;

class ProfileTest : public QObject {
    Q_OBJECT

private slots:
    void savedProfileIsLoadedWhole() {
        const QTemporaryDir dir;
        const ProfileStore store(dir.path().toStdString());
        ClusterProfile profile{.name = "dev-1", .subnet = "172.30.7.0/24"};
        profile.nodes.push_back({.name = "dev-1-1", .controlPlane = true, .address = "172.30.7.2"});
        profile.previousContext = "work";
        profile.started = true;
        QVERIFY(store.save(profile).has_value());
        const auto loaded = store.load("dev-1");
        QVERIFY(loaded.has_value());
        QCOMPARE(loaded->subnet, profile.subnet);
        QCOMPARE(loaded->previousContext, profile.previousContext);
        QCOMPARE(loaded->started, true);
        QCOMPARE(loaded->nodes.size(), 1u);
        QCOMPARE(loaded->nodes.front().address, std::string("172.30.7.2"));
        QCOMPARE(store.list(), std::vector<std::string>{"dev-1"});
    }

    void unknownClusterIsNotFound() {
        const QTemporaryDir dir;
        QCOMPARE(ProfileStore(dir.path().toStdString()).load("nothing").error().code, DriverErrc::notFound);
    }

    void damagedProfileIsRefused() {
        const QTemporaryDir dir;
        const ProfileStore store(dir.path().toStdString());
        QVERIFY(store.save({.name = "broken"}).has_value());
        std::ofstream(store.clusterDir("broken") / "profile.json") << "{\"version\": 1, \"name\"";
        QCOMPARE(store.load("broken").error().code, DriverErrc::badProfile);
    }

    void newerLayoutIsRefused() {
        const QTemporaryDir dir;
        const ProfileStore store(dir.path().toStdString());
        QVERIFY(store.save({.name = "future"}).has_value());
        std::ofstream(store.clusterDir("future") / "profile.json") << "{\"version\": 99}";
        QCOMPARE(store.load("future").error().code, DriverErrc::badProfile);
    }

    void removeLeavesNothing() {
        const QTemporaryDir dir;
        const ProfileStore store(dir.path().toStdString());
        QVERIFY(store.save({.name = "gone"}).has_value());
        QVERIFY(store.remove("gone").has_value());
        QVERIFY(!std::filesystem::exists(store.clusterDir("gone")));
    }

    void namesThatCannotBePaths_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"", "../etc", "a/b", "Upper", "-dash", "dash-", "a b", "."})
            QTest::newRow(name) << name;
        QTest::newRow("long") << QString(41, 'a');
    }
    void namesThatCannotBePaths() {
        QFETCH(QString, name);
        QCOMPARE(checkClusterName(name.toStdString()).error().code, DriverErrc::badName);
        QCOMPARE(ProfileStore("/nonexistent").load(name.toStdString()).error().code, DriverErrc::badName);
        QCOMPARE(ProfileStore("/nonexistent").remove(name.toStdString()).error().code, DriverErrc::badName);
    }
};

QTEST_GUILESS_MAIN(ProfileTest)
#include "test_profile.moc"
