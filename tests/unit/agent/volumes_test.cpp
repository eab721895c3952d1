#include "cluster/agent/source/standalone.h"
#include "cluster/agent/volume/local_path.h"
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

    void theFolderOfADeletedVolumeGoes() {
        class SomeVolumes : public NoObjects {
        public:
            int asked = 0;
            ObjectResult<core::PersistentVolume> persistentVolume(const std::string& name) override {
                ++asked;
                if (name == "pvc-there")
                    return core::PersistentVolume();
                return std::unexpected(ObjectError{name == "pvc-gone", "not found, or not answered"});
            }
        };
        QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        for (const char* name : {"pvc-there_default_a", "pvc-gone_default_b", "pvc-unknown_default_c", "else"})
            fs::create_directories(root / name / "data");
        SomeVolumes objects;
        LocalPaths paths;
        const auto now = std::chrono::steady_clock::now();
        paths.removeGone(root, objects, now);
        QVERIFY(fs::exists(root / "pvc-there_default_a"));
        QVERIFY(!fs::exists(root / "pvc-gone_default_b"));
        QVERIFY(fs::exists(root / "pvc-unknown_default_c")); // not to be reached is not to be gone
        QVERIFY(fs::exists(root / "else"));
        QCOMPARE(objects.asked, 3);
        paths.removeGone(root, objects, now + std::chrono::seconds(5));
        QCOMPARE(objects.asked, 3); // asked ever more rarely
        paths.removeGone(root, objects, now + std::chrono::seconds(11));
        QCOMPARE(objects.asked, 5);
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
        // What is mounted is the folder itself, whatever a container puts in its place later.
        struct stat bound{}, inside{};
        QCOMPARE(::stat(mounts->at(0).hostPath.c_str(), &bound), 0);
        QCOMPARE(::stat((paths.volumeDir("uid-1", "scratch") / "in").c_str(), &inside), 0);
        QVERIFY(bound.st_ino == inside.st_ino && (bound.st_mode & 07777U) == 0777U);
        a.volumeMounts[0].subPath = "../x";
        QVERIFY(!volumes.mounts(web, a, {}).has_value());
        fs::create_directory_symlink("/etc", paths.volumeDir("uid-1", "scratch") / "link");
        a.volumeMounts[0].subPath = "link";
        QVERIFY(!volumes.mounts(web, a, {}).has_value());
        a.volumeMounts[0].subPath = "link/made-by-nobody";
        QVERIFY(!volumes.mounts(web, a, {}).has_value());
        QVERIFY(!fs::exists("/etc/made-by-nobody"));
        a.volumeMounts[0].subPath = std::string(300, 'x');
        QVERIFY(!volumes.mounts(web, a, {}).has_value());
        fs::create_symlink("loop", paths.volumeDir("uid-1", "scratch") / "loop");
        a.volumeMounts[0].subPath = "loop";
        QVERIFY(!volumes.mounts(web, a, {}).has_value());
        // Removing the pod takes the mount away first: nothing behind a mount is ever deleted.
        QVERIFY(volumes.remove("uid-1"));
        QVERIFY(!fs::exists(paths.podDir("uid-1")));
    }

    void tokensAreReadableByWhoeverRuns() {
        QTemporaryDir dir;
        struct Tokens : NoObjects {
            ObjectResult<std::string> token(const core::Pod&, const std::string&, std::int64_t) override {
                return std::string("t");
            }
        } objects;
        const AgentPaths paths{dir.path().toStdString(), "/nowhere"};
        Volumes volumes(paths, objects, {});
        auto web = pod({container("a")});
        core::Volume token;
        token.name = "token";
        token.projected.emplace();
        token.projected->sources.emplace_back().serviceAccountToken.emplace().path = "token";
        web.spec->volumes = {token};
        const auto mode = [&] {
            struct stat info{};
            ::stat((paths.volumeDir("uid-1", "token") / "token").c_str(), &info);
            return std::pair(info.st_mode & 0777U, info.st_uid);
        };
        QVERIFY(volumes.prepare(web).has_value());
        QVERIFY(mode() == std::pair(0644U, 0U)); // an image's own user may be anyone
        web.spec->securityContext.emplace().runAsUser = 1000;
        QVERIFY(volumes.prepare(web).has_value());
        QVERIFY(mode() == std::pair(0600U, 1000U));
        QVERIFY(volumes.remove("uid-1"));
    }

    void claimsLeadToTheirVolume() {
        QTemporaryDir dir;
        struct Claims : NoObjects {
            std::string phase = "Pending", path;
            ObjectResult<core::PersistentVolumeClaim> claim(const std::string&, const std::string&) override {
                core::PersistentVolumeClaim claim;
                claim.spec.emplace().volumeName = "pv";
                claim.status.emplace().phase = phase;
                return claim;
            }
            ObjectResult<core::PersistentVolume> persistentVolume(const std::string& name) override {
                core::PersistentVolume volume;
                volume.metadata.name = name;
                volume.spec.emplace().local.emplace().path = path;
                return volume;
            }
        } objects;
        objects.path = dir.path().toStdString();
        Volumes volumes({dir.filePath("root").toStdString(), "/nowhere"}, objects, {});
        auto a = container("a");
        core::VolumeMount mount;
        mount.name = "data";
        mount.mountPath = "/data";
        a.volumeMounts = {mount};
        auto web = pod({a});
        core::Volume data;
        data.name = "data";
        data.persistentVolumeClaim.emplace().claimName = "mine";
        web.spec->volumes = {data};
        QVERIFY(!volumes.prepare(web).has_value()); // not bound yet
        objects.phase = "Bound";
        QVERIFY(volumes.prepare(web).has_value());
        QCOMPARE(volumes.mounts(web, a, {})->at(0).hostPath, objects.path);
    }
};

QTEST_GUILESS_MAIN(VolumesTest)
#include "volumes_test.moc"
