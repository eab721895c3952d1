#include "cluster/scheduler/preemption.h"
#include "cluster/scheduler/schedule.h"

#include "tests/unit/scheduler/objects.h"

#include <QtTest>

using namespace slipway::scheduler;
using namespace slipway::scheduler::test;

namespace {

PodInfo ranked(const std::string& name, int priority, const std::string& cpu, const std::string& startedAt = {}) {
    PodInfo info = podAsking(name, cpu);
    info.priority = priority;
    info.startedAt = startedAt;
    return info;
}

std::vector<std::string> victimsOf(const PreemptionPlan& plan) {
    std::vector<std::string> keys;
    for (const PlacedPod& victim : plan.victims)
        keys.push_back(victim.key);
    return keys;
}

using Keys = std::vector<std::string>;

} // namespace

class PreemptionTest : public QObject {
    Q_OBJECT

private slots:
    void onlyWhatIsNeededGoes() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setPod(ranked("low", 1, "1"), "n1");
        snapshot.setPod(ranked("lower", 0, "1"), "n1");
        const auto plan = planPreemption(ranked("high", 10, "1"), snapshot);
        QCOMPARE(plan.node, "n1");
        QCOMPARE(victimsOf(plan), Keys{"default/lower"});
        QCOMPARE(snapshot.nodes().at("n1").load.pods, std::int64_t(2)); // the snapshot is as before
        QCOMPARE(snapshot.nodes().at("n1").load.requested.milliCpu, std::int64_t(2000));
    }

    void equalsStay() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setPod(ranked("peer", 10, "2"), "n1");
        const auto plan = planPreemption(ranked("high", 10, "1"), snapshot);
        QVERIFY(plan.node.empty());
        QCOMPARE(plan.message, "0/1 nodes are available: 1 No preemption victims found for incoming pod.");
    }

    void aNodeThatIsTooSmallIsNotTried() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setPod(ranked("low", 0, "1"), "n1");
        QCOMPARE(planPreemption(ranked("huge", 10, "64"), snapshot).message,
                 "0/1 nodes are available: 1 Preemption is not helpful for scheduling.");
    }

    void theLeastImportantVictimsAreChosen() {
        Snapshot snapshot;
        for (const char* name : {"n1", "n2", "n3"})
            snapshot.setNode(node(name));
        snapshot.setPod(ranked("five", 5, "2"), "n1");
        snapshot.setPod(ranked("one", 1, "2"), "n2");
        snapshot.setPod(ranked("three", 3, "2"), "n3");
        const auto plan = planPreemption(ranked("high", 10, "2"), snapshot);
        QCOMPARE(plan.node, "n2");
        QCOMPARE(victimsOf(plan), Keys{"default/one"});
    }

    void amongEqualsTheYoungerGoes() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setNode(node("n2"));
        snapshot.setPod(ranked("old", 1, "2", "2025-01-01T00:00:00Z"), "n1");
        snapshot.setPod(ranked("young", 1, "2", "2025-06-01T00:00:00Z"), "n2");
        QCOMPARE(planPreemption(ranked("high", 10, "2"), snapshot).node, "n2");
    }

    void budgetsAreSparedWherePossible() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setNode(node("n2"));
        snapshot.setPod(ranked("guarded", 0, "2"), "n1");
        snapshot.setPod(ranked("free", 5, "2"), "n2");
        Budget budget{"default", {}, 0};
        slipway::api::meta_v1::LabelSelectorRequirement named;
        named.key = "guard";
        named.operator_ = "Exists";
        budget.selector.matchExpressions = {named};
        snapshot.setBudget("default/b", budget);
        PodInfo guarded = ranked("guarded", 0, "2");
        auto traits = *guarded.traits;
        traits.labels["guard"] = "yes";
        guarded.traits = std::make_shared<const PodTraits>(traits);
        snapshot.setPod(guarded, "n1");
        QCOMPARE(planPreemption(ranked("high", 10, "2"), snapshot).node, "n2");
    }

    void whoMayNotPreemptDoesNot() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        snapshot.setPod(ranked("low", 0, "2"), "n1");
        PodInfo patient = pod("patient", R"("preemptionPolicy":"Never","containers":[{"name":"c"}])");
        patient.priority = 10;
        patient.requests.milliCpu = 1000;
        QCOMPARE(planPreemption(patient, snapshot).message, "not eligible due to preemptionPolicy=Never.");
    }

    void nobodyElseGetsTheRoomThatWasMade() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        const PodInfo high = ranked("high", 10, "2");
        snapshot.nominate(high, "n1");
        QVERIFY(schedule(ranked("opportunist", 5, "1"), snapshot).node.empty());
        QCOMPARE(schedule(ranked("higher", 20, "1"), snapshot).node, "n1");
        QCOMPARE(schedule(high, snapshot).node, "n1");
    }

    void whileVictimsLeaveNobodyElseMustGo() {
        Snapshot snapshot;
        snapshot.setNode(node("n1"));
        PodInfo victim = ranked("victim", 0, "1");
        victim.leaving = true;
        snapshot.setPod(victim, "n1");
        snapshot.setPod(ranked("other", 0, "1"), "n1");
        const PodInfo high = ranked("high", 10, "1");
        snapshot.nominate(high, "n1");
        QVERIFY(planPreemption(high, snapshot).node.empty());
    }
};

QTEST_GUILESS_MAIN(PreemptionTest)
#include "preemption_test.moc"
