#include "cluster/controllers/garbage_collector/collection_plan.h"

#include "tests/unit/controllers/objects.h"

#include <QtTest>
#include <algorithm>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using api::meta_v1::ObjectMeta;
using Action = CollectionPlan::Action;

namespace {

const client::ResourceRef pods{"", "v1", "pods", "Pod", true}, nodes{"", "v1", "nodes", "Node", false};

ObjectMeta object(const std::string& uid, const std::vector<std::string>& owners = {}, const std::string& rest = "") {
    std::string references;
    for (const std::string& owner : owners)
        references +=
            (references.empty() ? "" : ",") +
            std::format(R"({{"apiVersion":"v1","kind":"Pod","name":"{0}","uid":"{0}","blockOwnerDeletion":true}})",
                        owner);
    return fromText<ObjectMeta>(std::format(
        R"({{"name":"{0}","namespace":"default","uid":"{0}","ownerReferences":[{1}]{2}}})", uid, references, rest));
}

constexpr const char *deleting = R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")",
                     *foreground = R"(,"deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["foregroundDeletion"])";

bool has(const std::vector<std::string>& list, const std::string& uid) {
    return std::ranges::find(list, uid) != list.end();
}

} // namespace

class GarbageCollectorTest : public QObject {
    Q_OBJECT

private slots:
    void anObjectWithoutItsOwnerIsLookedAt() {
        OwnershipGraph graph;
        QVERIFY(has(graph.put(pods, object("child", {"gone"})), "child"));
        graph.put(pods, object("parent"));
        QVERIFY(graph.put(pods, object("other", {"parent"})).empty());
    }

    void theEndOfAnOwnerConcernsItsDependents() {
        OwnershipGraph graph;
        graph.put(pods, object("parent"));
        graph.put(pods, object("child", {"parent"}));
        QVERIFY(has(graph.erase("parent"), "child"));
        QCOMPARE(graph.dependentsOf("parent").size(), std::size_t(1));
    }

    void theEndOfADependentConcernsItsOwner() {
        OwnershipGraph graph;
        graph.put(pods, object("parent", {}, foreground));
        graph.put(pods, object("child", {"parent"}));
        QVERIFY(has(graph.erase("child"), "parent"));
        QVERIFY(graph.dependentsOf("parent").empty());
    }

    void aWaitingOwnerPutsItsDependentsToWork() {
        OwnershipGraph graph;
        graph.put(pods, object("parent"));
        graph.put(pods, object("child", {"parent"}));
        const auto todo = graph.put(pods, object("parent", {}, foreground));
        QVERIFY(has(todo, "parent") && has(todo, "child"));
    }

    void anOwnerOfTheClusterOwnsInEveryNamespace() {
        OwnershipGraph graph;
        ObjectMeta node = object("n");
        node.namespace_.clear();
        graph.put(nodes, node);
        QVERIFY(graph.put(pods, object("child", {"n"})).empty());
    }

    void whatHasAnOwnerStays() {
        const OwnershipGraph::Node node{pods, "default", "p", object("p", {"a", "b"}).ownerReferences};
        QCOMPARE(planCollection(node, {OwnerState::present, OwnerState::present}, {}, {}).action, Action::keep);
        const auto plan = planCollection(node, {OwnerState::present, OwnerState::absent}, {}, {});
        QCOMPARE(plan.action, Action::dropOwners);
        QCOMPARE(plan.drop, std::vector<std::string>{"b"});
    }

    void whatHasNoneGoes() {
        const OwnershipGraph::Node node{pods, "default", "p", object("p", {"a"}).ownerReferences};
        QCOMPARE(planCollection(node, {OwnerState::absent}, {}, {}).propagation, "Background");
        QCOMPARE(planCollection(node, {OwnerState::absent}, {"orphan"}, {}).propagation, "Orphan");
        QCOMPARE(planCollection(node, {OwnerState::waiting}, {}, {}).propagation, "Background");
    }

    void aCircleIsOpened() {
        OwnershipGraph graph;
        graph.put(pods, object("a", {"c"}, foreground));
        graph.put(pods, object("b", {"a"}));
        graph.put(pods, object("c", {"b"}, deleting));
        const auto b = planCollection(*graph.find("b"), {OwnerState::waiting}, {}, graph.dependentsOf("b"));
        QCOMPARE(b.action, Action::remove);
        QCOMPARE(b.propagation, "Foreground");
        QVERIFY(!b.unblock);
        const auto c = planCollection(*graph.find("c"), {OwnerState::waiting}, {}, graph.dependentsOf("c"));
        QVERIFY(c.unblock); // a waits for it, and it for a
    }
};

QTEST_GUILESS_MAIN(GarbageCollectorTest)
#include "garbage_collector_test.moc"
