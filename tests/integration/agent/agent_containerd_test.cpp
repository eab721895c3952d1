#include "tests/support/places.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

/// The real agent with a real containerd in namespaces of their own: a static pod lives, comes back and goes.
class AgentContainerdTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        if (::geteuid() != 0)
            QSKIP("needs root");
        for (const char* program : {"containerd", "runc", "ctr", "unshare", "busybox"})
            if (QStandardPaths::findExecutable(program).isEmpty())
                QSKIP(qPrintable(QString("needs %1").arg(program)));
        if (QProcess::execute("unshare", {"--mount", "--pid", "--net", "--fork", "true"}) != 0)
            QSKIP("namespaces cannot be made here");
        node_.setProcessChannelMode(QProcess::MergedChannels);
        node_.start("unshare", {"--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", "bash",
                                slipway::tests::inSource("tests/integration/agent/node.sh"), dir_.path(),
                                slipway::tests::inBuild("bin/slipway-agent")});
        QVERIFY(node_.waitForStarted());
        QTRY_VERIFY2_WITH_TIMEOUT(QDir(dir_.filePath("static")).exists(), node_.readAll().constData(), 30'000);
        running_ = true;
    }

    void runsRestartsAndRemovesAStaticPod() {
        if (!running_)
            QSKIP("no node");
        QFile manifest(dir_.filePath("static/counter.json"));
        QVERIFY(manifest.open(QIODevice::WriteOnly));
        manifest.write(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"counter"},"spec":{"hostNetwork":true,
            "terminationGracePeriodSeconds":1,"containers":[{"name":"c","image":"slipway/test:1",
            "env":[{"name":"WHO","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
            "volumeMounts":[{"name":"kept","mountPath":"/kept"}],
            "command":["sh","-c","echo hello $WHO; if [ -e /kept/x ]; then sleep 1000; fi; echo > /kept/x; exit 3"]}],
            "volumes":[{"name":"kept","emptyDir":{}}]}})");
        manifest.close();
        QTRY_VERIFY2_WITH_TIMEOUT(log("0.log").contains("hello counter-n1"), qPrintable(agentLog()), 60'000);
        // It ended with 3; its volume outlived it, so the second run stays.
        QTRY_VERIFY2_WITH_TIMEOUT(log("1.log").contains("hello counter-n1"), qPrintable(agentLog()), 60'000);
        QVERIFY(manifest.remove());
        QTRY_VERIFY2_WITH_TIMEOUT(QDir(dir_.filePath("logs")).isEmpty(), qPrintable(agentLog()), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(QDir(dir_.filePath("root/pods")).isEmpty(), 10'000);
    }

    void cleanupTestCase() {
        node_.kill();
        node_.waitForFinished();
    }

private:
    QString log(const QString& name) const {
        const QDir logs(dir_.filePath("logs"));
        const QStringList pods = logs.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        QFile file(pods.isEmpty() ? QString() : logs.filePath(pods[0] + "/c/" + name));
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
    QString agentLog() const {
        QFile file(dir_.filePath("agent.log"));
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString("no log");
    }

    QTemporaryDir dir_{"/var/tmp/slipway-agent-XXXXXX"};
    QProcess node_;
    bool running_ = false;
};

QTEST_GUILESS_MAIN(AgentContainerdTest)
#include "agent_containerd_test.moc"
