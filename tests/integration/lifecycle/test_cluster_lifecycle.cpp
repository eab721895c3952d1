// `slipway` as its users run it: start, look, use, stop, start again, delete.

#include "tests/support/places.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

class ClusterLifecycleTest : public QObject {
    Q_OBJECT

private:
    struct Outcome {
        int exitCode;
        QByteArray out, err;
    };

    std::unique_ptr<QTemporaryDir> dir_;
    QProcessEnvironment environment_ = QProcessEnvironment::systemEnvironment();

    Outcome slipway(const QStringList& arguments) const {
        QProcess process;
        process.setProcessEnvironment(environment_);
        process.start(slipway::tests::inBuild("bin/slipway"), QStringList{"--cluster", "life"} + arguments);
        if (!process.waitForFinished(180000))
            return {-1, {}, "timed out"};
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }

    QJsonObject status() const { return QJsonDocument::fromJson(slipway({"status", "-o", "json"}).out).object(); }

    QByteArray userKubeconfig() const {
        QFile file(dir_->filePath("kubeconfig"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        dir_ = std::make_unique<QTemporaryDir>("/var/lib/slipway/test-XXXXXX");
        environment_.insert("SLIPWAY_STATE_DIR", dir_->filePath("state"));
        environment_.insert("SLIPWAY_RUN_DIR", dir_->filePath("run"));
        environment_.insert("KUBECONFIG", dir_->filePath("kubeconfig"));
        QFile mine(dir_->filePath("kubeconfig"));
        QVERIFY(mine.open(QIODevice::WriteOnly));
        mine.write("apiVersion: v1\nkind: Config\ncontexts:\n- name: mine\n  context: {cluster: mine, user: me}\n"
                   "current-context: mine\n");
    }

    void cleanupTestCase() {
        if (dir_)
            slipway({"delete"});
    }

    void startEndsWithTheSampleAnswering() {
        const auto started = slipway({"start", "--sample"});
        QVERIFY2(started.exitCode == 0, started.err.constData());
        QVERIFY(started.out.contains("sample application answers at http://"));
        QVERIFY(userKubeconfig().contains("current-context: slipway-life"));
        QVERIFY(userKubeconfig().contains("name: mine"));
    }

    void statusTellsTheTruth() {
        const auto now = status();
        QCOMPARE(now["state"].toString(), "running");
        QCOMPARE(now["apiReady"].toBool(), true);
        QCOMPARE(now["nodes"].toArray().size(), 1);
        QCOMPARE(slipway({"status"}).exitCode, 0);
        QVERIFY(slipway({"list"}).out.contains("life"));
    }

    void kubectlReachesIt() {
        const auto nodes = slipway({"kubectl", "--", "get", "nodes", "--no-headers"});
        QVERIFY2(nodes.exitCode == 0, nodes.err.constData());
        QVERIFY2(nodes.out.contains(" Ready "), nodes.out.constData());
        QVERIFY(slipway({"kubectl", "get", "no-such-things"}).exitCode != 0);
    }

    void kubeconfigIsPrinted() { QVERIFY(slipway({"kubeconfig"}).out.contains("client-certificate-data")); }

    void startingARunningClusterIsNothing() {
        const auto pid = status()["nodes"].toArray().at(0)["pid"].toInt();
        QCOMPARE(slipway({"start"}).exitCode, 0);
        QCOMPARE(status()["nodes"].toArray().at(0)["pid"].toInt(), pid);
    }

    void stopKeepsWhatWasMade() {
        QCOMPARE(slipway({"kubectl", "--", "create", "configmap", "kept", "--from-literal=a=b"}).exitCode, 0);
        QCOMPARE(slipway({"stop"}).exitCode, 0);
        QCOMPARE(slipway({"status"}).exitCode, 1);
        QCOMPARE(status()["state"].toString(), "stopped");
        const auto again = slipway({"start", "--sample"});
        QVERIFY2(again.exitCode == 0, again.err.constData());
        QVERIFY(slipway({"kubectl", "--", "get", "configmap", "kept", "-o", "name"}).out.contains("configmap/kept"));
    }

    void deleteRestoresTheUsersContext() {
        QCOMPARE(slipway({"delete"}).exitCode, 0);
        QVERIFY(userKubeconfig().contains("current-context: mine"));
        QVERIFY(!userKubeconfig().contains("slipway-life"));
        QCOMPARE(status()["state"].toString(), "absent");
        QVERIFY(slipway({"stop"}).exitCode != 0);
    }
};

QTEST_GUILESS_MAIN(ClusterLifecycleTest)
#include "test_cluster_lifecycle.moc"
