#include "cluster/controllers/daemon_set/daemon_set_plan.h"
#include "tests/unit/controllers/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using api::apps_v1::DaemonSet;

namespace {

const auto now = std::chrono::system_clock::now();

NodePtr node(const std::string& name, const std::string& taints = "[]", const std::string& labels = "{}") {
    return std::make_shared<const api::core_v1::Node>(test::fromText<api::core_v1::Node>(
        std::format(R"({{"metadata":{{"name":"{}","labels":{}}},"spec":{{"taints":{}}}}})", name, labels, taints)));
}

DaemonSet set(const std::string& strategy = "{}", const std::string& spec = R"("containers":[])") {
    return test::fromText<DaemonSet>(std::format(
        R"({{"metadata":{{"name":"ds","namespace":"default"}},"spec":{{"selector":{{"matchLabels":{{"app":"web"}}}},)"
        R"("updateStrategy":{},"template":{{"spec":{{{}}}}}}}}})",
        strategy, spec));
}

PodPtr daemon(const std::string& on, const std::string& hash = "a", bool ready = true,
              const std::string& phase = "Running") {
    test::PodShape shape;
    shape.name = "ds-" + on + hash;
    shape.node = on;
    shape.ready = ready;
    shape.phase = phase;
    shape.labels = std::format(R"({{"app":"web","controller-revision-hash":"{}"}})", hash);
    return test::pod(shape);
}

std::vector<std::string> removed(const DaemonPlan& plan) {
    std::vector<std::string> names;
    for (const PodPtr& pod : plan.remove)
        names.push_back(pod->metadata.name);
    return names;
}

using Names = std::vector<std::string>;

} // namespace

class DaemonSetTest : public QObject {
    Q_OBJECT

private slots:
    void everySuitingNodeGetsOne() {
        const auto wanted = set("{}", R"("containers":[],"nodeSelector":{"disk":"ssd"})");
        const auto plan = planDaemonSet({wanted, {}, {node("n1"), node("n2", "[]", R"({"disk":"ssd"})")}, "a"}, now);
        QCOMPARE(plan.create, Names{"n2"});
        QCOMPARE(plan.status.desiredNumberScheduled, 1);
    }

    void taintsKeepPodsAwayUnlessTolerated() {
        const auto wanted = set();
        const auto cordoned = R"([{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"}])";
        const auto special = R"([{"key":"special","effect":"NoSchedule"}])";
        const auto evicting = R"([{"key":"special","effect":"NoExecute"}])";
        QCOMPARE(planDaemonSet({wanted, {}, {node("n1", cordoned)}, "a"}, now).create, Names{"n1"});
        QVERIFY(planDaemonSet({wanted, {}, {node("n1", special)}, "a"}, now).create.empty());
        QVERIFY(planDaemonSet({wanted, {daemon("n1")}, {node("n1", special)}, "a"}, now).remove.empty());
        QCOMPARE(removed(planDaemonSet({wanted, {daemon("n1")}, {node("n1", evicting)}, "a"}, now)), Names{"ds-n1a"});
    }

    void podsOfLostNodesAndFailedOnesGo() {
        const auto wanted = set();
        const auto plan =
            planDaemonSet({wanted, {daemon("gone"), daemon("n1", "a", false, "Failed")}, {node("n1")}, "a"}, now);
        QCOMPARE(removed(plan), (Names{"ds-n1a", "ds-gonea"}));
        QCOMPARE(plan.create, Names{"n1"});
    }

    void anUpdateLeavesEnoughNodesServed() {
        const auto wanted = set(R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1}})");
        const std::vector<NodePtr> nodes{node("n1"), node("n2"), node("n3")};
        QCOMPARE(removed(planDaemonSet({wanted, {daemon("n1"), daemon("n2"), daemon("n3")}, nodes, "b"}, now)).size(),
                 1U);
        // One node is not served already: none of the serving ones may go.
        QVERIFY(
            removed(planDaemonSet({wanted, {daemon("n1", "b", false), daemon("n2"), daemon("n3")}, nodes, "b"}, now))
                .empty());
    }

    void aSurgeBringsTheNewPodFirst() {
        const auto wanted = set(R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":1}})");
        const std::vector<NodePtr> nodes{node("n1"), node("n2")};
        const auto first = planDaemonSet({wanted, {daemon("n1"), daemon("n2")}, nodes, "b"}, now);
        QCOMPARE(first.create, Names{"n1"});
        QVERIFY(first.remove.empty());
        const auto second = planDaemonSet({wanted, {daemon("n1"), daemon("n1", "b"), daemon("n2")}, nodes, "b"}, now);
        QCOMPARE(removed(second), Names{"ds-n1a"});
    }

    void aPinnedPodIsForItsNodeOnly() {
        api::core_v1::Pod pod;
        pod.spec.emplace();
        pinToNode(*pod.spec, "n7");
        QCOMPARE(nodeOf(pod), "n7");
    }
};

QTEST_GUILESS_MAIN(DaemonSetTest)
#include "daemon_set_test.moc"
