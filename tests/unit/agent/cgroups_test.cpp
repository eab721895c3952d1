#include "cluster/agent/node/pod_cgroups.h"
#include "pod_fixture.h"

#include <QTemporaryDir>
#include <fstream>

using namespace slipway::agent;
using namespace slipway::agent::test;
namespace fs = std::filesystem;

namespace {

core::Container bounded(const std::string& cpu, const std::string& memory) {
    core::Container result = container("a");
    result.resources.emplace().limits = {{"cpu", cpu}, {"memory", memory}};
    return result;
}

std::string content(const fs::path& path) {
    std::string text;
    std::getline(std::ifstream(path), text);
    return text;
}

void touch(const fs::path& path) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "";
}

} // namespace

class CgroupsTest : public QObject {
    Q_OBJECT

private slots:
    void classesHaveTheirOwnGroups() {
        QCOMPARE(PodCgroups::pathOf(pod({bounded("1", "1Gi")})), std::string("/kubepods/poduid-1"));
        QCOMPARE(PodCgroups::pathOf(pod({bounded("1", "1Gi"), container("b")})),
                 std::string("/kubepods/burstable/poduid-1"));
        QCOMPARE(PodCgroups::pathOf(pod({container("b")})), std::string("/kubepods/besteffort/poduid-1"));
        auto resized = pod({bounded("1", "1Gi")});
        resized.status.emplace().qosClass = "Burstable";
        QCOMPARE(PodCgroups::pathOf(resized), std::string("/kubepods/burstable/poduid-1"));
    }

    void limits() {
        const GroupLimits whole = groupLimits(*pod({bounded("500m", "64Mi"), bounded("1", "64Mi")}).spec, 100);
        QCOMPARE(whole.cpuQuota, 150'000);
        QCOMPARE(whole.cpuShares, 1536);
        QCOMPARE(whole.memoryBytes, 128LL << 20);
        QCOMPARE(whole.pids, 100);
        // One container without a bound leaves the pod without one.
        const GroupLimits open = groupLimits(*pod({bounded("500m", "64Mi"), container("b")}).spec, 0);
        QCOMPARE(open.cpuQuota, 0);
        QCOMPARE(open.memoryBytes, 0);
        QCOMPARE(open.cpuShares, 512);
        QCOMPARE(groupLimits(*pod({container("b")}).spec, 0).cpuShares, 2);
        auto own = pod({container("b")});
        own.spec->resources.emplace().limits = {{"memory", "1Gi"}};
        QCOMPARE(groupLimits(*own.spec, 0).memoryBytes, 1LL << 30);
    }

    void versionOne() {
        const QTemporaryDir dir;
        const fs::path top = dir.path().toStdString();
        const fs::path group = "kubepods/poduid-1";
        // The kernel makes these files; here they are made beforehand.
        for (const char* file : {"cpu.shares", "cpu.cfs_quota_us", "cpu.cfs_period_us"})
            touch(top / "cpu" / group / file);
        touch(top / "memory" / group / "memory.limit_in_bytes");
        touch(top / "pids" / group / "pids.max");
        const PodCgroups cgroups(64, top);
        QVERIFY(cgroups.preparePod(pod({bounded("1", "64Mi")})));
        QCOMPARE(content(top / "cpu" / group / "cpu.cfs_quota_us"), std::string("100000"));
        QCOMPARE(content(top / "cpu" / group / "cpu.shares"), std::string("1024"));
        QCOMPARE(content(top / "memory" / group / "memory.limit_in_bytes"), std::to_string(64 << 20));
        QCOMPARE(content(top / "pids" / group / "pids.max"), std::string("64"));
        QCOMPARE(cgroups.pods(), std::set<std::string>{"uid-1"});
    }

    void versionTwo() {
        const QTemporaryDir dir;
        const fs::path top = dir.path().toStdString();
        const fs::path group = top / "kubepods/burstable/poduid-1";
        touch(top / "cgroup.controllers");
        for (const char* file : {"cpu.max", "cpu.weight", "memory.max", "pids.max"})
            touch(group / file);
        touch(top / "kubepods/cgroup.subtree_control");
        auto web = pod({container("a")});
        web.spec->containers[0].resources.emplace().requests = {{"cpu", "1"}};
        const PodCgroups cgroups(0, top);
        QVERIFY(cgroups.preparePod(web));
        QCOMPARE(content(group / "cpu.max"), std::string("max 100000"));
        QCOMPARE(content(group / "cpu.weight"), std::string("39"));
        QCOMPARE(content(group / "memory.max"), std::string("max"));
        QCOMPARE(content(group / "pids.max"), std::string("max"));
        QVERIFY(!content(top / "kubepods/cgroup.subtree_control").empty());
        std::ofstream(group / "memory.current") << 5000;
        std::ofstream(group / "memory.stat") << "anon 10\ninactive_file 2000\n";
        std::ofstream(group / "cpu.stat") << "usage_usec 7\nuser_usec 3\n";
        const auto used = cgroups.usage(PodCgroups::pathOf(web));
        QCOMPARE(used.memoryWorkingSet, 3000U);
        QCOMPARE(used.cpuNanoseconds, 7000U);
    }

    void emptyGroupsGo() {
        const QTemporaryDir dir;
        const fs::path top = dir.path().toStdString();
        fs::create_directories(top / "cpu/kubepods/besteffort/podx/container");
        fs::create_directories(top / "memory/kubepods/podx");
        const PodCgroups cgroups(0, top);
        QVERIFY(cgroups.removePod("x"));
        QVERIFY(cgroups.pods().empty());
    }
};

QTEST_GUILESS_MAIN(CgroupsTest)
#include "cgroups_test.moc"
