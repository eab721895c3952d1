// The network of a cluster of three nodes, as real pods, clients outside and kubectl meet it. The cases build on each
// other and run in the order they are written.

#include <QRegularExpression>
#include <QSet>
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

constexpr int patience = 120000;

/// A server that says its pod's name, on every node one.
const QByteArray servers = R"(
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      tolerations: [{operator: Exists}]
      containers:
      - name: web
        image: nginx
        imagePullPolicy: IfNotPresent
        command: [sh, -c, 'echo "$NODE" > /usr/share/nginx/html/index.html; exec nginx -g "daemon off;"']
        env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
        ports: [{name: http, containerPort: 80}]
        readinessProbe: {httpGet: {port: 80}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}]
---
apiVersion: v1
kind: Service
metadata: {name: web-headless}
spec:
  clusterIP: None
  selector: {app: web}
  ports: [{name: http, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: web-local}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  internalTrafficPolicy: Local
  selector: {app: web}
  ports: [{name: http, port: 80, nodePort: 30081}]
---
apiVersion: v1
kind: Service
metadata: {name: sticky}
spec:
  sessionAffinity: ClientIP
  selector: {app: web}
  ports: [{name: http, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec:
  selector: {app: nobody}
  ports: [{name: http, port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere}
spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec:
  containers:
  - {name: client, image: nginx, imagePullPolicy: IfNotPresent, command: [sleep, "36000"]}
---
apiVersion: v1
kind: Pod
metadata: {name: published, labels: {app: published}}
spec:
  containers:
  - {name: web, image: nginx, imagePullPolicy: IfNotPresent, ports: [{containerPort: 80, hostPort: 8088}]}
)";

const QByteArray ingress = R"(
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  tls: [{hosts: [web.example], secretName: web-tls}]
  rules:
  - host: web.example
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}
  - host: '*.wild.example'
    http:
      paths:
      - {path: /exact, pathType: Exact, backend: {service: {name: web, port: {number: 80}}}}
)";

} // namespace

class NetworkTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> dir_;
    std::unique_ptr<ProgramRunner> runner_;
    QString slipwayProgram_ = qEnvironmentVariable("SLIPWAY_BIN", slipway::tests::inBuild("bin")) + "/slipway";
    QString bridge_, network_; ///< the cluster's link on the host, and how its nodes' addresses begin
    QStringList nodes_, nodeAddresses_;

    Outcome slipway(const QString& arguments) const {
        return runner_->run(slipwayProgram_ + " --cluster network-e2e " + arguments, {}, 240000);
    }
    Outcome kubectl(const QString& arguments, const QByteArray& input = {}) const {
        return runner_->run("kubectl " + arguments, input);
    }
    QString ask(const QString& arguments) const { return QString::fromUtf8(kubectl(arguments).out).trimmed(); }
    QStringList words(const QString& arguments) const { return ask(arguments).split(' ', Qt::SkipEmptyParts); }

    /// What a pod gets from a URL; "" when nothing.
    QString fromPod(const QString& url, const QString& pod = "client") const {
        return ask("exec " + pod + " -- curl -s -m 5 " + url);
    }
    QString fromHost(const QString& arguments) const {
        return QString::fromUtf8(runner_->run("curl -s -m 5 " + arguments).out).trimmed();
    }
    /// The different answers of many requests.
    template <class Ask> static QSet<QString> answers(Ask ask, int times = 30) {
        QSet<QString> seen;
        for (int i = 0; i < times; ++i)
            seen.insert(ask());
        return seen;
    }
    QSet<QString> allNodes() const { return {nodes_.begin(), nodes_.end()}; }

    /// What this machine has of the cluster: all that names its bridge or an address of its network. There may be other
    /// clusters, which come and go meanwhile.
    QStringList onHost() const {
        QStringList own;
        for (const char* command : {"ip -o link", "ip -o -4 address", "ip route", "nft list ruleset"})
            for (const QString& line : QString::fromUtf8(runner_->run(command).out).split('\n'))
                if (line.contains(bridge_) || line.contains(network_))
                    own.append(line);
        return own;
    }

    bool apply(const QByteArray& manifest) const {
        const Outcome done = kubectl("apply -f -", manifest);
        if (done.exitCode != 0)
            qWarning() << done.err;
        return done.exitCode == 0;
    }

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        for (const char* program : {"runc", "containerd", "kubectl", "curl", "openssl"})
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
        QCOMPARE(runner_->run(slipway::tests::inSource("tests/support/build_images ") + images).exitCode, 0);
        const Outcome started = slipway("start --nodes 3");
        QVERIFY2(started.exitCode == 0, started.err.constData());
        QCOMPARE(slipway("image load " + images + "/nginx.tar").exitCode, 0);
        nodes_ = words("get nodes -o jsonpath={.items[*].metadata.name}");
        nodeAddresses_ = words("get nodes -o jsonpath={.items[*].status.addresses[0].address}");
        QCOMPARE(nodes_.size(), 3);
        network_ = nodeAddresses_[0].section('.', 0, 2) + '.';
        for (const QString& line : QString::fromUtf8(runner_->run("ip -o -4 address").out).split('\n'))
            if (line.contains(network_))
                bridge_ = line.section(' ', 1, 1);
        QVERIFY(!bridge_.isEmpty() && onHost().size() > 4);
        QVERIFY(apply(servers));
        QTRY_COMPARE_WITH_TIMEOUT(ask("get daemonset web -o jsonpath={.status.numberReady}"), "3", patience);
        QTRY_COMPARE_WITH_TIMEOUT(ask("get pod client -o jsonpath={.status.phase}"), "Running", patience);
    }

    void cleanupTestCase() {
        if (runner_)
            slipway("delete");
    }

    void podsReachPodsOnEveryNode() {
        for (const QString& address : words("get pods -l app=web -o jsonpath={.items[*].status.podIP}"))
            QTRY_VERIFY_WITH_TIMEOUT(nodes_.contains(fromPod(address)), patience);
    }

    void servicesReachEveryEndpoint() {
        QTRY_COMPARE_WITH_TIMEOUT(answers([&] { return fromPod("web"); }), allNodes(), patience);
        QCOMPARE(answers([&] { return fromPod("sticky"); }, 10).size(), 1);
        QVERIFY(kubectl("exec client -- curl -s -m 5 nobody").exitCode == 7); // refused at once
        const QString own = ask("get pod client -o jsonpath={.spec.nodeName}");
        QCOMPARE(answers([&] { return fromPod("web-local"); }, 10), QSet<QString>{own});
    }

    void namesResolve() {
        QCOMPARE(fromPod("web-headless").isEmpty(), false);
        QVERIFY(nodes_.contains(fromPod("elsewhere")));
        const QString dns = ask("get service kube-dns -n kube-system -o jsonpath={.spec.clusterIP}");
        QVERIFY(ask("exec client -- cat /etc/resolv.conf").contains("nameserver " + dns));
        QCOMPARE(words("exec client -- nslookup web-headless.default.svc.cluster.local").filter("10.244.").size(), 3);
    }

    void nodePortsAnswerOnEveryNode() {
        for (const QString& address : nodeAddresses_) {
            QTRY_COMPARE_WITH_TIMEOUT(answers([&] { return fromHost("http://" + address + ":30080"); }), allNodes(),
                                      patience);
            QCOMPARE(answers([&] { return fromHost("http://" + address + ":30081"); }, 10).size(), 1);
        }
        const QString address = ask("get pod published -o jsonpath={.status.hostIP}");
        QTRY_VERIFY_WITH_TIMEOUT(fromHost("http://" + address + ":8088").contains("nginx"), patience);
    }

    void policiesAreEnforced() {
        QVERIFY(apply("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\n"
                      "spec: {podSelector: {matchLabels: {app: web}}}\n"));
        QTRY_COMPARE_WITH_TIMEOUT(answers([&] { return fromPod("web"); }, 3), QSet<QString>{QString()}, patience);
        QCOMPARE(ask("get daemonset web -o jsonpath={.status.numberReady}"), "3"); // probes still pass
        QVERIFY(apply("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: open}\n"
                      "spec:\n  podSelector: {matchLabels: {app: web}}\n  ingress:\n  - from: [{podSelector: "
                      "{matchLabels: {app: client}}}]\n    ports: [{port: http}]\n"));
        QTRY_COMPARE_WITH_TIMEOUT(answers([&] { return fromPod("web"); }), allNodes(), patience);
        QCOMPARE(kubectl("delete networkpolicy --all").exitCode, 0);
    }

    void ingressesAreServed() {
        const QString key = dir_->filePath("tls.key"), certificate = dir_->filePath("tls.crt");
        QCOMPARE(runner_
                     ->run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=web.example -addext "
                           "subjectAltName=DNS:web.example -keyout " +
                           key + " -out " + certificate)
                     .exitCode,
                 0);
        QCOMPARE(kubectl("create secret tls web-tls --cert=" + certificate + " --key=" + key).exitCode, 0);
        QVERIFY(apply(ingress));
        QTRY_VERIFY_WITH_TIMEOUT(!ask("get ingress web -o jsonpath={.status.loadBalancer.ingress[0].ip}").isEmpty(),
                                 patience);
        const QString address = ask("get ingress web -o jsonpath={.status.loadBalancer.ingress[0].ip}");
        QCOMPARE(ask("get ingress web -o jsonpath={.spec.ingressClassName}"), "slipway"); // the default class
        QTRY_COMPARE_WITH_TIMEOUT(
            answers([&] { return fromHost("--resolve web.example:80:" + address + " http://web.example/"); }),
            allNodes(), patience);
        QVERIFY(nodes_.contains(
            fromHost("--cacert " + certificate + " --resolve web.example:443:" + address + " https://web.example/")));
        QVERIFY(
            fromHost("--resolve a.b.wild.example:80:" + address + " http://a.b.wild.example/exact").contains("404"));
        QVERIFY(
            !fromHost("--resolve b.wild.example:80:" + address + " http://b.wild.example/exact").contains("backend"));
        QVERIFY(fromHost("--resolve b.wild.example:80:" + address + " http://b.wild.example/exact/more")
                    .contains("backend"));
        QCOMPARE(kubectl("delete ingress web").exitCode, 0);
        QTRY_VERIFY_WITH_TIMEOUT(fromHost("http://" + address + "/").isEmpty(), patience); // nothing runs for nothing
    }

    void nothingIsLeft() {
        QCOMPARE(slipway("delete").exitCode, 0);
        QVERIFY2(QTest::qWaitFor([&] { return onHost().isEmpty(); }, patience), qPrintable(onHost().join('\n')));
    }
};

QTEST_GUILESS_MAIN(NetworkTest)
#include "network_test.moc"
