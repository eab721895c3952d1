#include "cluster/agent/source/standalone.h"
#include "cluster/agent/volume/volumes.h"
#include "cluster/base/files.h"
#include "pod_fixture.h"

#include <QTemporaryDir>
#include <sys/stat.h>

using namespace slipway::agent;
using namespace slipway::agent::test;
namespace fs = std::filesystem;

namespace {

class OneConfigMap : public NoObjects {
public:
    std::map<std::string, std::string> data{{"a.conf", "one"}, {"b.conf", "two"}};
    ObjectResult<core::ConfigMap> configMap(const std::string& ns, const std::string& name) override {
        if (name != "conf")
            return NoObjects::configMap(ns, name);
        core::ConfigMap map;
        map.data = data;
        return map;
    }
};

core::Volume configVolume(const std::string& configMap) {
    core::Volume volume;
    volume.name = "conf";
    volume.configMap.emplace();
    volume.configMap->name = configMap;
    return volume;
}

std::string text(const fs::path& path) {
    return slipway::base::readFile(path).value_or("<none>");
}

} // namespace

class VolumesTest : public QObject {
    Q_OBJECT

private slots:
    void publishingReplacesWhole() {
        QTemporaryDir dir;
        const fs::path folder = dir.path().toStdString();
        QVERIFY(publishFiles(folder, {{"a", {"1"}}, {"sub/b", {"2", 0400}}}).has_value());
        QCOMPARE(text(folder / "a"), std::string("1"));
        QCOMPARE(text(folder / "sub/b"), std::string("2"));
        const auto before = fs::read_symlink(folder / "..data");
        QVERIFY(publishFiles(folder, {{"a", {"1"}}, {"sub/b", {"2", 0400}}}).has_value());
        QVERIFY(fs::read_symlink(folder / "..data") == before); // unchanged: untouched
        QVERIFY(publishFiles(folder, {{"a", {"3"}}}).has_value());
        QCOMPARE(text(folder / "a"), std::string("3"));
        QVERIFY(!fs::exists(folder / "sub"));
        QVERIFY(!fs::exists(folder / before));
    }

    void pathsStayInside() {
        QTemporaryDir dir;
        const fs::path folder = dir.path().toStdString();
        for (const char* bad : {"../x", "/etc/x", "a/../../x", "..x"})
            QVERIFY(!publishFiles(folder, {{bad, {"1"}}}).has_value());
    }

    void configMapVolume() {
        QTemporaryDir dir;
        OneConfigMap objects;
        const AgentPaths paths{dir.path().toStdString(), "/nowhere"};
        Volumes volumes(paths, objects, {});
        auto web = pod({container("a")});
        web.spec->volumes = {configVolume("conf")};
        QVERIFY(volumes.prepare(web).has_value());
        const fs::path folder = paths.volumeDir("uid-1", "conf");
        QCOMPARE(text(folder / "a.conf"), std::string("one"));
        objects.data["a.conf"] = "new";
        QVERIFY(volumes.prepare(web).has_value());
        QCOMPARE(text(folder / "a.conf"), std::string("new"));
        QCOMPARE(volumes.podsOnDisk(), Names{"uid-1"});
        volumes.remove("uid-1");
        QVERIFY(!fs::exists(folder));
    }

    void itemsAndModes() {
        QTemporaryDir dir;
        OneConfigMap objects;
        const AgentPaths paths{dir.path().toStdString(), "/nowhere"};
        Volumes volumes(paths, objects, {});
        auto web = pod({container("a")});
        web.spec->volumes = {configVolume("conf")};
        web.spec->volumes[0].configMap->items = {{"b.conf", 0400, "deep/file"}};
        QVERIFY(volumes.prepare(web).has_value());
        const fs::path file = paths.volumeDir("uid-1", "conf") / "deep/file";
        QCOMPARE(text(file), std::string("two"));
        struct stat info{};
        ::stat(file.c_str(), &info);
        QCOMPARE(info.st_mode & 0777U, 0400U);
        web.metadata.uid = "uid-2";
        web.spec->volumes[0].configMap->items = {{"missing", {}, "x"}};
        QVERIFY(!volumes.prepare(web).has_value());
    }

    void missingConfigMap() {
        QTemporaryDir dir;
        OneConfigMap objects;
        Volumes volumes({dir.path().toStdString(), "/nowhere"}, objects, {});
        auto web = pod({container("a")});
        web.spec->volumes = {configVolume("nothing")};
        QCOMPARE(volumes.prepare(web).error(),
                 std::string("MountVolume.SetUp failed for volume \"conf\" : configmap \"nothing\" not found"));
        web.spec->volumes[0].configMap->optional = true;
        QVERIFY(volumes.prepare(web).has_value());
    }

    void subPathsDoNotLeave() {
        QTemporaryDir dir;
        OneConfigMap objects;
        const AgentPaths paths{dir.path().toStdString(), "/nowhere"};
        Volumes volumes(paths, objects, {});
        auto a = container("a");
        core::VolumeMount mount;
        mount.name = "scratch";
        mount.mountPath = "/data";
        mount.subPath = "in";
        a.volumeMounts = {mount};
        auto web = pod({a});
        core::Volume scratch;
        scratch.name = "scratch";
        scratch.emptyDir.emplace();
        web.spec->volumes = {scratch};
        QVERIFY(volumes.prepare(web).has_value());
        const auto mounts = volumes.mounts(web, a, {});
        QVERIFY(mounts.has_value());
        QCOMPARE(mounts->at(0).hostPath, (paths.volumeDir("uid-1", "scratch") / "in").string());
        a.volumeMounts[0].subPath = "../x";
        QVERIFY(!volumes.mounts(web, a, {}).has_value());
        fs::create_directory_symlink("/etc", paths.volumeDir("uid-1", "scratch") / "link");
        a.volumeMounts[0].subPath = "link";
        QVERIFY(!volumes.mounts(web, a, {}).has_value());
    }
};

QTEST_GUILESS_MAIN(VolumesTest)
#include "volumes_test.moc"
