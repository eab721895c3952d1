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
        profile.nodes.push_back({.name = "dev-1-2",
                                 .controlPlane = false,
                                 .address = "172.30.7.3",
                                 .resources = {.cpus = 1.5, .memoryMiB = 2048, .diskMiB = 10240}});
        profile.ports.push_back({.hostPort = 8080, .nodePort = 30080, .protocol = "udp", .node = "dev-1-2"});
        profile.folders.push_back({.source = "/home/me", .destination = "/data", .readOnly = true});
        profile.registries.push_back({.host = "docker.io", .mirrors = {"https://mirror"}, .insecure = true});
        profile.apiPort = 16443;
        profile.apiAddress = "127.0.0.1";
        profile.previousContext = "work";
        profile.started = true;
        QVERIFY(store.save(profile).has_value());
        const auto loaded = store.load("dev-1");
        QVERIFY(loaded.has_value());
        QCOMPARE(loaded->subnet, profile.subnet);
        QCOMPARE(loaded->previousContext, profile.previousContext);
        QCOMPARE(loaded->started, true);
        QCOMPARE(loaded->nodes.size(), 2u);
        QCOMPARE(loaded->nodes.front().address, std::string("172.30.7.2"));
        QVERIFY(loaded->nodes.back().resources == profile.nodes.back().resources);
        QVERIFY(!loaded->nodes.back().controlPlane);
        QVERIFY(loaded->ports == profile.ports);
        QVERIFY(loaded->folders == profile.folders);
        QCOMPARE(loaded->registries.front().mirrors, profile.registries.front().mirrors);
        QCOMPARE(loaded->serverUrl(), std::string("https://127.0.0.1:16443"));
        QCOMPARE(store.list(), std::vector<std::string>{"dev-1"});
    }

    void theFirstLayoutIsStillRead() {
        const auto old = parseProfile(R"({"version":1,"name":"a","driver":"native","subnet":"172.30.0.0/24",
            "serviceCidr":"10.96.0.0/16","clusterCidr":"10.244.0.0/16","previousContext":"","started":true,
            "nodes":[{"name":"a-1","controlPlane":true,"address":"172.30.0.2"}]})");
        QVERIFY2(old.has_value(), old ? "" : old.error().message.c_str());
        QCOMPARE(old->serverUrl(), std::string("https://172.30.0.2:6443"));
        QVERIFY(old->nodes.front().resources == NodeResources{});
    }

    void aProfileWithoutAControlPlaneIsRefused() {
        ClusterProfile profile{.name = "a"};
        QCOMPARE(parseProfile(profileText(profile)).error().code, DriverErrc::badProfile);
        profile.nodes.push_back({.name = "a-1", .controlPlane = false});
        QCOMPARE(parseProfile(profileText(profile)).error().code, DriverErrc::badProfile);
    }

    void freeNamesFillGaps() {
        ClusterProfile profile{.name = "a"};
        QCOMPARE(profile.freeNodeName(), std::string("a-1"));
        profile.nodes = {{.name = "a-1"}, {.name = "a-3", .controlPlane = false}};
        QCOMPARE(profile.freeNodeName(), std::string("a-2"));
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
