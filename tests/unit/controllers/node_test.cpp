#include "cluster/controllers/node_lifecycle.h"

#include "tests/unit/controllers/objects.h"

#include <QtTest>
#include <algorithm>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using api::core_v1::Node;
using api::core_v1::Taint;

namespace {

constexpr const char* now = "2026-01-01T00:00:00Z";

Node node(const std::string& ready, const std::string& spec = "{}") {
    return fromText<Node>(R"({"metadata":{"name":"n1"},"spec":)" + spec +
                          R"(,"status":{"conditions":[{"type":"Ready","status":")" + ready + "\"}]}}");
}

QStringList taints(const Node& node) {
    QStringList list;
    for (const Taint& taint : healthTaints(node, now))
        list << QString::fromStdString(taint.key + ":" + taint.effect);
    list.sort();
    return list;
}

std::optional<std::chrono::seconds> staysFor(const std::string& tolerations) {
    Taint taint;
    taint.key = "node.kubernetes.io/unreachable";
    taint.effect = "NoExecute";
    return toleratedTime(*pod({.spec = R"("containers":[],"tolerations":)" + tolerations}), {taint});
}

} // namespace

class NodeTest : public QObject {
    Q_OBJECT

private slots:
    void aReadyNodeHasNoTaints() { QVERIFY(taints(node("True")).isEmpty()); }

    void aSickNodeIsTainted() {
        QCOMPARE(taints(node("False")),
                 (QStringList{"node.kubernetes.io/not-ready:NoExecute", "node.kubernetes.io/not-ready:NoSchedule"}));
        QCOMPARE(taints(node("Unknown")), (QStringList{"node.kubernetes.io/unreachable:NoExecute",
                                                       "node.kubernetes.io/unreachable:NoSchedule"}));
    }

    void aCordonIsATaintToo() {
        QCOMPARE(taints(node("True", R"({"unschedulable":true})")),
                 (QStringList{"node.kubernetes.io/unschedulable:NoSchedule"}));
    }

    void noExecuteSaysSinceWhen() {
        for (const Taint& taint : healthTaints(node("False"), now))
            QCOMPARE(taint.timeAdded, taint.effect == "NoExecute" ? now : "");
    }

    void podsStayAsLongAsTheyTolerate() {
        QCOMPARE(staysFor("[]"), std::optional(std::chrono::seconds(0)));
        QCOMPARE(staysFor(R"([{"operator":"Exists"}])"), std::nullopt);
        QCOMPARE(
            staysFor(
                R"([{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}])"),
            std::optional(std::chrono::seconds(300)));
        QCOMPARE(staysFor(R"([{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute"}])"),
                 std::optional(std::chrono::seconds(0)));
        QCOMPARE(staysFor(R"([{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoSchedule"}])"),
                 std::optional(std::chrono::seconds(0)));
    }
};

QTEST_GUILESS_MAIN(NodeTest)
#include "node_test.moc"
