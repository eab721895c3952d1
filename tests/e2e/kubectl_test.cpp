// What a user does with kubectl, done with the real kubectl on a real cluster that `slipway start` made.
// The cases build on each other and run in the order they are written.

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "tests/support/places.h"
#include "tests/support/run_program.h"

using slipway::tests::Outcome;
using slipway::tests::ProgramRunner;
namespace fs = std::filesystem;

namespace {

constexpr int patience = 60000;
const QString sample = slipway::tests::inSource("resources/samples/nginx-deployment.yaml");

/// Compares an outcome's exit code and shows what the program said when it differs.
#define EXPECT_EXIT(outcome, code)                                                                                     \
    do {                                                                                                               \
        const Outcome seen_ = (outcome);                                                                               \
        const QByteArray said_ = QByteArray::number(seen_.exitCode) + ": " + seen_.out + seen_.err;                    \
        QVERIFY2(seen_.exitCode == (code), said_.constData());                                                         \
    } while (false)

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The process identifier namespace of a process: what a node's processes have in common.
std::string namespaceOf(const std::string& pid) {
    std::error_code error;
    return fs::read_symlink("/proc/" + pid + "/ns/pid", error).string();
}

/// The processes of a namespace; with a name, only those of that name.
std::vector<pid_t> processesIn(const std::string& pidNamespace, const std::string& name = {}) {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string pid = entry.path().filename();
        if (!isdigit(pid.front()) || namespaceOf(pid) != pidNamespace)
            continue;
        std::string comm;
        std::getline(std::ifstream(entry.path() / "comm"), comm);
        if (name.empty() || comm == name)
            found.push_back(std::stoi(pid));
    }
    return found;
}

} // namespace

class KubectlTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<ProgramRunner> runner_;
    QString slipwayProgram_ = qEnvironmentVariable("SLIPWAY_BIN", slipway::tests::inBuild("bin")) + "/slipway";
    QString nodeAddress_;
    std::string nodeNamespace_;

    Outcome slipway(const QString& arguments) const {
        return runner_->run(slipwayProgram_ + " --cluster e2e " + arguments, {}, 120000);
    }

    Outcome kubectl(const QString& arguments, const QByteArray& input = {}) const {
        return runner_->run("kubectl " + arguments, input);
    }

    QString ask(const QString& arguments) const { return QString::fromUtf8(kubectl(arguments).out).trimmed(); }

    QStringList words(const QString& arguments) const { return ask(arguments).split(' ', Qt::SkipEmptyParts); }

    QJsonObject status() const { return QJsonDocument::fromJson(slipway("status -o json").out).object(); }

    QByteArray userKubeconfig() const { return contentOf(dir_->filePath(".kube/config")); }

    QString readyReplicas() const { return ask("get deployment nginx-deployment -o jsonpath={.status.readyReplicas}"); }

    /// The images of the sample's pods, sorted and each once.
    QStringList images() const {
        QStringList all = words("get pods -l app=nginx -o jsonpath={.items[*].spec.containers[0].image}");
        all.removeDuplicates();
        return all;
    }

    QString firstPod() const { return words("get pods -l app=nginx -o jsonpath={.items[*].metadata.name}").value(0); }

    QByteArray fetchFromPod(const QString& host) const {
        return kubectl("exec bb -- wget -q -T 3 -O - http://" + host).out;
    }

    void rememberNode() {
        const auto node = status()["nodes"].toArray().at(0).toObject();
        nodeAddress_ = node["address"].toString();
        nodeNamespace_ = namespaceOf(std::to_string(node["pid"].toInt()));
    }

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        for (const char* program : {"runc", "containerd", "kubectl", "curl", "script"})
            if (QStandardPaths::findExecutable(program).isEmpty())
                QSKIP(QByteArray(program).append(" is not installed").constData());
        fs::create_directories("/var/lib/slipway");
        dir_ = std::make_unique<QTemporaryDir>("/var/lib/slipway/test-XXXXXX");
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.remove("KUBECONFIG");
        environment.insert("HOME", dir_->path());
        environment.insert("SLIPWAY_STATE_DIR", dir_->filePath("state"));
        environment.insert("SLIPWAY_RUN_DIR", dir_->filePath("run"));
        runner_ = std::make_unique<ProgramRunner>(environment);

        QVERIFY(QDir(dir_->path()).mkdir(".kube"));
        QFile mine(dir_->filePath(".kube/config"));
        QVERIFY(mine.open(QIODevice::WriteOnly));
        mine.write("apiVersion: v1\nkind: Config\ncontexts:\n- name: mine\n  context: {cluster: mine, user: me}\n"
                   "current-context: mine\n");
        mine.close();

        const QString images = slipway::tests::inBuild("test-images");
        EXPECT_EXIT(runner_->run(slipway::tests::inSource("tests/support/build_images ") + images), 0);
        EXPECT_EXIT(slipway("start"), 0);
        EXPECT_EXIT(slipway("image load " + images + "/nginx.tar " + images + "/busybox.tar"), 0);
        rememberNode();
        QVERIFY(!nodeNamespace_.empty());
        QVERIFY(nodeNamespace_ != namespaceOf("self"));
    }

    void cleanupTestCase() {
        if (runner_)
            slipway("delete");
    }

    void startMergesTheContext() {
        QVERIFY(userKubeconfig().contains("current-context: slipway-e2e"));
        QVERIFY(userKubeconfig().contains("name: mine"));
        QCOMPARE(ask("config current-context"), "slipway-e2e");
        QCOMPARE(status()["state"].toString(), "running");
        QCOMPARE(status()["apiReady"].toBool(), true);
    }

    void applyRunsThreePods() {
        EXPECT_EXIT(kubectl("apply -f " + sample), 0);
        QTRY_COMPARE_WITH_TIMEOUT(readyReplicas(), "3", patience);
        QCOMPARE(words("get pods -l app=nginx -o jsonpath={.items[*].status.phase}"),
                 QStringList({"Running", "Running", "Running"}));
        // What is true has no reason left over from when it was not.
        QCOMPARE(ask("get pods -l app=nginx -o jsonpath={.items[*].status.conditions[*].reason}"), "");
        QVERIFY(kubectl("apply -f " + sample).out.contains("nginx-deployment unchanged"));
    }

    void getShowsTheUsualColumns() {
        const QString table = ask("get nodes,pods,deployments,services -o wide").simplified();
        for (const char* columns :
             {"NAME STATUS ROLES AGE VERSION INTERNAL-IP EXTERNAL-IP OS-IMAGE KERNEL-VERSION CONTAINER-RUNTIME",
              "NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES",
              "NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR", "nginx nginx:latest app=nginx",
              "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE SELECTOR", "node/e2e-1 Ready", "1/1 Running 0",
              "service/kubernetes ClusterIP 10.96.0.1 <none> 443/TCP"})
            QVERIFY2(table.contains(columns), columns);
    }

    void scaleAddsPods() {
        EXPECT_EXIT(kubectl("scale deployment/nginx-deployment --replicas=5"), 0);
        QTRY_COMPARE_WITH_TIMEOUT(readyReplicas(), "5", patience);
    }

    void servicesAnswer() {
        EXPECT_EXIT(kubectl("expose deployment nginx-deployment --port=80 --type=NodePort"), 0);
        EXPECT_EXIT(kubectl("run bb --image=busybox --image-pull-policy=IfNotPresent --restart=Never "
                            "--command -- sleep 3600"),
                    0);
        QTRY_COMPARE_WITH_TIMEOUT(ask("get pod bb -o jsonpath={.status.phase}"), "Running", patience);
        const QString port = ask("get service nginx-deployment -o jsonpath={.spec.ports[0].nodePort}");
        const QString url = "http://" + nodeAddress_ + ":" + port;
        QTRY_VERIFY_WITH_TIMEOUT(runner_->run("curl -s -m 3 " + url).out.contains("nginx"), patience);
        const QString address = ask("get service nginx-deployment -o jsonpath={.spec.clusterIP}");
        QTRY_VERIFY_WITH_TIMEOUT(fetchFromPod(address).contains("nginx"), patience);
        QTRY_VERIFY_WITH_TIMEOUT(fetchFromPod("nginx-deployment").contains("nginx"), patience);
        QTRY_VERIFY_WITH_TIMEOUT(fetchFromPod("nginx-deployment.default.svc.cluster.local").contains("nginx"),
                                 patience);
    }

    void logsAreShownAndFollowed() {
        const QString pod = firstPod();
        const QString address = ask("get pod " + pod + " -o jsonpath={.status.podIP}");
        fetchFromPod(address + "/first-request");
        QTRY_VERIFY_WITH_TIMEOUT(kubectl("logs " + pod).out.contains("/first-request"), patience);
        const auto follow = runner_->start("kubectl logs -f " + pod);
        QByteArray seen;
        const auto follows = [&](const char* text) { return (seen += follow->readAllStandardOutput()).contains(text); };
        QTRY_VERIFY_WITH_TIMEOUT(follows("/first-request"), patience);
        fetchFromPod(address + "/second-request");
        QTRY_VERIFY_WITH_TIMEOUT(follows("/second-request"), patience);
        QCOMPARE(follow->state(), QProcess::Running);
        follow->terminate();
        ProgramRunner::finish(*follow);
    }

    void execPassesInputAndExitCode() {
        const QByteArray input = QByteArray("a line of input\n").repeated(5000);
        const auto echoed = kubectl("exec -i bb -- cat", input);
        EXPECT_EXIT(echoed, 0);
        QCOMPARE(echoed.out.size(), input.size());
        QVERIFY(echoed.out == input);
        const auto split = kubectl("exec bb -- sh -c \"echo to-out; echo to-err >&2; exit 3\"");
        QCOMPARE(split.exitCode, 3);
        QCOMPARE(split.out, "to-out\n");
        QVERIFY(split.err.contains("to-err"));
        QVERIFY(kubectl("exec bb -- no-such-program").exitCode != 0);
    }

    void execHasATerminal() {
        const auto shell = runner_->start("script -qec \"kubectl exec -it bb -- sh -c 'tty; exit 3'\" /dev/null");
        const auto ended = ProgramRunner::finish(*shell);
        EXPECT_EXIT(ended, 3);
        QVERIFY2(ended.out.contains("/dev/pts/"), ended.out.constData());
    }

    void imageIsChangedAndBroughtBack() {
        EXPECT_EXIT(kubectl("set image deployment/nginx-deployment nginx=nginx:1.16.1"), 0);
        EXPECT_EXIT(kubectl("rollout status deployment/nginx-deployment --timeout=50s"), 0);
        QTRY_COMPARE_WITH_TIMEOUT(images(), QStringList("nginx:1.16.1"), patience);
        EXPECT_EXIT(kubectl("rollout undo deployment/nginx-deployment"), 0);
        EXPECT_EXIT(kubectl("rollout status deployment/nginx-deployment --timeout=50s"), 0);
        QTRY_COMPARE_WITH_TIMEOUT(images(), QStringList("nginx:latest"), patience);
        QTRY_COMPARE_WITH_TIMEOUT(readyReplicas(), "5", patience);
    }

    void endedContainerIsStartedAgain() {
        const QString pod = firstPod();
        kubectl("exec " + pod + " -- sh -c \"kill 1\"");
        QTRY_COMPARE_WITH_TIMEOUT(ask("get pod " + pod +
                                      " -o \"jsonpath={.status.phase} {.status.containerStatuses[0].restartCount} "
                                      "{.status.containerStatuses[0].ready}\""),
                                  "Running 1 true", patience);
    }

    void stopAndStartKeepEverything() {
        EXPECT_EXIT(kubectl("create configmap kept --from-literal=a=b"), 0);
        EXPECT_EXIT(slipway("stop"), 0);
        QCOMPARE(status()["state"].toString(), "stopped");
        QVERIFY(kubectl("get configmap kept --request-timeout=2s").exitCode != 0);
        EXPECT_EXIT(slipway("start"), 0);
        rememberNode();
        QCOMPARE(ask("get configmap kept -o jsonpath={.data.a}"), "b");
        QTRY_COMPARE_WITH_TIMEOUT(readyReplicas(), "5", patience);
        const QString port = ask("get service nginx-deployment -o jsonpath={.spec.ports[0].nodePort}");
        const QString url = "http://" + nodeAddress_ + ":" + port;
        QTRY_VERIFY_WITH_TIMEOUT(runner_->run("curl -s -m 3 " + url).out.contains("nginx"), patience);
    }

    void deletingTheDeploymentDeletesWhatItMade() {
        EXPECT_EXIT(kubectl("delete deployment nginx-deployment"), 0);
        QTRY_COMPARE_WITH_TIMEOUT(ask("get replicasets,pods -l app=nginx -o name"), "", patience);
    }

    void badInputIsRefused_data() {
        QTest::addColumn<QByteArray>("manifest");
        QTest::addColumn<QByteArray>("message");
        const QByteArray deployment = contentOf(sample).replace("nginx-deployment", "refused");
        const QByteArray configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: refused}\n";
        QTest::newRow("unknown kind") << QByteArray("apiVersion: apps/v1\nkind: Nope\nmetadata: {name: refused}\n")
                                      << QByteArray("no matches for kind \"Nope\" in version \"apps/v1\"");
        QTest::newRow("wrong type") << QByteArray(deployment).replace("replicas: 3", "replicas: many")
                                    << QByteArray("cannot unmarshal string into Go struct field");
        QTest::newRow("missing name") << QByteArray(configMap).replace("name: refused", "")
                                      << QByteArray("name or generateName is required");
        QTest::newRow("unknown field") << QByteArray(deployment).replace("replicas: 3", "replicass: 3")
                                       << QByteArray("unknown field \"spec.replicass\"");
        QTest::newRow("malformed YAML") << QByteArray("apiVersion: v1\nkind: [ConfigMap\n")
                                        << QByteArray("error converting YAML to JSON");
    }

    void badInputIsRefused() {
        QFETCH(QByteArray, manifest);
        QFETCH(QByteArray, message);
        const QString before = ask("get configmaps,deployments -o name");
        const auto refused = kubectl("create -f -", manifest);
        EXPECT_EXIT(refused, 1);
        QVERIFY2(refused.err.contains(message), refused.err.constData());
        QCOMPARE(ask("get configmaps,deployments -o name"), before);
    }

    /// What the server said it made is there after it was killed in the middle of making more.
    void killedServerLosesNothingAcknowledged() {
        QByteArray manifests;
        for (int i = 0; i < 400; ++i)
            manifests += "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: crash-}\ndata: {a: b}\n";
        QByteArrayList acknowledged;
        for (int round = 0; round < 3; ++round) {
            const auto servers = processesIn(nodeNamespace_, "slipway-server");
            QCOMPARE(servers.size(), 1U);
            const auto create = runner_->start("kubectl create -o name -f -");
            create->write(manifests);
            create->closeWriteChannel();
            QByteArray names;
            QTRY_VERIFY_WITH_TIMEOUT((names += create->readAllStandardOutput()).count('\n') >= 20, patience);
            QCOMPARE(kill(servers.front(), SIGKILL), 0);
            const auto interrupted = ProgramRunner::finish(*create);
            QVERIFY(interrupted.exitCode != 0);
            acknowledged += (names + interrupted.out).trimmed().split('\n');
            QTRY_COMPARE_WITH_TIMEOUT(ask("get --raw /readyz"), "ok", patience);
            QVERIFY(processesIn(nodeNamespace_, "slipway-server") != servers);
        }
        const auto present = kubectl("get configmaps -o name").out.split('\n');
        for (const auto& name : acknowledged)
            QVERIFY2(present.contains(name), (name + " is lost").constData());
    }

    void deleteLeavesNothing() {
        const QByteArray gateway = " " + nodeAddress_.section('.', 0, 2).toUtf8() + ".";
        QVERIFY(runner_->run("ip -o -4 address").out.contains(gateway));
        QVERIFY(!processesIn(nodeNamespace_).empty());
        EXPECT_EXIT(slipway("delete"), 0);
        QVERIFY(!runner_->run("ip -o -4 address").out.contains(gateway));
        // The kernel finishes off what was killed a moment after the node is gone.
        QTRY_VERIFY_WITH_TIMEOUT(processesIn(nodeNamespace_).empty(), patience);
        for (const auto& hierarchy : fs::directory_iterator("/sys/fs/cgroup"))
            QVERIFY2(!fs::exists(hierarchy.path() / "slipway/e2e.e2e-1"), hierarchy.path().c_str());
        QVERIFY(!fs::exists("/sys/fs/cgroup/slipway/e2e.e2e-1"));
        QVERIFY(userKubeconfig().contains("current-context: mine"));
        QVERIFY(!userKubeconfig().contains("slipway-e2e"));
        QCOMPARE(status()["state"].toString(), "absent");
    }
};

QTEST_GUILESS_MAIN(KubectlTest)
#include "kubectl_test.moc"
