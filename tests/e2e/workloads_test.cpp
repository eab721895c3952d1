// Every kind of workload on a real cluster that `slipway start` made, watched with the real kubectl.
// The cases build on each other and run in the order they are written.

#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <unistd.h>

#include "tests/support/places.h"
#include "tests/support/run_program.h"

using slipway::tests::Outcome;
using slipway::tests::ProgramRunner;

namespace {

constexpr int patience = 180'000; // the machine may be busy
const QString manifest = slipway::tests::inSource("tests/e2e/workloads/workloads.yaml");

} // namespace

class WorkloadsTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<ProgramRunner> runner_;
    QString slipwayProgram_ = qEnvironmentVariable("SLIPWAY_BIN", slipway::tests::inBuild("bin")) + "/slipway";

    Outcome slipway(const QString& arguments) const {
        return runner_->run(slipwayProgram_ + " --cluster workloads " + arguments, {}, 120'000);
    }
    Outcome kubectl(const QString& arguments, const QByteArray& input = {}) const {
        return runner_->run("kubectl " + arguments, input, 60'000);
    }
    QString ask(const QString& arguments) const { return QString::fromUtf8(kubectl(arguments).out).trimmed(); }
    bool does(const QString& arguments) const {
        const Outcome outcome = kubectl(arguments);
        if (outcome.exitCode != 0)
            qWarning("%s", outcome.err.constData());
        return outcome.exitCode == 0;
    }

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        for (const char* program : {"runc", "containerd", "kubectl"})
            if (QStandardPaths::findExecutable(program).isEmpty())
                QSKIP(QByteArray(program).append(" is not installed").constData());
        std::filesystem::create_directories("/var/lib/slipway");
        dir_ = std::make_unique<QTemporaryDir>("/var/lib/slipway/test-XXXXXX");
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("HOME", dir_->path());
        environment.insert("KUBECONFIG", dir_->filePath("kubeconfig"));
        environment.insert("SLIPWAY_STATE_DIR", dir_->filePath("state"));
        environment.insert("SLIPWAY_RUN_DIR", dir_->filePath("run"));
        runner_ = std::make_unique<ProgramRunner>(environment);
        const QString images = slipway::tests::inBuild("test-images");
        QCOMPARE(runner_->run(slipway::tests::inSource("tests/support/build_images ") + images, {}, 120'000).exitCode,
                 0);
        QCOMPARE(slipway("start").exitCode, 0);
        QCOMPARE(slipway("image load " + images + "/busybox.tar").exitCode, 0);
        QVERIFY(does("apply -f " + manifest));
    }

    void cleanupTestCase() {
        if (runner_)
            slipway("delete");
    }

    void aJobCompletesFiftyTimes() {
        QTRY_COMPARE_WITH_TIMEOUT(ask("get job fifty -o jsonpath={.status.succeeded}"), "50", patience);
        QTRY_COMPARE_WITH_TIMEOUT(ask("get job fifty -o jsonpath={.status.conditions[?(@.type=='Complete')].status}"),
                                  "True", patience);
        QCOMPARE(ask("get pods -l job-name=fifty --no-headers").split('\n').size(), 50); // not one too many
    }

    void anIndexThatFailsIsGivenUp() {
        QTRY_COMPARE_WITH_TIMEOUT(ask("get job indexed -o jsonpath={.status.failedIndexes}"), "2", patience);
        QTRY_COMPARE_WITH_TIMEOUT(ask("get job indexed -o jsonpath={.status.completedIndexes}"), "0,1,3", patience);
        QCOMPARE(ask("get pods -l batch.kubernetes.io/job-completion-index=2 --no-headers").split('\n').size(), 2);
    }

    void aDaemonRunsOnTheNode() {
        QTRY_COMPARE_WITH_TIMEOUT(ask("get ds agent -o jsonpath={.status.numberReady}"), "1", patience);
    }

    void aStatefulSetKeepsItsNamesAndData() {
        QTRY_COMPARE_WITH_TIMEOUT(ask("get sts db -o jsonpath={.status.readyReplicas}"), "2", patience);
        QCOMPARE(ask("get pvc -o jsonpath={.items[*].status.phase}"), "Bound Bound");
        const QString before = ask("get pod db-0 -o jsonpath={.metadata.uid}");
        QVERIFY(does("delete pod db-0 --wait=false"));
        QTRY_VERIFY_WITH_TIMEOUT(ask("get pod db-0 -o jsonpath={.metadata.uid}") != before &&
                                     ask("get pod db-0 -o jsonpath={.status.phase}") == "Running",
                                 patience);
        QTRY_COMPARE_WITH_TIMEOUT(ask("exec db-0 -- cat /data/log").split('\n'), QStringList({"db-0", "db-0"}),
                                  patience);
    }

    void aBudgetStopsAnEviction() {
        QTRY_COMPARE_WITH_TIMEOUT(ask("get sts db -o jsonpath={.status.readyReplicas}"), "2", patience);
        QTRY_COMPARE_WITH_TIMEOUT(ask("get pdb db -o jsonpath={.status.currentHealthy}"), "2", patience);
        QCOMPARE(ask("get pdb db -o jsonpath={.status.disruptionsAllowed}"), "0");
        const Outcome refused =
            kubectl("create --raw /api/v1/namespaces/default/pods/db-1/eviction -f -",
                    R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"db-1","namespace":"default"}})");
        QVERIFY(refused.exitCode != 0);
        QVERIFY2(refused.err.contains("disruption budget"), refused.err.constData());
    }

    void aBalancerHasAnAddress() {
        QTRY_VERIFY_WITH_TIMEOUT(!ask("get svc lb -o jsonpath={.status.loadBalancer.ingress[0].ip}").isEmpty(),
                                 patience);
    }

    void loadMakesMorePodsAndRestFewer() {
        QTRY_COMPARE_WITH_TIMEOUT(ask("get deploy burner -o jsonpath={.status.readyReplicas}"), "1", patience);
        QTRY_VERIFY_WITH_TIMEOUT(does("exec deploy/burner -- touch /tmp/burn"), patience);
        QTRY_COMPARE_WITH_TIMEOUT(ask("get deploy burner -o jsonpath={.spec.replicas}"), "3", patience);
        for (const QString& pod : ask("get pods -l app=burner -o name").split('\n'))
            kubectl("exec " + pod + " -- rm -f /tmp/burn");
        QTRY_COMPARE_WITH_TIMEOUT(ask("get deploy burner -o jsonpath={.spec.replicas}"), "1", patience);
    }

    void aCronJobRunsAndItsJobsGo() {
        QTRY_VERIFY_WITH_TIMEOUT(!ask("get cronjob minutely -o jsonpath={.status.lastSuccessfulTime}").isEmpty(),
                                 patience);
        QCOMPARE(kubectl("patch cronjob minutely --patch-file /dev/stdin", R"({"spec":{"suspend":true}})").exitCode, 0);
        QTRY_VERIFY_WITH_TIMEOUT(!ask("get jobs -o name").contains("minutely"), patience);
    }

    void volumesGoWithTheirClaims() {
        QVERIFY(does("delete pdb db"));
        QVERIFY(does("delete sts db"));
        QVERIFY(does("delete pvc --all --wait=false"));
        QTRY_VERIFY_WITH_TIMEOUT(ask("get pvc,pv -o name").isEmpty(), patience);
    }

    void aNamespaceGoesWithAllOfIt() {
        QVERIFY(does("create namespace short"));
        QVERIFY(does("-n short create deployment x --image=busybox --replicas=2 -- sh -c exit"));
        QVERIFY(does("-n short create job done --image=busybox -- true"));
        QVERIFY(does("delete namespace short --timeout=60s"));
    }
};

QTEST_GUILESS_MAIN(WorkloadsTest)
#include "workloads_test.moc"
