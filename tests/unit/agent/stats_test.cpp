#include "cluster/agent/stats/exposition.h"
#include "cluster/agent/stats/summary.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

using namespace slipway;
using namespace slipway::agent;
using namespace std::chrono_literals;

namespace {

NodeStats sample() {
    NodeStats stats;
    stats.name = "n1";
    stats.at = WallTime(1000s);
    stats.capacity.milliCpu = 2000;
    stats.capacity.memoryBytes = 1 << 30;
    stats.fs = {.available = 60, .capacity = 100, .used = 40, .inodesFree = 6, .inodes = 10, .inodesUsed = 4};
    stats.node.last.cpuNanoseconds = 5'000'000'000;
    PodStats& pod = stats.pods.emplace_back();
    pod.uid = "u1";
    pod.ns = "default";
    pod.name = "web";
    pod.interfaces = {{"eth0", 10, 0, 20, 0}};
    pod.volumes.push_back({"data", "claim", {.available = 3, .capacity = 5, .used = 2}});
    pod.volumes.push_back({"tmp", "", {.used = 7, .inodesUsed = 1}});
    ContainerStats& container = pod.containers.emplace_back();
    container.usage.last.id = "c1";
    container.usage.last.name = "main \"x\"";
    container.usage.last.cpuNanoseconds = 1'500'000'000;
    container.usage.last.memoryWorkingSet = 4096;
    container.usage.last.rootfsBytes = 11;
    container.logs = {100, 2};
    container.startedAt = WallTime(900s);
    return stats;
}

bool hasLine(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

class StatsTest : public QObject {
    Q_OBJECT

private slots:
    void aMetricsSamplesStandTogether() {
        Exposition out;
        out.add("a", "gauge", "First.", {{"x", "1"}}, 1);
        out.add("b", "counter", "", {}, 0.5);
        out.add("a", "gauge", "First.", {{"x", "2\n"}}, 1e15);
        QCOMPARE(out.text(), std::string("# HELP a First.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\\n\"} 1e+15\n"
                                         "# TYPE b counter\nb 0.5\n"));
    }

    void resources() {
        const std::string text = resourceMetrics(sample());
        QVERIFY(hasLine(text, "container_cpu_usage_seconds_total{container=\"main \\\"x\\\"\",namespace=\"default\","
                              "pod=\"web\"} 1.5"));
        QVERIFY(hasLine(text, "pod_memory_working_set_bytes{namespace=\"default\",pod=\"web\"} 4096"));
        QVERIFY(hasLine(text, "node_cpu_usage_seconds_total 5"));
        QVERIFY(hasLine(text, "scrape_error 0"));
    }

    void summary() {
        const auto json = *api::parseJson(statsSummary(sample()));
        QCOMPARE(std::string(api::stringAt(json, {"node", "nodeName"})), std::string("n1"));
        const auto& pod = json.at("pods").at(0);
        QCOMPARE(pod.at("network").at("rxBytes").to_number<int>(), 10);
        QCOMPARE(pod.at("containers").at(0).at("logs").at("usedBytes").to_number<int>(), 100);
        QCOMPARE(std::string(api::stringAt(pod.at("volume").at(0), {"pvcRef", "name"})), std::string("claim"));
        // The claim's bytes are not the node's: layers, logs and emptyDirs are.
        QCOMPARE(pod.at("ephemeral-storage").at("usedBytes").to_number<int>(), 118);
        QCOMPARE(pod.at("ephemeral-storage").at("availableBytes").to_number<int>(), 60);
    }

    void interfacesAreRead() {
        const QTemporaryDir dir;
        const auto file = std::filesystem::path(dir.path().toStdString()) / "dev";
        std::ofstream(file) << "Inter-|   Receive |  Transmit\n face |bytes packets errs|bytes\n"
                               "    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n"
                               "  eth0:1234 5 1 0 0 0 0 0 5678 9 2 0 0 0 0 0\n";
        const auto list = readInterfaces(file);
        QCOMPARE(list.size(), std::size_t(1));
        QCOMPARE(list[0].name, std::string("eth0"));
        QCOMPARE(list[0].rxBytes, 1234U);
        QCOMPARE(list[0].rxErrors, 1U);
        QCOMPARE(list[0].txBytes, 5678U);
        QCOMPARE(list[0].txErrors, 2U);
    }
};

QTEST_GUILESS_MAIN(StatsTest)
#include "stats_test.moc"
