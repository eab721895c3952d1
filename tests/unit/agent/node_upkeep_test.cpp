#include "cluster/agent/image/image_garbage.h"
#include "cluster/agent/node/allocatable.h"
#include "cluster/agent/node/eviction.h"
#include "cluster/agent/node/pressure.h"
#include "cluster/agent/node/runtime_view.h"
#include "cluster/agent/pod/log_links.h"
#include "cluster/agent/pod/log_rotation.h"
#include "cluster/agent/volume/folder_use.h"
#include "fake_runtime.h"
#include "pod_fixture.h"

#include <QTemporaryDir>
#include <fstream>

using namespace slipway::agent;
using namespace slipway::agent::test;
namespace fs = std::filesystem;

namespace {

PodUse use(const std::string& name, std::int64_t memory, int priority, const std::string& request = "0") {
    auto web = pod({container("a")});
    web.metadata.name = name;
    web.spec->priority = priority;
    web.spec->containers[0].resources.emplace().requests["memory"] = request;
    PodUse result;
    result.memory = memory;
    result.containerMemory["a"] = memory;
    result.pod = std::make_shared<const core::Pod>(std::move(web));
    return result;
}

void write(const fs::path& path, std::size_t size) {
    std::ofstream(path) << std::string(size, 'x');
}

} // namespace

class NodeUpkeepTest : public QObject {
    Q_OBJECT

private slots:
    void aRuntimeMayRestartUnnoticed() {
        FakeRuntime runtime;
        runtime.broken = true;
        const auto start = std::chrono::steady_clock::now();
        RuntimeView view(runtime);
        QVERIFY(!view.look(start).health.runtimeReady); // nothing is known of it yet
        runtime.broken = false;
        const auto before = view.look(start + 1s);
        QVERIFY(before.health.runtimeReady);
        runtime.broken = true;
        QVERIFY(view.look(start + 30s).health.runtimeReady);
        QCOMPARE(view.look(start + 30s).version.version, before.version.version);
        QVERIFY(!view.look(start + 32s).health.runtimeReady);
        QVERIFY(!view.look(start + 33s).health.runtimeReady);
        runtime.broken = false;
        QVERIFY(view.look(start + 34s).health.runtimeReady);
    }

    void extendedResourcesOfTheCapacityAreOffered() {
        using Changes = std::map<std::string, std::optional<std::string>>;
        const StringMap capacity{{"cpu", "2"}, {"example.com/gpu", "3"}, {"example.com/nic", "1"}};
        QCOMPARE(extendedResourceChanges(capacity, {{"cpu", "1"}, {"example.com/nic", "1"}, {"example.com/old", "4"}}),
                 (Changes{{"example.com/gpu", "3"}, {"example.com/old", std::nullopt}}));
        QCOMPARE(extendedResourceChanges({{"cpu", "2"}}, {{"cpu", "1"}}), Changes());
    }

    void thresholdsAreRead() {
        const auto thresholds = parseThresholds("memory.available<100Mi,nodefs.available<10%");
        QVERIFY(thresholds.has_value());
        QCOMPARE((*thresholds)[0].leastOf(1), 100LL << 20);
        QCOMPARE((*thresholds)[1].leastOf(1000), 100LL);
        for (const char* bad : {"memory.available>1Gi", "colour.available<1", "memory.available<lots",
                                "nodefs.available<100%", "memory.available<-1Gi"})
            QVERIFY2(!parseThresholds(bad).has_value(), bad);
        QVERIFY(parseThresholds("")->empty());
    }

    void memoryComesFirst() {
        const auto thresholds = parseThresholds("nodefs.available<10%,memory.available<100Mi,pid.available<5%");
        const Supplies supplies{{"memory.available", {50 << 20, 1 << 30}},
                                {"nodefs.available", {50, 1000}},
                                {"pid.available", {100, 1000}}};
        const auto short_ = passed(*thresholds, supplies);
        QCOMPARE(short_.size(), std::size_t(2));
        QCOMPARE(short_[0].signal, std::string("memory.available"));
        QCOMPARE(short_[1].signal, std::string("nodefs.available"));
    }

    void thoseOverTheirRequestGoFirst() {
        const auto order =
            evictionOrder({use("modest", 100, 0, "200"), use("greedy", 300, 5, "200"), use("greedier", 400, 5, "200"),
                           use("lowly", 210, 1, "200"), use("critical", 9000, 2'000'000'000)},
                          "memory.available");
        Names names;
        for (const PodUse& one : order)
            names.push_back(one.pod->metadata.name);
        QCOMPARE(names, (Names{"lowly", "greedier", "greedy", "modest"}));
    }

    void evictionSaysWhy() {
        const auto threshold = parseThresholds("memory.available<100Mi")->front();
        QCOMPARE(evictionMessage(threshold, {51200, 1 << 30}, use("web", 2048, 0)),
                 std::string("The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Ki. "
                             "Container a was using 2Ki, request is 0, has larger consumption of memory. "));
    }

    void storageLimitsHold() {
        auto web = pod({container("a")});
        auto& volume = web.spec->volumes.emplace_back();
        volume.name = "cache";
        volume.emptyDir.emplace().sizeLimit = "1Mi";
        PodUse one;
        one.containerDisk["a"] = 3 << 20;
        one.pod = std::make_shared<const core::Pod>(web);
        QVERIFY(!exceedsStorage(one, {{"cache", 1 << 20}}));
        QCOMPARE(*exceedsStorage(one, {{"cache", (1 << 20) + 1}}),
                 std::string("Usage of EmptyDir volume \"cache\" exceeds the limit \"1Mi\". "));
        web.spec->containers[0].resources.emplace().limits["ephemeral-storage"] = "2Mi";
        one.pod = std::make_shared<const core::Pod>(web);
        QCOMPARE(*exceedsStorage(one, {}),
                 std::string("Container a exceeded its local ephemeral storage limit \"2Mi\". "));
        one.containerDisk["a"] = 1 << 20;
        web.spec->volumes[0].emptyDir->sizeLimit.clear();
        one.pod = std::make_shared<const core::Pod>(web);
        QCOMPARE(*exceedsStorage(one, {{"cache", 2 << 20}}),
                 std::string("Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. "));
    }

    void pressureLasts() {
        PressureState state(60s);
        const auto thresholds = *parseThresholds("memory.available<100Mi");
        QVERIFY(state.take(thresholds, noon).memory);
        QVERIFY(state.take({}, noon + 59s).memory);
        QVERIFY(!state.take({}, noon + 60s).memory);
        QVERIFY(!state.take({}, noon).disk);
    }

    void whatIsReservedIsNotGivenAway() {
        Capacity capacity;
        capacity.milliCpu = 4000;
        capacity.memoryBytes = 4LL << 30;
        capacity.storageBytes = 100LL << 30;
        const NodeReserve reserve{*parseReserved("cpu=500m,memory=1Gi"), *parseReserved("cpu=250m"),
                                  *parseThresholds("memory.available<100Mi,nodefs.available<10%")};
        const auto given = allocatableQuantities(capacity, reserve);
        QCOMPARE(given.at("cpu"), std::string("3250m"));
        QCOMPARE(given.at("memory"), std::to_string((3 << 20) - 100 * 1024) + "Ki");
        QCOMPARE(given.at("ephemeral-storage"), std::to_string(90LL << 30));
        QCOMPARE(capacityQuantities(capacity).at("cpu"), std::string("4"));
        QVERIFY(!parseReserved("cpu"));
        QVERIFY(!parseReserved("love=1"));
    }

    void unusedImagesGo() {
        const auto image = [](const std::string& id, std::uint64_t size, bool fetched = true) {
            ImageInfo info;
            info.id = id;
            info.tags = {id + ":1"};
            if (fetched)
                info.digests = {id + "@sha256:0"};
            info.size = size;
            return info;
        };
        std::vector<ImageInfo> images{image("old", 100), image("newer", 100), image("used", 100),
                                      image("loaded", 100, false), image("pinned", 100)};
        images[4].pinned = true;
        ImageGarbage garbage;
        garbage.note(images, {"used:1", "newer"}, noon);
        QVERIFY(garbage.toRemove(1000, noon).empty()); // too young
        garbage.note(images, {"used:1"}, noon + 10min);
        const auto ids = [&](std::uint64_t bytes) {
            Names result;
            for (const ImageInfo& one : garbage.toRemove(bytes, noon + 10min))
                result.push_back(one.id);
            return result;
        };
        QCOMPARE(ids(1), Names{"old"});
        QCOMPARE(ids(1000), (Names{"old", "newer"}));
        QCOMPARE(ids(0), Names{});
    }

    void logsAreRotated() {
        const QTemporaryDir dir;
        const fs::path log = fs::path(dir.path().toStdString()) / "0.log";
        int reopened = 0;
        const auto reopen = [&]() -> std::expected<void, std::string> {
            ++reopened;
            std::ofstream(log) << "";
            return {};
        };
        write(log, 100);
        QCOMPARE(*rotateLog(log, 100, 3, noon, reopen), false);
        for (int i = 0; i < 4; ++i) {
            write(log, 101);
            QCOMPARE(*rotateLog(log, 100, 3, noon + i * 1s, reopen), true);
        }
        QCOMPARE(reopened, 4);
        const auto files = [&] { return std::distance(fs::directory_iterator(log.parent_path()), {}); };
        QCOMPARE(files(), 3); // the log and two moved aside
        write(log, 101);
        QVERIFY(!rotateLog(log, 100, 3, noon + 9s, [] { return std::unexpected(std::string("gone")); }));
        QCOMPARE(fs::file_size(log), 101U); // as it was
        removeLogs(log);
        QCOMPARE(files(), 0);
    }

    void logsAreLinked() {
        const QTemporaryDir dir;
        const fs::path top = dir.path().toStdString(), log = top / "pods/0.log", links = top / "containers";
        fs::create_directories(log.parent_path());
        write(log, 1);
        linkLog(links, "web", "default", "main", "c1", log);
        linkLog(links, std::string(300, 'w'), "default", "main", "c2", log);
        QCOMPARE(fs::read_symlink(links / "web_default_main-c1.log"), log);
        const auto count = [&] { return std::distance(fs::directory_iterator(links), {}); };
        QCOMPARE(count(), 2);
        removeDeadLinks(links);
        QCOMPARE(count(), 2);
        fs::remove(log);
        removeDeadLinks(links);
        QCOMPARE(count(), 0);
    }

    void foldersAreMeasured() {
        const QTemporaryDir dir;
        const fs::path top = dir.path().toStdString();
        fs::create_directories(top / "a");
        write(top / "a/x", 10'000);
        fs::create_hard_link(top / "a/x", top / "y");
        const FolderUse used = folderUse(top);
        QCOMPARE(used.inodes, 3U);
        QVERIFY(used.bytes >= 10'000);
        QVERIFY(used.bytes < 40'000);
        QCOMPARE(folderUse(top / "absent").inodes, 0U);
    }
};

QTEST_GUILESS_MAIN(NodeUpkeepTest)
#include "node_upkeep_test.moc"
