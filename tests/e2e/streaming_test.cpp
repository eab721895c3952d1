// What goes through the API server into a running pod: exec, attach, copies, forwarded ports, proxies and logs, with
// the real kubectl in both of its protocols, and with the Python client. Needs root and the node image, which tests/run
// provides.

#include <QRegularExpression>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <unistd.h>

#include "tests/support/places.h"
#include "tests/support/run_program.h"

using slipway::tests::Outcome;
using slipway::tests::ProgramRunner;

namespace {

constexpr int patience = 120'000;

const QByteArray pods = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: busybox
    imagePullPolicy: Never
    command: [sh, -c, "mkdir /www; echo '<a href=\"/rewriteme\">test</a>' > /www/index.html; httpd -f -p 80 -h /www"]
    ports: [{containerPort: 80, name: http}]
---
apiVersion: v1
kind: Pod
metadata: {name: two, annotations: {kubectl.kubernetes.io/default-container: b}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: a, image: busybox, imagePullPolicy: Never, command: [sh, -c, "echo log of a; sleep 10000"]}
  - {name: b, image: busybox, imagePullPolicy: Never, command: [sh, -c, "echo log of b; sleep 10000"]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 8080, targetPort: 80}]
)";

} // namespace

class StreamingTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<ProgramRunner> runner_;
    QString slipwayProgram_ =
        qEnvironmentVariable("SLIPWAY_BIN", slipway::tests::inBuild("bin")) + "/slipway --cluster streaming ";

    static ProgramRunner runnerFor(const QString& folder, const char* webSockets) {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.remove("KUBECONFIG");
        environment.insert("HOME", folder);
        environment.insert("SLIPWAY_STATE_DIR", folder + "/state");
        environment.insert("SLIPWAY_RUN_DIR", folder + "/run");
        environment.insert("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", webSockets);
        environment.insert("KUBECTL_PORT_FORWARD_WEBSOCKETS", webSockets);
        return ProgramRunner(environment);
    }

    Outcome kubectl(const QString& arguments, const QByteArray& input = {}) const {
        return runner_->run("kubectl " + arguments, input, patience);
    }

    /// What a port-forward of kubectl answers to a GET of "/"; @p what is its target.
    QByteArray fetchThroughForward(const QString& what, int remotePort) const {
        const auto forward = runner_->start(QString("kubectl port-forward %1 :%2").arg(what).arg(remotePort));
        QByteArray said;
        static const QRegularExpression address(R"(127\.0\.0\.1:(\d+))");
        while (!address.match(QString::fromUtf8(said)).hasMatch() && forward->waitForReadyRead(patience))
            said += forward->readAllStandardOutput();
        QByteArray all;
        for (int i = 0; i < 3; ++i) {
            QTcpSocket socket;
            socket.connectToHost(QHostAddress::LocalHost,
                                 address.match(QString::fromUtf8(said)).captured(1).toUShort());
            socket.write("GET / HTTP/1.0\r\n\r\n");
            while (socket.waitForReadyRead(patience))
                all += socket.readAll();
        }
        forward->terminate();
        forward->waitForFinished();
        return all;
    }

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        for (const char* program : {"runc", "containerd", "kubectl", "python3"})
            if (QStandardPaths::findExecutable(program).isEmpty())
                QSKIP(QByteArray(program).append(" is not installed").constData());
        std::filesystem::create_directories("/var/lib/slipway");
        dir_ = std::make_unique<QTemporaryDir>("/var/lib/slipway/test-XXXXXX");
        runner_ = std::make_unique<ProgramRunner>(runnerFor(dir_->path(), "true"));
        const QString images = slipway::tests::inBuild("test-images");
        QCOMPARE(runner_->run(slipway::tests::inSource("tests/support/build_images ") + images, {}, patience).exitCode,
                 0);
        QCOMPARE(runner_->run(slipwayProgram_ + "start", {}, patience).exitCode, 0);
        QCOMPARE(runner_->run(slipwayProgram_ + "image load " + images + "/busybox.tar", {}, patience).exitCode, 0);
        QCOMPARE(kubectl("apply -f -", pods).exitCode, 0);
        QCOMPARE(kubectl("wait --for=condition=Ready pod/web pod/two --timeout=120s").exitCode, 0);
    }

    void cleanupTestCase() {
        if (runner_)
            runner_->run(slipwayProgram_ + "delete", {}, patience);
    }

    void bothProtocols_data() {
        QTest::addColumn<QByteArray>("webSockets");
        QTest::newRow("WebSocket") << QByteArray("true");
        QTest::newRow("SPDY") << QByteArray("false");
    }

    void bothProtocols() {
        QFETCH(QByteArray, webSockets);
        *runner_ = runnerFor(dir_->path(), webSockets);
        const Outcome ended = kubectl("exec web -- sh -c \"echo out; echo err >&2; exit 3\"");
        QCOMPARE(ended.exitCode, 3);
        QCOMPARE(ended.out, QByteArray("out\n"));
        QVERIFY(ended.err.startsWith("err\n"));
        const QByteArray large(3'000'000, 'x');
        QCOMPARE(kubectl("exec -i web -- cat", large).out, large);
        QVERIFY(kubectl("exec two -- hostname").err.isEmpty()); // the default container's annotation
        QVERIFY(kubectl("exec web -c none -- true").err.contains("container none is not valid for pod web"));
        QVERIFY(fetchThroughForward("pod/web", 80).count("rewriteme") == 3);
        QVERIFY(fetchThroughForward("svc/web", 8080).count("rewriteme") == 3);
        QVERIFY(!kubectl("exec web -- true").exitCode);
    }

    /// A session has descriptors and threads of its own, and ends with its command.
    void endedCommandsLeaveNothing() {
        const QString node = QString::fromUtf8(kubectl("get nodes -o name").out).trimmed().mid(5);
        const auto descriptors = [&] {
            static const QRegularExpression gauge("\nprocess_open_fds ([0-9]+)");
            const Outcome metrics = kubectl("get --raw /api/v1/nodes/" + node + "/proxy/metrics");
            return gauge.match(QString::fromUtf8(metrics.out)).captured(1).toInt();
        };
        const int before = descriptors();
        QVERIFY(before > 0);
        for (int round = 0; round < 10; ++round) {
            std::vector<std::unique_ptr<QProcess>> running;
            for (int i = 0; i < 6; ++i)
                running.push_back(runner_->start("kubectl exec web -- true"));
            for (auto& process : running)
                QCOMPARE(ProgramRunner::finish(*process, patience).exitCode, 0);
        }
        QTRY_VERIFY_WITH_TIMEOUT(descriptors() < before + 40, patience); // idle connections stay for a while
    }

    void files() {
        QFile file(dir_->filePath("sent"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(100'000, 'y'));
        file.close();
        QCOMPARE(kubectl("cp " + file.fileName() + " web:/tmp/kept").exitCode, 0);
        QCOMPARE(kubectl("cp web:/tmp/kept " + dir_->filePath("back")).exitCode, 0);
        QFile back(dir_->filePath("back"));
        QVERIFY(back.open(QIODevice::ReadOnly));
        QCOMPARE(back.readAll(), QByteArray(100'000, 'y'));
    }

    void runAttachesAndRemoves() {
        const Outcome ended =
            kubectl("run once -i --rm --restart=Never --image=busybox --image-pull-policy=Never -- cat",
                    "through standard input\n");
        QVERIFY2(ended.out.contains("through standard input"), ended.err.constData());
        QVERIFY(kubectl("get pod once").err.contains("not found"));
    }

    void debugPutsAContainerIn() {
        const Outcome begun =
            kubectl("debug web --image=busybox --image-pull-policy=Never -c helper --profile=general -- "
                    "sleep 10000");
        QVERIFY2(begun.exitCode == 0, begun.err.constData());
        QTRY_COMPARE_WITH_TIMEOUT(kubectl("exec web -c helper -- echo inside").out, QByteArray("inside\n"), patience);
        const Outcome again = kubectl("patch pod web --subresource=ephemeralcontainers --type=merge -p "
                                      "{\"\"\"spec\"\"\":{\"\"\"ephemeralContainers\"\"\":[]}}");
        QVERIFY2(again.exitCode != 0, again.out.constData());
    }

    void proxies() {
        const QString base = "get --raw /api/v1/namespaces/default/";
        QVERIFY(kubectl(base + "pods/web/proxy/").out.contains("/api/v1/namespaces/default/pods/web/proxy/rewriteme"));
        QVERIFY(kubectl(base + "services/web:8080/proxy/").out.contains("services/web:8080/proxy/rewriteme"));
        QVERIFY(
            kubectl(base + "services/web:1/proxy/").err.contains("no service port 1 found for service \\\"web\\\"") ||
            kubectl(base + "services/web:1/proxy/").err.contains("no service port 1 found for service \"web\""));
        QVERIFY(kubectl(base + "pods/web:81/proxy/").err.contains("connection refused"));
        const QString node = QString::fromUtf8(kubectl("get nodes -o name").out).trimmed().mid(5);
        const QString onNode = "get --raw /api/v1/nodes/" + node + "/proxy/";
        QCOMPARE(kubectl(onNode + "healthz").out, QByteArray("ok"));
        QVERIFY(kubectl(onNode + "stats/summary").out.contains("\"nodeName\""));
        QVERIFY(kubectl(onNode + "pods").out.contains("\"web\""));
    }

    void logs() {
        QCOMPARE(kubectl("logs two -c a").out, QByteArray("log of a\n"));
        QCOMPARE(kubectl("logs two").out, QByteArray("log of b\n"));
        QVERIFY(kubectl("logs two -c none").err.contains("container none is not valid for pod two"));
        QVERIFY(kubectl("logs two -p").err.contains("previous terminated container \"b\" in pod \"two\" not found"));
        QVERIFY(kubectl("logs two --limit-bytes=3").out == "log");
        const auto followed = runner_->start("kubectl logs -f two -c a"); // what is there comes at once
        QVERIFY(followed->waitForReadyRead(patience));
        QCOMPARE(followed->readAllStandardOutput(), QByteArray("log of a\n"));
    }

    void pythonClient() {
        const Outcome ended =
            runner_->run("python3 " + slipway::tests::inSource("tests/e2e/python_client.py busybox"), {}, 3 * patience);
        QVERIFY2(ended.exitCode == 0, (ended.out + ended.err).constData());
    }
};

QTEST_GUILESS_MAIN(StreamingTest)
#include "streaming_test.moc"
