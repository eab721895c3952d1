// The same life of a cluster on every driver: made, used, grown, stopped, started, saved, brought back, forked,
// deleted. SLIPWAY_TEST_DRIVER names the driver. A driver that cannot run here is skipped, or fails when
// SLIPWAY_TEST_REQUIRE_DRIVERS lists it ("native,docker").

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <unistd.h>

#include "tests/support/places.h"
#include "tests/support/run_program.h"
#include "tests/support/test_daemons.h"

using slipway::tests::Outcome;
using slipway::tests::ProgramRunner;
using slipway::tests::TestDaemon;
namespace fs = std::filesystem;

namespace {

constexpr int patience = 180000;

/// Says goodbye when it gets its stop signal.
const QByteArray politePod = R"(
apiVersion: v1
kind: Pod
metadata: {name: polite}
spec:
  nodeName: NODE
  containers:
  - name: polite
    image: busybox:latest
    imagePullPolicy: Never
    command: [sh, -c, 'trap "echo bye >/said/said; exit 0" TERM; while :; do sleep 0.2; done']
    volumeMounts: [{name: said, mountPath: /said}]
  volumes: [{name: said, hostPath: {path: /var/lib/slipway/polite, type: DirectoryOrCreate}}]
)";

#define EXPECT_EXIT(outcome, code)                                                                                     \
    do {                                                                                                               \
        const Outcome seen_ = (outcome);                                                                               \
        const QByteArray said_ = QByteArray::number(seen_.exitCode) + ": " + seen_.out + seen_.err;                    \
        QVERIFY2(seen_.exitCode == (code), said_.constData());                                                         \
    } while (false)

} // namespace

class DriverScenarioTest : public QObject {
    Q_OBJECT

private:
    QString driver_ = qEnvironmentVariable("SLIPWAY_TEST_DRIVER", "native");
    QString program_ = qEnvironmentVariable("SLIPWAY_BIN", slipway::tests::inBuild("bin")) + "/slipway";
    QString cluster_ = "sc" + driver_.left(1);
    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<TestDaemon> daemon_;
    std::unique_ptr<ProgramRunner> runner_;

    Outcome slipway(const QString& arguments, const QString& cluster = {}) const {
        return runner_->run(program_ + " --cluster " + (cluster.isEmpty() ? cluster_ : cluster) + " " + arguments, {},
                            600000);
    }
    Outcome kubectl(const QString& arguments, const QString& cluster = {}) const {
        return slipway("kubectl -- " + arguments, cluster);
    }
    QString ask(const QString& arguments, const QString& cluster = {}) const {
        return QString::fromUtf8(kubectl(arguments, cluster).out).trimmed();
    }
    QJsonObject status(const QString& cluster = {}) const {
        return QJsonDocument::fromJson(slipway("status -o json", cluster).out).object();
    }
    QString url() const { return QString::fromUtf8(slipway("service hello").out).trimmed(); }
    bool answers(const QString& address) const {
        return runner_->run("curl -s -m 5 --noproxy * " + address).out.contains("Hello from Slipway");
    }
    bool required() const { return qEnvironmentVariable("SLIPWAY_TEST_REQUIRE_DRIVERS").split(',').contains(driver_); }

    /// What clusters have in this test's own daemon.
    QByteArray leftovers() const {
        QByteArray found;
        if (driver_ == "docker")
            for (const char* list : {"containers/json?all=1", "volumes", "networks"})
                found +=
                    runner_->run("curl -s --unix-socket " + dir_->filePath("docker/docker.sock") + " http://d/" + list)
                        .out;
        if (driver_ == "libvirt")
            found = runner_->run("virsh list --all --name").out + runner_->run("virsh net-list --all --name").out;
        return found;
    }
    /// The host's address in the cluster's network.
    bool hostIsInNetwork() const { return runner_->run("ip -o -4 address").out.contains(" " + gateway_ + "/24"); }

    QByteArray gateway_;
    QByteArray before_;

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        fs::create_directories("/var/lib/slipway");
        fs::create_directories("/run/slipway");
        dir_ = std::make_unique<QTemporaryDir>("/var/lib/slipway/test-XXXXXX");
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("SLIPWAY_STATE_DIR", dir_->filePath("state"));
        environment.insert("SLIPWAY_RUN_DIR", dir_->filePath("run"));
        environment.insert("KUBECONFIG", dir_->filePath("kubeconfig"));
        if (driver_ == "docker")
            daemon_ = slipway::tests::startDockerd(dir_->filePath("docker"));
        if (driver_ == "libvirt")
            daemon_ = slipway::tests::startLibvirtd(dir_->filePath("libvirt"));
        if (daemon_)
            environment.insert(daemon_->variable().section('=', 0, 0), daemon_->variable().section('=', 1));
        runner_ = std::make_unique<ProgramRunner>(environment);
        const auto doctor = QJsonDocument::fromJson(slipway("doctor -o json").out).array();
        QString problem = daemon_ ? daemon_->problem() : QString();
        for (const auto& entry : doctor)
            if (const auto finding = entry.toObject();
                finding["subject"].toString() == "driver " + driver_ && !finding["good"].toBool())
                problem += finding["detail"].toString();
        if (!problem.isEmpty() && required())
            QFAIL(problem.toUtf8().constData());
        if (!problem.isEmpty())
            QSKIP(problem.toUtf8().constData());
        before_ = leftovers();
    }

    void cleanupTestCase() {
        if (!runner_)
            return;
        for (const auto& cluster : {cluster_, cluster_ + "-fork"})
            slipway("delete", cluster);
    }

    void startEndsWithTheSampleAnswering() {
        EXPECT_EXIT(slipway("start --sample --timings --driver " + driver_ + " --wait 300"), 0);
        QCOMPARE(status()["driver"].toString(), driver_);
        QCOMPARE(status()["state"].toString(), "running");
        QVERIFY2(answers(url()), url().toUtf8().constData());
        const QString node = status()["nodes"].toArray().at(0)["address"].toString();
        gateway_ = (node.section('.', 0, 2) + ".1").toUtf8();
        QVERIFY(hostIsInNetwork());
    }

    void imagesAreLoadedAndDnsAnswers() {
        const QString images = slipway::tests::inBuild("test-images");
        EXPECT_EXIT(runner_->run(slipway::tests::inSource("tests/support/build_images ") + images, {}, 300000), 0);
        EXPECT_EXIT(slipway("image load " + images + "/busybox.tar"), 0);
        QVERIFY(slipway("image list").out.contains("docker.io/library/busybox:latest"));
        EXPECT_EXIT(kubectl("run bb --image=busybox:latest --image-pull-policy=Never --command -- sleep 86400"), 0);
        EXPECT_EXIT(kubectl("wait pod/bb --for=condition=Ready --timeout=150s"), 0);
        QTRY_VERIFY_WITH_TIMEOUT(
            kubectl("exec bb -- wget -q -T 5 -O - http://hello").out.contains("Hello from Slipway"), patience);
    }

    void deploymentsScale() {
        EXPECT_EXIT(kubectl("scale deployment hello --replicas=4"), 0);
        EXPECT_EXIT(kubectl("rollout status deployment hello --timeout=150s"), 0);
        QCOMPARE(ask("get deployment hello -o jsonpath={.status.readyReplicas}"), "4");
    }

    void nodesAreAddedWithTheImages() {
        EXPECT_EXIT(slipway("start --nodes 3 --wait 300"), 0);
        QCOMPARE(status()["nodes"].toArray().size(), 3);
        QTRY_COMPARE_WITH_TIMEOUT(ask("get nodes --no-headers").count(" Ready "), 3, patience);
        EXPECT_EXIT(slipway("node add"), 0);
        QVERIFY(slipway("node shell " + cluster_ + "-4 -- ctr -n k8s.io images list -q")
                    .out.contains("docker.io/library/busybox:latest"));
        EXPECT_EXIT(slipway("node remove " + cluster_ + "-4"), 0);
        QCOMPARE(ask("get nodes -o name").split('\n').size(), 3);
    }

    void filesGoInAndOut() {
        const QString local = dir_->filePath("file"), back = dir_->filePath("back");
        QFile file(local);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("some text\n");
        file.close();
        EXPECT_EXIT(slipway("node cp " + local + " " + cluster_ + "-2:/root/file"), 0);
        EXPECT_EXIT(slipway("node cp " + cluster_ + "-2:/root/file " + back), 0);
        QFile copied(back);
        QVERIFY(copied.open(QIODevice::ReadOnly));
        QCOMPARE(copied.readAll(), "some text\n");
        QCOMPARE(slipway("node shell " + cluster_ + "-2 -- sh -c \"exit 7\"").exitCode, 7);
        QVERIFY(slipway("node logs --service agent").out.contains("agent"));
    }

    void pausedGoesOn() {
        EXPECT_EXIT(slipway("pause"), 0);
        QCOMPARE(status()["state"].toString(), "paused");
        EXPECT_EXIT(slipway("resume"), 0);
        QTRY_COMPARE_WITH_TIMEOUT(ask("get --raw /readyz"), "ok", patience);
    }

    void stopAndStartKeepEverything() {
        EXPECT_EXIT(kubectl("create configmap kept --from-literal=a=b"), 0);
        EXPECT_EXIT(runner_->run(program_ + " --cluster " + cluster_ + " kubectl -- apply -f -",
                                 QByteArray(politePod).replace("NODE", (cluster_ + "-1").toUtf8())),
                    0);
        EXPECT_EXIT(kubectl("wait pod/polite --for=condition=Ready --timeout=150s"), 0);
        EXPECT_EXIT(slipway("stop"), 0);
        QCOMPARE(status()["state"].toString(), "stopped");
        EXPECT_EXIT(slipway("start --wait 300"), 0);
        if (driver_ != "libvirt") // whose machines sleep and wake with their pods
            QCOMPARE(slipway("node shell -- cat /var/lib/slipway/polite/said").out, "bye\n");
        QCOMPARE(ask("get configmap kept -o jsonpath={.data.a}"), "b");
        QTRY_VERIFY_WITH_TIMEOUT(answers(url()), patience);
    }

    void snapshotsBringBackWhatWas() {
        EXPECT_EXIT(slipway("snapshot save first"), 0);
        QTRY_COMPARE_WITH_TIMEOUT(ask("get --raw /readyz"), "ok", patience);
        EXPECT_EXIT(kubectl("delete configmap kept"), 0);
        EXPECT_EXIT(kubectl("create configmap later --from-literal=a=b"), 0);
        EXPECT_EXIT(slipway("snapshot restore first"), 0);
        QCOMPARE(ask("get configmap kept -o jsonpath={.data.a}"), "b");
        QVERIFY(kubectl("get configmap later").exitCode != 0);
        QTRY_VERIFY_WITH_TIMEOUT(answers(url()), patience);
    }

    void aForkLivesBesideItsOrigin() {
        const QString fork = cluster_ + "-fork";
        EXPECT_EXIT(slipway("snapshot fork first " + fork), 0);
        QCOMPARE(ask("get configmap kept -o jsonpath={.data.a}", fork), "b");
        EXPECT_EXIT(kubectl("delete configmap kept", fork), 0);
        QCOMPARE(ask("get configmap kept -o jsonpath={.data.a}"), "b");
        QVERIFY(slipway("kubeconfig", fork).out != slipway("kubeconfig").out);
        EXPECT_EXIT(slipway("delete", fork), 0);
    }

    void deleteLeavesNothing() {
        EXPECT_EXIT(slipway("delete"), 0);
        QCOMPARE(status()["state"].toString(), "absent");
        QTRY_COMPARE_WITH_TIMEOUT(leftovers(), before_, patience);
        QVERIFY(!hostIsInNetwork());
        QVERIFY(!fs::exists(dir_->filePath("state/clusters/" + cluster_).toStdString()));
    }
};

QTEST_GUILESS_MAIN(DriverScenarioTest)
#include "driver_scenario_test.moc"
