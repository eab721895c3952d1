// What pods meet on a node, seen with the real kubectl on a real cluster. Each file of the folder pods is a pod with
// what is to be seen of it: "check" is a JSONPath of its object, or "logs"; "expect" is a regular expression for the
// whole of it. All of them run at once; the cases below them change pods while they run.

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <unistd.h>
#include <utility>

#include "tests/support/places.h"
#include "tests/support/run_program.h"

using slipway::tests::Outcome;
using slipway::tests::ProgramRunner;

namespace {

constexpr int patience = 60000;
const QString folder = slipway::tests::inSource("tests/e2e/pods");

/// Runs until it is told to end, and then ends at once.
const QString patientScript = "trap 'exit 0' TERM; while true; do sleep 0.2; done";

struct Expectation {
    QString check, expect;
};

Expectation expectationOf(const QByteArray& manifest) {
    Expectation result;
    for (const QByteArray& line : manifest.split('\n')) {
        if (line.startsWith("# check: "))
            result.check = QString::fromUtf8(line.mid(9));
        if (line.startsWith("# expect: "))
            result.expect = QString::fromUtf8(line.mid(10));
    }
    return result;
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A pod of one container that runs @p script. @p container and @p spec: further members.
QByteArray podOf(const QString& name, const QString& script, QJsonObject container = {}, QJsonObject spec = {}) {
    container["name"] = "main";
    container["image"] = "busybox:latest";
    container["imagePullPolicy"] = "IfNotPresent";
    container["command"] = QJsonArray{"sh", "-c", script};
    spec["containers"] = QJsonArray{container};
    if (!spec.contains("terminationGracePeriodSeconds"))
        spec["terminationGracePeriodSeconds"] = 1;
    return QJsonDocument(QJsonObject{{"apiVersion", "v1"},
                                     {"kind", "Pod"},
                                     {"metadata", QJsonObject{{"name", name}, {"labels", QJsonObject{{"app", name}}}}},
                                     {"spec", spec}})
        .toJson();
}

QJsonObject object(const char* json) {
    return QJsonDocument::fromJson(json).object();
}

} // namespace

class PodsTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<ProgramRunner> runner_;
    int nodePid_ = 0;
    QString before_; ///< the node without pods

    Outcome slipway(const QString& arguments) const {
        const QString program = qEnvironmentVariable("SLIPWAY_BIN", slipway::tests::inBuild("bin")) + "/slipway";
        return runner_->run(program + " --cluster e2e-pods " + arguments, {}, 180000);
    }
    Outcome kubectl(const QString& arguments, const QByteArray& input = {}) const {
        return runner_->run("kubectl " + arguments, input, patience);
    }
    QString ask(const QString& arguments) const { return QString::fromUtf8(kubectl(arguments).out); }
    bool apply(const QByteArray& manifest) const { return kubectl("apply -f -", manifest).exitCode == 0; }
    QString pod(const QString& name, const QString& path) const {
        return ask("get pod " + name + " -o \"jsonpath=" + path + "\"");
    }
    bool ready(const QString& name) const {
        return pod(name, "{.status.conditions[?(@.type=='Ready')].status}") == "True";
    }
    Outcome onNode(const QString& command) const {
        return runner_->run(QString("nsenter -t %1 -m -p -n -u -i -C %2").arg(nodePid_).arg(command));
    }
    /// What pods take of a node, counted: what is left of it when they are gone is a leak.
    QString nodeState() const {
        return QString::fromUtf8(runner_
                                     ->run(QString("nsenter -t %1 -m -p -n -u -i -C sh -s").arg(nodePid_),
                                           contentOf(slipway::tests::inSource("tests/support/count_node")))
                                     .out);
    }
    QString containerOf(const QString& name) const { return pod(name, "{.status.containerStatuses[0].containerID}"); }

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        for (const char* program : {"runc", "containerd", "kubectl", "nsenter"})
            if (QStandardPaths::findExecutable(program).isEmpty())
                QSKIP(QByteArray(program).append(" is not installed").constData());
        std::filesystem::create_directories("/var/lib/slipway");
        dir_ = std::make_unique<QTemporaryDir>("/var/lib/slipway/test-XXXXXX");
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("KUBECONFIG", dir_->filePath("kubeconfig"));
        environment.insert("SLIPWAY_STATE_DIR", dir_->filePath("state"));
        environment.insert("SLIPWAY_RUN_DIR", dir_->filePath("run"));
        runner_ = std::make_unique<ProgramRunner>(environment);
        const QString images = slipway::tests::inBuild("test-images");
        QCOMPARE(runner_->run(slipway::tests::inSource("tests/support/build_images ") + images, {}, patience).exitCode,
                 0);
        const Outcome started = slipway("start");
        QVERIFY2(started.exitCode == 0, (started.out + started.err).constData());
        QCOMPARE(slipway("image load " + images + "/busybox.tar").exitCode, 0);
        const auto status = QJsonDocument::fromJson(slipway("status -o json").out).object();
        nodePid_ = status["nodes"].toArray().at(0).toObject()["pid"].toInt();
        QVERIFY(nodePid_ > 0);
        QTRY_COMPARE_WITH_TIMEOUT(kubectl("get serviceaccount default").exitCode, 0, patience);
        QVERIFY(apply(contentOf(folder + "/objects.yaml"))); // stays: its services have rules
        const auto settled = [&] {
            QTest::qWait(2000);
            const QString last = std::exchange(before_, nodeState());
            return last == before_;
        };
        QVERIFY(QTest::qWaitFor(settled, patience));
        QVERIFY2(before_.contains("mounts: "), qPrintable(before_));
        for (const QString& file : QDir(folder).entryList({"*.yaml"}, QDir::Files))
            if (file != "objects.yaml")
                QVERIFY2(apply(contentOf(folder + "/" + file)), qPrintable(file));
    }

    void cleanupTestCase() {
        if (runner_)
            slipway("delete");
    }

    void pods_data() {
        QTest::addColumn<QString>("check");
        QTest::addColumn<QString>("expect");
        for (const QString& file : QDir(folder).entryList({"*.yaml"}, QDir::Files)) {
            if (file == "objects.yaml")
                continue;
            const Expectation wanted = expectationOf(contentOf(folder + "/" + file));
            QTest::newRow(file.chopped(5).toUtf8().constData()) << wanted.check << wanted.expect;
        }
    }
    void pods() {
        QFETCH(QString, check);
        QFETCH(QString, expect);
        QVERIFY(!check.isEmpty() && !expect.isEmpty());
        const QString name = QTest::currentDataTag();
        const QRegularExpression wanted(QRegularExpression::anchoredPattern(expect));
        QVERIFY2(wanted.isValid(), qPrintable(wanted.errorString()));
        QString seen;
        const auto look = [&] {
            seen = check == "logs" ? ask("logs " + name + " -c main") : pod(name, check);
            return wanted.match(seen).hasMatch();
        };
        QTRY_VERIFY2_WITH_TIMEOUT(look(), qPrintable("seen: " + seen), patience);
    }

    void hooksReachTheirTargets() {
        QVERIFY(apply(podOf("listener", "httpd -f -v -p 8080 -h /tmp")));
        QTRY_VERIFY_WITH_TIMEOUT(ready("listener"), patience);
        const QString address = pod("listener", "{.status.podIP}");
        const auto get = [&](const char* path) {
            return QJsonObject{{"httpGet", QJsonObject{{"host", address}, {"port", 8080}, {"path", path}}}};
        };
        QVERIFY(apply(podOf("hooked", patientScript,
                            {{"lifecycle", QJsonObject{{"postStart", get("/began")}, {"preStop", get("/ends")}}}},
                            {{"terminationGracePeriodSeconds", 30}})));
        QTRY_VERIFY_WITH_TIMEOUT(ready("hooked"), patience); // whatever the listener answers
        const auto hits = [&] { return ask("logs listener").count("response:404"); };
        QTRY_COMPARE_WITH_TIMEOUT(hits(), 1, patience);
        QCOMPARE(kubectl("delete pod hooked").exitCode, 0);
        QTRY_COMPARE_WITH_TIMEOUT(hits(), 2, patience);
    }

    void aSleepingHookHoldsTheEndUp() {
        QVERIFY(
            apply(podOf("drowsy", patientScript, {{"lifecycle", object(R"({"preStop": {"sleep": {"seconds": 5}}})")}},
                        {{"terminationGracePeriodSeconds", 60}})));
        QTRY_VERIFY_WITH_TIMEOUT(ready("drowsy"), patience);
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(kubectl("delete pod drowsy").exitCode, 0);
        QVERIFY(timer.elapsed() >= 4500);
    }

    void theGracePeriodIsKept() {
        QVERIFY(apply(podOf("stubborn", "trap '' TERM; while true; do sleep 0.2; done", {},
                            {{"terminationGracePeriodSeconds", 4}})));
        QTRY_VERIFY_WITH_TIMEOUT(ready("stubborn"), patience);
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(kubectl("delete pod stubborn").exitCode, 0);
        QVERIFY(timer.elapsed() >= 3500);
        QCOMPARE(kubectl("get pod stubborn").exitCode, 1);
    }

    void labelsAreFollowed() {
        QVERIFY(apply(podOf("labelled", "while true; do cat /v/labels; echo; sleep 0.5; done",
                            {{"volumeMounts", QJsonArray{object(R"({"name": "v", "mountPath": "/v"})")}}},
                            {{"volumes", QJsonArray{object(R"({"name": "v", "downwardAPI": {"items": [
                  {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}})")}}})));
        QTRY_VERIFY_WITH_TIMEOUT(ask("logs labelled --tail=2").contains("app=\"labelled\""), patience);
        QCOMPARE(kubectl("label pod labelled colour=blue").exitCode, 0);
        QTRY_VERIFY_WITH_TIMEOUT(ask("logs labelled --tail=3").contains("colour=\"blue\""), patience);
    }

    void mapsAreFollowed() {
        QVERIFY(apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: moving}\ndata: {key: one}\n"));
        QVERIFY(apply(podOf("following", "while true; do cat /v/key; echo; sleep 0.5; done",
                            {{"volumeMounts", QJsonArray{object(R"({"name": "v", "mountPath": "/v"})")}}},
                            {{"volumes", QJsonArray{object(R"({"name": "v", "configMap": {"name": "moving"}})")}}})));
        QTRY_VERIFY_WITH_TIMEOUT(ask("logs following --tail=1").contains("one"), patience);
        QVERIFY(apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: moving}\ndata: {key: two}\n"));
        QTRY_VERIFY_WITH_TIMEOUT(ask("logs following --tail=1").contains("two"), patience);
    }

    void resourcesChangeInPlace() {
        QVERIFY(apply(podOf("growing", patientScript,
                            {{"resources", object(R"({"limits": {"cpu": "200m", "memory": "64Mi"}})")}})));
        QTRY_VERIFY_WITH_TIMEOUT(ready("growing"), patience);
        const auto ask = [&](const QByteArray& cpu) {
            return kubectl("patch pod growing --subresource resize --patch-file /dev/stdin",
                           R"({"spec": {"containers": [{"name": "main", "resources": {
                               "requests": {"cpu": ")" +
                               cpu + R"("}, "limits": {"cpu": ")" + cpu + R"("}}}]}})")
                .exitCode;
        };
        QCOMPARE(ask("400m"), 0);
        QTRY_COMPARE_WITH_TIMEOUT(pod("growing", "{.status.containerStatuses[0].resources.limits.cpu}"), "400m",
                                  patience);
        QCOMPARE(pod("growing", "{.status.containerStatuses[0].restartCount}"), "0");
        QCOMPARE(ask("900"), 0);
        QTRY_COMPARE_WITH_TIMEOUT(pod("growing", "{.status.conditions[?(@.type=='PodResizePending')].reason}"),
                                  "Infeasible", patience);
        QCOMPARE(pod("growing", "{.status.containerStatuses[0].resources.limits.cpu}"), "400m");
    }

    void podsHaveGroupsOfTheirOwn() {
        QVERIFY(apply(podOf("grouped", patientScript,
                            {{"resources", object(R"({"limits": {"cpu": "300m", "memory": "48Mi"}})")}})));
        QTRY_VERIFY_WITH_TIMEOUT(ready("grouped"), patience);
        const QString group = "kubepods/pod" + pod("grouped", "{.metadata.uid}");
        const Outcome memory = onNode("sh -c \"cat /sys/fs/cgroup/memory/" + group +
                                      "/memory.limit_in_bytes || cat /sys/fs/cgroup/" + group + "/memory.max\"");
        QCOMPARE(memory.out.trimmed(), QByteArray::number(48 << 20));
        QCOMPARE(kubectl("delete pod grouped").exitCode, 0);
        QTRY_VERIFY_WITH_TIMEOUT(
            onNode("sh -c \"ls -d /sys/fs/cgroup/" + group + " /sys/fs/cgroup/*/" + group + "\"").out.isEmpty(),
            patience);
    }

    void ephemeralContainersJoin() {
        QVERIFY(apply(podOf("examined", patientScript)));
        QTRY_VERIFY_WITH_TIMEOUT(ready("examined"), patience);
        kubectl("debug examined --image=busybox:latest --image-pull-policy=IfNotPresent -c look --target=main "
                "--profile=general -- sleep 600");
        QTRY_VERIFY_WITH_TIMEOUT(
            !pod("examined", "{.status.ephemeralContainerStatuses[0].state.running.startedAt}").isEmpty(), patience);
    }

    void aPodThatDoesNotFitIsRefused() {
        QVERIFY(apply(podOf("giant", "true", {{"resources", object(R"({"requests": {"cpu": "900"}})")}},
                            {{"nodeName", QString(ask("get nodes -o jsonpath={.items[0].metadata.name}"))}})));
        QTRY_COMPARE_WITH_TIMEOUT(pod("giant", "{.status.phase} {.status.reason}"), "Failed OutOfcpu", patience);
    }

    void theAgentAndTheRuntimeMayRestart() {
        QVERIFY(apply(podOf("lasting", patientScript,
                            {{"readinessProbe", object(R"({"exec": {"command": ["true"]}, "periodSeconds": 2})")}})));
        QTRY_VERIFY_WITH_TIMEOUT(ready("lasting"), patience);
        const QString container = containerOf("lasting");
        const QString since = "{.status.conditions[?(@.type=='Ready')].lastTransitionTime}";
        const QString readySince = pod("lasting", since);
        for (const char* program : {"slipway-agent", "containerd"}) {
            const QByteArray before = onNode(QString("pidof %1").arg(program)).out;
            onNode(QString("sh -c \"kill -9 $(pidof %1)\"").arg(program));
            const auto another = [&] {
                const QByteArray now = onNode(QString("pidof %1").arg(program)).out;
                return !now.isEmpty() && now != before;
            };
            QTRY_VERIFY_WITH_TIMEOUT(another(), patience);
            // A pod begun afterwards tells that everything works again.
            const QString name = QString("after-%1").arg(program);
            QVERIFY(apply(podOf(name, patientScript)));
            QTRY_VERIFY_WITH_TIMEOUT(ready(name), patience);
            QCOMPARE(containerOf("lasting"), container);
            QCOMPARE(pod("lasting", since), readySince);
        }
    }

    void nothingIsLeftOfPods() {
        QCOMPARE(runner_->run("kubectl delete pods --all --timeout=180s", {}, 200000).exitCode, 0);
        QString left;
        const auto same = [&] { return (left = nodeState()) == before_; };
        QVERIFY2(QTest::qWaitFor(same, patience), qPrintable("before:\n" + before_ + "left:\n" + left));
    }
};

/// All pods are rows of one function, which may take longer than Qt Test gives one.
int main(int argc, char** argv) {
    qputenv("QTEST_FUNCTION_TIMEOUT", "1200000");
    QCoreApplication application(argc, argv);
    PodsTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "pods_test.moc"
