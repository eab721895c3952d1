// A cluster of three control planes: what was written survives the death of the one that serves, and clients are served
// again at the same address.

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <unistd.h>

#include "tests/support/places.h"
#include "tests/support/run_program.h"

using slipway::tests::Outcome;
using slipway::tests::ProgramRunner;

class ControlPlanesTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<ProgramRunner> runner_;

    Outcome slipway(const QString& words) {
        return runner_->run(slipway::tests::inBuild("bin/slipway --cluster planes ") + words, {}, 180'000);
    }
    Outcome kubectl(const QString& words) {
        return runner_->run("kubectl --kubeconfig " + dir_->filePath("kubeconfig") + " --request-timeout=5s " + words);
    }
    QJsonArray nodes() { return QJsonDocument::fromJson(slipway("status -o json").out).object()["nodes"].toArray(); }
    /// The node that has the shared address now; empty when none has.
    QString holder() {
        return kubectl("get lease control-plane-address -n kube-system -o jsonpath={.spec.holderIdentity}").out;
    }
    /// Kills a whole node, as a machine that loses its power.
    void killNodeAt(const QString& address) {
        for (const auto& node : nodes())
            if (address.startsWith(node.toObject()["address"].toString() + ":"))
                ::kill(static_cast<pid_t>(node.toObject()["pid"].toInt()), SIGKILL);
    }
    int exitCode(const QString& words) { return kubectl(words).exitCode; }

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        dir_ = std::make_unique<QTemporaryDir>("/var/lib/slipway/test-XXXXXX");
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("HOME", dir_->path());
        environment.insert("KUBECONFIG", dir_->filePath("kubeconfig"));
        environment.insert("SLIPWAY_STATE_DIR", dir_->filePath("state"));
        environment.insert("SLIPWAY_RUN_DIR", dir_->filePath("run"));
        runner_ = std::make_unique<ProgramRunner>(environment);
        const auto refused = slipway("start --driver native --nodes 2 --control-planes 3");
        QVERIFY(refused.exitCode != 0);
        const auto started = slipway("start --driver native --control-planes 3");
        QVERIFY2(started.exitCode == 0, started.err);
    }
    void cleanupTestCase() {
        if (runner_)
            slipway("delete");
    }

    void everyNodeServes() {
        QCOMPARE(nodes().size(), 3);
        QCOMPARE(kubectl("get nodes -o name").out.count('\n'), 3);
        QTRY_COMPARE_WITH_TIMEOUT(
            kubectl("get endpoints kubernetes -o jsonpath={.subsets[*].addresses[*].ip}").out.count(' '), 2, 30'000);
    }

    void theDeathOfTheServingOneIsSurvived() {
        QCOMPARE(exitCode("create configmap before --from-literal=a=b"), 0);
        const QString first = holder();
        QVERIFY(!first.isEmpty());
        killNodeAt(first);
        QTRY_COMPARE_WITH_TIMEOUT(exitCode("get configmap before"), 0, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(exitCode("label configmap before after=too --overwrite"), 0, 60'000);
        QVERIFY(holder() != first);
    }

    void aDeadOneComesBack() {
        const auto started = slipway("start");
        QVERIFY2(started.exitCode == 0, started.err);
        killNodeAt(holder());                                                   // now one that was there all the time
        QTRY_COMPARE_WITH_TIMEOUT(exitCode("get configmap before"), 0, 60'000); // quorum needs the one that came back
        QCOMPARE(slipway("start").exitCode, 0);
    }

    void stopAndStartKeepsEverything() {
        QCOMPARE(slipway("stop").exitCode, 0);
        const auto started = slipway("start");
        QVERIFY2(started.exitCode == 0, started.err);
        QCOMPARE(kubectl("get configmap -l after=too -o name").out.trimmed(), QByteArray("configmap/before"));
    }

    void theirNumberIsFixed() {
        QVERIFY(slipway("start --control-planes 1").exitCode != 0);
        QVERIFY(slipway("node remove planes-2").exitCode != 0);
        const auto added = slipway("node add");
        QVERIFY2(added.exitCode == 0, added.err);
        QTRY_VERIFY_WITH_TIMEOUT(kubectl("get nodes").out.contains("planes-4"), 30'000);
    }
};

QTEST_GUILESS_MAIN(ControlPlanesTest)
#include "control_planes_test.moc"
