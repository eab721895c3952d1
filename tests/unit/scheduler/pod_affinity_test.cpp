#include "cluster/scheduler/schedule.h"

#include "tests/unit/scheduler/objects.h"

#include <QtTest>

using namespace slipway::scheduler;
using namespace slipway::scheduler::test;

namespace {

/// A pod of the namespace default with labels and an affinity.
PodInfo labelled(const std::string& name, const std::string& labels, const std::string& affinity = "{}",
                 const std::string& ns = "default") {
    return describePod(std::make_shared<const slipway::api::core_v1::Pod>(fromText<slipway::api::core_v1::Pod>(
        R"({"metadata":{"name":")" + name + R"(","namespace":")" + ns + R"(","uid":")" + name + R"(-uid","labels":)" +
        labels + R"(},"spec":{"containers":[{"name":"c"}],"affinity":)" + affinity + "}}")));
}

std::string term(const std::string& labels, const std::string& key, const std::string& more = {}) {
    return R"({"labelSelector":{"matchLabels":)" + labels + R"(},"topologyKey":")" + key + "\"" + more + "}";
}

std::string required(const char* kind, const std::string& terms) {
    return std::string("{\"") + kind + R"(":{"requiredDuringSchedulingIgnoredDuringExecution":[)" + terms + "]}}";
}

std::string preferred(const char* kind, const std::string& term) {
    return std::string("{\"") + kind + R"(":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":100,)" +
           R"("podAffinityTerm":)" + term + "}]}}";
}

/// Two zones: a has a1 and a2, b has b1.
Snapshot zones() {
    Snapshot snapshot;
    for (const char* name : {"a1", "a2", "b1"})
        snapshot.setNode(
            node(name, {.labels = std::string(R"({"zone":")") + name[0] + R"(","host":")" + name + "\"}"}));
    return snapshot;
}

} // namespace

class PodAffinityTest : public QObject {
    Q_OBJECT

private slots:
    void aWantedNeighbourDecidesTheZone() {
        Snapshot snapshot = zones();
        snapshot.setPod(labelled("db", R"({"app":"db"})"), "b1");
        const auto web = labelled("web", "{}", required("podAffinity", term(R"({"app":"db"})", "zone")));
        QCOMPARE(schedule(web, snapshot).node, "b1");
    }

    void withoutTheNeighbourNoNodeWillDo() {
        const auto web = labelled("web", "{}", required("podAffinity", term(R"({"app":"db"})", "zone")));
        QCOMPARE(schedule(web, zones()).message(),
                 "0/3 nodes are available: 3 node(s) didn't match pod affinity rules.");
    }

    void theFirstOfAGroupMayStartIt() {
        const auto first =
            labelled("web", R"({"app":"web"})", required("podAffinity", term(R"({"app":"web"})", "zone")));
        QVERIFY(!schedule(first, zones()).node.empty());
    }

    void anUnwantedNeighbourIsAvoided() {
        Snapshot snapshot = zones();
        snapshot.setPod(labelled("web1", R"({"app":"web"})"), "a1");
        const auto web =
            labelled("web2", R"({"app":"web"})", required("podAntiAffinity", term(R"({"app":"web"})", "zone")));
        QCOMPARE(schedule(web, snapshot).node, "b1");
        snapshot.setPod(labelled("web3", R"({"app":"web"})"), "b1");
        QCOMPARE(schedule(web, snapshot).message(),
                 "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.");
    }

    void whoRunsMayRefuseWhoComes() {
        Snapshot snapshot = zones();
        snapshot.setPod(labelled("lonely", "{}", required("podAntiAffinity", term(R"({"app":"web"})", "host"))), "a1");
        const Decision decision = schedule(labelled("web", R"({"app":"web"})"), snapshot);
        QVERIFY(decision.node != "a1");
        QCOMPARE(decision.refusalsByReason.at("node(s) didn't satisfy existing pods anti-affinity rules"), 1);
    }

    void aTermMeansItsOwnNamespaceUnlessItNamesOthers() {
        Snapshot snapshot = zones();
        snapshot.setNamespace("shop", {{"team", "red"}});
        snapshot.setPod(labelled("db", R"({"app":"db"})", "{}", "shop"), "b1");
        const auto wish = [&](const std::string& more) {
            return schedule(labelled("web", "{}", required("podAffinity", term(R"({"app":"db"})", "host", more))),
                            snapshot)
                .node;
        };
        QCOMPARE(wish(""), "");
        QCOMPARE(wish(R"(,"namespaces":["shop"])"), "b1");
        QCOMPARE(wish(R"(,"namespaceSelector":{"matchLabels":{"team":"red"}})"), "b1");
        QCOMPARE(wish(R"(,"namespaceSelector":{"matchLabels":{"team":"blue"}})"), "");
        QCOMPARE(wish(R"(,"namespaceSelector":{})"), "b1");
    }

    void matchLabelKeysCompareWithThePodsOwnLabels() {
        Snapshot snapshot = zones();
        snapshot.setPod(labelled("old", R"({"app":"web","rev":"1"})"), "a1");
        const auto fresh =
            labelled("new", R"({"app":"web","rev":"2"})",
                     required("podAntiAffinity", term(R"({"app":"web"})", "zone", R"(,"matchLabelKeys":["rev"])")));
        QVERIFY(schedule(fresh, snapshot).refusals.empty());
    }

    void preferencesOfBothSidesCount() {
        Snapshot snapshot = zones();
        snapshot.setPod(labelled("db", R"({"app":"db"})"), "b1");
        QCOMPARE(
            schedule(labelled("web", "{}", preferred("podAffinity", term(R"({"app":"db"})", "zone"))), snapshot).node,
            "b1");
        const auto away =
            schedule(labelled("web", "{}", preferred("podAntiAffinity", term(R"({"app":"db"})", "zone"))), snapshot);
        QVERIFY(away.node.starts_with("a"));
        Snapshot inviting = zones();
        inviting.setPod(labelled("host", "{}", preferred("podAffinity", term(R"({"app":"web"})", "host"))), "b1");
        QCOMPARE(schedule(labelled("web", R"({"app":"web"})"), inviting).node, "b1");
    }
};

QTEST_GUILESS_MAIN(PodAffinityTest)
#include "pod_affinity_test.moc"
