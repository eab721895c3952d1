#include "cluster/controllers/deployment/deployment_plan.h"

#include "tests/unit/controllers/objects.h"

#include <QtTest>
#include <algorithm>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using api::apps_v1::Deployment;
using api::apps_v1::DeploymentStatus;
using api::apps_v1::ReplicaSet;

namespace {

Deployment deployment(int replicas, const std::string& surge = "\"25%\"", const std::string& unavailable = "\"25%\"",
                      const std::string& image = "web:2") {
    return fromText<Deployment>(std::format(
        R"({{"metadata":{{"name":"web","namespace":"default","uid":"d","generation":4}},"spec":{{"replicas":{},)"
        R"("strategy":{{"type":"RollingUpdate","rollingUpdate":{{"maxSurge":{},"maxUnavailable":{}}}}},)"
        R"("progressDeadlineSeconds":600,"selector":{{"matchLabels":{{"app":"web"}}}},)"
        R"("template":{{"metadata":{{"labels":{{"app":"web"}}}},"spec":{{"containers":[{{"name":"c","image":"{}"}}]}}}}}}}})",
        replicas, surge, unavailable, image));
}

ReplicaSetPtr set(const std::string& name, int wanted, int available,
                  const std::string& created = "2026-01-01T00:00:00Z") {
    auto made = fromText<ReplicaSet>(std::format(
        R"({{"metadata":{{"name":"{}","creationTimestamp":"{}","generation":1}},"spec":{{"replicas":{},"selector":{{}}}},)"
        R"("status":{{"replicas":{},"readyReplicas":{},"availableReplicas":{},"observedGeneration":1}}}})",
        name, created, wanted, wanted, available, available));
    return std::make_shared<const ReplicaSet>(std::move(made));
}

ReplicaSetPtr setOfTemplate(const std::string& name, const Deployment& from, const std::string& created) {
    auto made = *set(name, 1, 1, created);
    made.spec->template_ = from.spec->template_;
    made.spec->template_->metadata.labels["pod-template-hash"] = "abc";
    return std::make_shared<const ReplicaSet>(std::move(made));
}

int count(const ReplicaSetPtr& set) {
    return set->spec->replicas.value_or(0);
}
int available(const ReplicaSetPtr& set) {
    return set->status->availableReplicas.value_or(0);
}

const api::apps_v1::DeploymentCondition& condition(const DeploymentStatus& status, std::string_view type) {
    return *std::ranges::find(status.conditions, type, &api::apps_v1::DeploymentCondition::type);
}

constexpr const char* now = "2026-01-01T01:00:00Z";

} // namespace

class DeploymentTest : public QObject {
    Q_OBJECT

private slots:
    void sharesAreRounded() {
        const auto percent = [](const char* text) {
            api::IntOrString value;
            value.isInt = false;
            value.text = text;
            return std::optional(value);
        };
        QCOMPARE(resolveShare(percent("25%"), 3, true, 0), 1);
        QCOMPARE(resolveShare(percent("25%"), 3, false, 0), 0);
        QCOMPARE(resolveShare(percent("50%"), 10, true, 0), 5);
        QCOMPARE(resolveShare(std::nullopt, 10, true, 7), 7);
    }

    /// Plays whole rollouts: in every state between old and new, the limits hold, and the end is reached.
    void aRollingUpdateKeepsItsLimits_data() {
        QTest::addColumn<int>("replicas");
        QTest::addColumn<QString>("surge");
        QTest::addColumn<QString>("unavailable");
        QTest::addColumn<int>("mostPods");
        QTest::addColumn<int>("leastAvailable");
        QTest::newRow("defaults, 4") << 4 << "\"25%\"" << "\"25%\"" << 5 << 3;
        QTest::newRow("defaults, 1") << 1 << "\"25%\"" << "\"25%\"" << 2 << 1;
        QTest::newRow("surge only") << 10 << "3" << "0" << 13 << 10;
        QTest::newRow("unavailable only") << 10 << "0" << "2" << 10 << 8;
        QTest::newRow("everything at once") << 5 << "\"100%\"" << "\"100%\"" << 10 << 0;
        QTest::newRow("neither: one goes") << 3 << "0" << "0" << 3 << 2;
    }
    void aRollingUpdateKeepsItsLimits() {
        QFETCH(int, replicas);
        QFETCH(QString, surge);
        QFETCH(QString, unavailable);
        QFETCH(int, mostPods);
        QFETCH(int, leastAvailable);
        const Deployment d = deployment(replicas, surge.toStdString(), unavailable.toStdString());
        ReplicaSetPtr fresh = set("new", 0, 0), old = set("old", replicas, replicas);
        int steps = 0;
        for (; steps < 200 && (count(old) != 0 || available(fresh) != replicas); ++steps) {
            const ScalePlan plan = planRollingUpdate(d, fresh, {old});
            const int newCount = plan.contains("new") ? plan.at("new") : count(fresh);
            const int oldCount = plan.contains("old") ? plan.at("old") : count(old);
            QVERIFY(newCount + oldCount <= mostPods);
            QVERIFY(available(fresh) + std::min(available(old), oldCount) >= leastAvailable);
            QVERIFY(!plan.empty() || available(fresh) < count(fresh));  // somebody must be about to move
            const int ready = std::min(newCount, available(fresh) + 1); // one more new pod becomes available
            fresh = set("new", newCount, ready);
            old = set("old", oldCount, oldCount);
        }
        QCOMPARE(count(fresh), replicas);
        QCOMPARE(count(old), 0);
    }

    void aBrokenNewTemplateKeepsTheOldPods() {
        const Deployment d = deployment(4);
        const auto plan = planRollingUpdate(d, set("new", 2, 0), {set("old", 3, 3)});
        QVERIFY(plan.empty()); // 5 pods, 3 available: nothing may move until a new one comes up
    }

    void brokenOldPodsGoFirst() {
        const auto plan = planRollingUpdate(deployment(4), set("new", 1, 1), {set("old", 4, 2)});
        QCOMPARE(plan.at("old"), 2);
    }

    void scalingDownDuringNoRolloutOnlyTouchesTheNewSet() {
        QCOMPARE(planRollingUpdate(deployment(2), set("new", 5, 5), {set("old", 0, 0)}), (ScalePlan{{"new", 2}}));
    }

    void recreateWaitsForTheOldPods() {
        const Deployment d = deployment(3);
        QCOMPARE(planRecreate(d, set("new", 0, 0), {set("old", 3, 3)}, false), (ScalePlan{{"old", 0}}));
        QCOMPARE(planRecreate(d, set("new", 0, 0), {set("old", 0, 0)}, false), ScalePlan{});
        QCOMPARE(planRecreate(d, set("new", 0, 0), {set("old", 0, 0)}, true), (ScalePlan{{"new", 3}}));
        // Its pods are gone, but the status of the old set does not say so yet.
        auto late = *set("old", 1, 1);
        late.spec->replicas = 0;
        QCOMPARE(planRecreate(d, set("new", 0, 0), {std::make_shared<const ReplicaSet>(late)}, true), ScalePlan{});
    }

    void aPausedDeploymentStillScales() {
        QCOMPARE(planScale(deployment(5), set("new", 2, 2), {}), (ScalePlan{{"new", 5}}));
        QCOMPARE(planScale(deployment(5), nullptr, {set("old", 2, 2)}), (ScalePlan{{"old", 5}}));
    }

    /// In mid-rollout the sets share a change by their size, and what rounding leaves goes to the largest.
    void scalingIsShared_data() {
        QTest::addColumn<int>("replicas");
        QTest::addColumn<int>("oldCount");
        QTest::addColumn<int>("newCount");
        QTest::addColumn<int>("mostBefore");
        QTest::addColumn<int>("oldAfter");
        QTest::addColumn<int>("newAfter");
        QTest::newRow("up") << 20 << 8 << 5 << 13 << 14 << 9;
        QTest::newRow("down") << 5 << 8 << 5 << 13 << 5 << 3;
        QTest::newRow("to nothing") << 0 << 8 << 5 << 13 << 0 << 0;
        QTest::newRow("equal sets") << 8 << 2 << 2 << 4 << 5 << 6;
    }
    void scalingIsShared() {
        QFETCH(int, replicas);
        QFETCH(int, oldCount);
        QFETCH(int, newCount);
        QFETCH(int, mostBefore);
        const auto noted = [&](const char* name, int count, const char* created) {
            auto made = *set(name, count, 1, created);
            made.metadata.annotations[std::string(maxReplicasAnnotation)] = std::to_string(mostBefore);
            made.metadata.annotations[std::string(desiredReplicasAnnotation)] = "10";
            return std::make_shared<const ReplicaSet>(std::move(made));
        };
        const auto old = noted("old", oldCount, "2026-01-01T00:00:00Z"),
                   fresh = noted("new", newCount, "2026-01-02T00:00:00Z");
        const Deployment d = deployment(replicas, "3", "2");
        QVERIFY(wasScaled(d, {old, fresh}));
        const ScalePlan plan = planScale(d, fresh, {old});
        QTEST(plan.at("old"), "oldAfter");
        QTEST(plan.at("new"), "newAfter");
    }

    void scalingACompleteDeploymentIsNoRollout() {
        Deployment d = deployment(3);
        const auto three = set("web-new", 3, 3);
        d.status = deploymentStatus(d, three, {three}, now);
        d.spec->replicas = 5;
        const auto five = set("web-new", 5, 3);
        QCOMPARE(condition(deploymentStatus(d, five, {five}, now), "Progressing").reason, "NewReplicaSetAvailable");
    }

    void aSetThatCannotMakePodsIsTheDeploymentsTrouble() {
        auto broken = *set("web-new", 1, 0);
        auto& told = broken.status->conditions.emplace_back();
        told.type = "ReplicaFailure";
        told.status = "True";
        told.reason = "FailedCreate";
        const auto shared = std::make_shared<const ReplicaSet>(broken);
        QCOMPARE(condition(deploymentStatus(deployment(1), shared, {shared}, now), "ReplicaFailure").reason,
                 "FailedCreate");
    }

    void theNewSetIsTheOneWithTheTemplate() {
        const Deployment current = deployment(1), other = deployment(1, "1", "0", "web:1");
        const auto old = setOfTemplate("old", other, "2026-01-01T00:00:00Z");
        const auto first = setOfTemplate("first", current, "2026-01-02T00:00:00Z");
        const auto second = setOfTemplate("second", current, "2026-01-03T00:00:00Z");
        QCOMPARE(findNewReplicaSet(current, {old, second, first}), first);
        QVERIFY(!findNewReplicaSet(current, {old}));
    }

    void theHashTellsTemplatesApart() {
        const auto one = deployment(1).spec->template_, other = deployment(1, "1", "0", "web:1").spec->template_;
        QCOMPARE(templateHash(one, {}), templateHash(one, {}));
        QVERIFY(templateHash(one, {}) != templateHash(other, {}));
        QVERIFY(templateHash(one, {}) != templateHash(one, 1));
        const std::string hash = templateHash(one, {});
        QCOMPARE(hash.find_first_not_of("bcdfghjklmnpqrstvwxz2456789"), std::string::npos);
    }

    void aFinishedRolloutSaysSo() {
        Deployment d = deployment(3);
        const auto fresh = set("web-new", 3, 3);
        const DeploymentStatus status = deploymentStatus(d, fresh, {fresh, set("old", 0, 0)}, now);
        QCOMPARE(status.observedGeneration.value_or(0), std::int64_t(4));
        QCOMPARE(status.updatedReplicas.value_or(0), 3);
        QCOMPARE(status.availableReplicas.value_or(0), 3);
        QVERIFY(!status.unavailableReplicas);
        QCOMPARE(condition(status, "Available").status, "True");
        QCOMPARE(condition(status, "Available").reason, "MinimumReplicasAvailable");
        QCOMPARE(condition(status, "Progressing").reason, "NewReplicaSetAvailable");
        QCOMPARE(condition(status, "Progressing").message, "ReplicaSet \"web-new\" has successfully progressed.");
    }

    void aStuckRolloutTimesOut() {
        Deployment d = deployment(3);
        const auto fresh = set("web-new", 1, 0);
        d.status = deploymentStatus(d, fresh, {fresh}, now);
        QCOMPARE(condition(*d.status, "Progressing").status, "True");
        QCOMPARE(condition(*d.status, "Available").reason, "MinimumReplicasUnavailable");
        const DeploymentStatus soon = deploymentStatus(d, fresh, {fresh}, "2026-01-01T01:09:00Z");
        QCOMPARE(condition(soon, "Progressing").status, "True");
        const DeploymentStatus late = deploymentStatus(d, fresh, {fresh}, "2026-01-01T01:10:01Z");
        QCOMPARE(condition(late, "Progressing").status, "False");
        QCOMPARE(condition(late, "Progressing").reason, "ProgressDeadlineExceeded");
        QCOMPARE(condition(late, "Progressing").message, "ReplicaSet \"web-new\" has timed out progressing.");
        d.status = late;
        const auto moving = set("web-new", 1, 1);
        QCOMPARE(condition(deploymentStatus(d, moving, {moving}, "2026-01-01T01:11:00Z"), "Progressing").reason,
                 "ReplicaSetUpdated");
    }

    void aStatusThatSaysTheSameStaysTheSame() {
        Deployment d = deployment(3);
        const auto fresh = set("web-new", 3, 3);
        d.status = deploymentStatus(d, fresh, {fresh}, now);
        QVERIFY(deploymentStatus(d, fresh, {fresh}, "2026-01-01T02:00:00Z") == *d.status);
    }

    void pausingIsShown() {
        Deployment d = deployment(3);
        d.spec->paused = true;
        d.status = deploymentStatus(d, set("new", 3, 3), {set("new", 3, 3)}, now);
        QCOMPARE(condition(*d.status, "Progressing").reason, "DeploymentPaused");
        d.spec->paused = false;
        QCOMPARE(condition(deploymentStatus(d, set("new", 3, 3), {set("new", 3, 3)}, now), "Progressing").reason,
                 "DeploymentResumed");
    }

    void theHistoryIsLimited() {
        Deployment d = deployment(1);
        d.spec->revisionHistoryLimit = 1;
        const auto numbered = [](const std::string& name, int wanted, const char* revision) {
            auto made = *set(name, wanted, wanted);
            made.metadata.annotations["deployment.kubernetes.io/revision"] = revision;
            return std::make_shared<const ReplicaSet>(std::move(made));
        };
        const auto gone = setsToForget(
            d, {numbered("r10", 0, "10"), numbered("r9", 0, "9"), numbered("r2", 0, "2"), numbered("busy", 1, "1")});
        QCOMPARE(gone.size(), std::size_t(2));
        QCOMPARE(gone[0]->metadata.name, "r2");
        QCOMPARE(gone[1]->metadata.name, "r9");
    }
};

QTEST_GUILESS_MAIN(DeploymentTest)
#include "deployment_test.moc"
