#include "cluster/scheduler/configuration.h"
#include "cluster/scheduler/plugins/plugins.h"
#include "cluster/scheduler/schedule.h"

#include "tests/unit/scheduler/objects.h"

#include <QtTest>

using namespace slipway::scheduler;
using namespace slipway::scheduler::test;

namespace {

const std::string head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";

Configuration read(const std::string& text) {
    auto configuration = readConfiguration(head + text);
    if (!configuration)
        qFatal("%s", configuration.error().c_str());
    return std::move(*configuration);
}

int weightOf(const Profile& profile, std::string_view name) {
    for (const auto& score : profile.scores)
        if (score.plugin->name == name)
            return score.weight;
    return 0;
}

bool filters(const Profile& profile, std::string_view name) {
    return std::ranges::any_of(profile.filters, [&](const auto* plugin) { return plugin->name == name; });
}

} // namespace

class ConfigurationTest : public QObject {
    Q_OBJECT

private slots:
    void nothingSaidIsTheUsual() {
        const Configuration configuration = read("");
        const Profile& profile = configuration.profiles.at("default-scheduler");
        QCOMPARE(profile.filters.size(), plugins::filterPlugins().size());
        QCOMPARE(weightOf(profile, "TaintToleration"), 3);
    }

    void pluginsAreTakenOutAndWeighed() {
        const Configuration configuration = read(R"(profiles:
- schedulerName: packer
  plugins:
    multiPoint:
      disabled: [{name: ImageLocality}]
    filter:
      disabled: [{name: TaintToleration}]
    score:
      disabled: [{name: "*"}]
      enabled: [{name: NodeResourcesFit, weight: 7}]
    postFilter:
      disabled: [{name: DefaultPreemption}]
- schedulerName: other
)");
        QCOMPARE(configuration.profiles.size(), std::size_t(2));
        const Profile& packer = configuration.profiles.at("packer");
        QVERIFY(!filters(packer, "TaintToleration"));
        QVERIFY(filters(packer, "NodeResourcesFit"));
        QCOMPARE(packer.scores.size(), std::size_t(1));
        QCOMPARE(weightOf(packer, "NodeResourcesFit"), 7);
        QVERIFY(!packer.preempts);
        QVERIFY(configuration.profiles.at("other").preempts);
    }

    void mostAllocatedFillsNodes() {
        const Configuration configuration = read(R"(profiles:
- pluginConfig:
  - name: NodeResourcesFit
    args: {scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}}
  plugins:
    score: {disabled: [{name: NodeResourcesBalancedAllocation}]}
)");
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setNode(node("n2"));
        snapshot.setPod(podAsking("old", "1"), "n2");
        QCOMPARE(schedule(podAsking("a", "100m"), snapshot).node, "n1");
        QCOMPARE(schedule(podAsking("a", "100m"), snapshot, configuration.profiles.begin()->second).node, "n2");
    }

    void aShapeSaysWhichUseIsBest() {
        const Configuration configuration = read(R"(profiles:
- pluginConfig:
  - name: NodeResourcesFit
    args:
      scoringStrategy:
        type: RequestedToCapacityRatio
        resources: [{name: cpu}]
        requestedToCapacityRatio:
          shape: [{utilization: 0, score: 0}, {utilization: 50, score: 10}, {utilization: 100, score: 0}]
  plugins:
    score: {disabled: [{name: NodeResourcesBalancedAllocation}]}
)");
        Snapshot snapshot;
        for (const char* name : {"n1", "n2", "n3"})
            snapshot.setNode(node(name));
        snapshot.setPod(podAsking("half", "900m"), "n2");
        snapshot.setPod(podAsking("full", "1800m"), "n3");
        const Decision decision = schedule(podAsking("a", "100m"), snapshot, configuration.profiles.begin()->second);
        QCOMPARE(decision.node, "n2");
        QCOMPARE(decision.ratings.front().score, 100.0);
        QCOMPARE(decision.scorePlugins.front(), std::string_view("NodeResourcesFit"));
    }

    void addedAffinityIsForEveryPod() {
        const Configuration configuration = read(R"(profiles:
- pluginConfig:
  - name: NodeAffinity
    args:
      addedAffinity:
        requiredDuringSchedulingIgnoredDuringExecution:
          nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: Exists}]}]
)");
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        const Profile& profile = configuration.profiles.begin()->second;
        QCOMPARE(schedule(pod("a"), snapshot, profile).message(),
                 "0/1 nodes are available: 1 node(s) didn't match scheduler-enforced node affinity.");
        snapshot.setNode(node("n2", {.labels = R"({"disk":"ssd"})"}));
        QCOMPARE(schedule(pod("a"), snapshot, profile).node, "n2");
    }

    void extendersAreRead() {
        const Configuration configuration = read(R"(extenders:
- urlPrefix: http://127.0.0.1:8888/scheduler
  filterVerb: filter
  prioritizeVerb: prioritize
  weight: 5
  httpTimeout: 200ms
  nodeCacheCapable: true
  managedResources: [{name: example.com/gpu, ignoredByScheduler: true}]
)");
        const ExtenderSettings& extender = configuration.extenders.at(0);
        QCOMPARE(extender.filterVerb, "filter");
        QCOMPARE(extender.weight, std::int64_t(5));
        QVERIFY(extender.timeout == std::chrono::milliseconds(200));
        QVERIFY(extender.cachesNodes);
        QVERIFY(configuration.profiles.begin()->second.ignoredResources.contains("example.com/gpu"));
    }

    void whatIsWrongIsNamed_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("error");
        QTest::newRow("plugin") << "profiles: [{plugins: {score: {enabled: [{name: Luck}]}}}]"
                                << "profiles[0].plugins.score.enabled: there is no plugin \"Luck\"";
        QTest::newRow("percentage") << "percentageOfNodesToScore: 101"
                                    << "configuration.percentageOfNodesToScore: 101 is not in the range 0 to 100";
        QTest::newRow("twice") << "profiles: [{schedulerName: a}, {schedulerName: a}]"
                               << "profiles[1].schedulerName: \"a\" is there twice";
        QTest::newRow("strategy") << "profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: "
                                     "{type: Random}}}]}]"
                                  << "profiles[0].pluginConfig[0].args.scoringStrategy.type: there is no strategy "
                                     "\"Random\"";
        QTest::newRow("extender") << "extenders: [{urlPrefix: ftp://x}]"
                                  << "extenders[0].urlPrefix: an http or https address is needed";
    }
    void whatIsWrongIsNamed() {
        QFETCH(QString, text);
        QFETCH(QString, error);
        const auto configuration = readConfiguration(head + text.toStdString());
        QVERIFY(!configuration);
        QCOMPARE(QString::fromStdString(configuration.error()), error);
    }

    void anotherKindIsRefused() { QVERIFY(!readConfiguration("apiVersion: v1\nkind: Pod\n")); }
};

QTEST_GUILESS_MAIN(ConfigurationTest)
#include "configuration_test.moc"
