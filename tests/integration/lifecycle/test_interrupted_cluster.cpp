// `slipway` killed at any moment: the next command repairs or cleans up, and deleting leaves nothing.

#include "tests/support/places.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace fs = std::filesystem;

class InterruptedClusterTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> dir_;
    QProcessEnvironment environment_ = QProcessEnvironment::systemEnvironment();

    std::unique_ptr<QProcess> begin(const QStringList& arguments) const {
        auto process = std::make_unique<QProcess>();
        process->setProcessEnvironment(environment_);
        process->start(slipway::tests::inBuild("bin/slipway"), QStringList{"--cluster", "cut"} + arguments);
        process->waitForStarted();
        return process;
    }
    int slipway(const QStringList& arguments, QByteArray* out = nullptr) const {
        const auto process = begin(arguments);
        if (!process->waitForFinished(180000))
            return -1;
        if (out)
            *out = process->readAllStandardOutput();
        if (process->exitCode() != 0)
            qInfo("slipway %s: %s", qPrintable(arguments.join(' ')), process->readAllStandardError().constData());
        return process->exitCode();
    }
    QString state() const {
        QByteArray out;
        slipway({"status", "-o", "json"}, &out);
        return QJsonDocument::fromJson(out).object()["state"].toString();
    }
    void killAfter(const QStringList& arguments, int milliseconds) const {
        const auto process = begin(arguments);
        process->waitForFinished(milliseconds);
        process->kill();
        process->waitForFinished();
    }
    /// Runs `slipway start` with a runc that kills who called it at one step: before the step is done, or after it.
    void killAtStep(const QString& step, bool after) const {
        const QString folder = dir_->filePath("bin");
        QDir().mkpath(folder);
        QFile wrapper(folder + "/runc");
        QVERIFY(wrapper.open(QFile::WriteOnly | QFile::Truncate));
        wrapper.write(QStringLiteral("#!/bin/sh\n"
                                     "case \" $* \" in *\" %1 \"*) %2 kill -9 $PPID; exit 1 ;; esac\n"
                                     "exec /usr/sbin/runc \"$@\"\n")
                          .arg(step, after ? "/usr/sbin/runc \"$@\";" : "")
                          .toUtf8());
        wrapper.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        wrapper.close();
        QProcess process;
        auto environment = environment_;
        environment.insert("PATH", folder + ":" + environment.value("PATH"));
        process.setProcessEnvironment(environment);
        process.start(slipway::tests::inBuild("bin/slipway"), {"--cluster", "cut", "start", "--driver", "native"});
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);
    }
    /// What is left of the cluster's nodes in the kernel.
    std::vector<std::string> traces() const {
        std::vector<std::string> found;
        std::error_code ignored;
        for (const auto& hierarchy : fs::directory_iterator("/sys/fs/cgroup"))
            for (const auto& group : fs::directory_iterator(hierarchy.path() / "slipway", ignored))
                if (group.path().filename().string().starts_with("cut."))
                    found.push_back(group.path());
        for (const auto& entry : fs::recursive_directory_iterator(dir_->filePath("run").toStdString(), ignored))
            if (entry.path().filename().string().starts_with("cut."))
                found.push_back(entry.path());
        return found;
    }

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        dir_ = std::make_unique<QTemporaryDir>("/var/lib/slipway/test-XXXXXX");
        environment_.insert("SLIPWAY_STATE_DIR", dir_->filePath("state"));
        environment_.insert("SLIPWAY_RUN_DIR", dir_->filePath("run"));
        environment_.insert("KUBECONFIG", dir_->filePath("kubeconfig"));
    }
    void cleanupTestCase() {
        if (dir_)
            slipway({"delete"});
    }

    void aKilledStartIsFinishedByTheNext_data() {
        QTest::addColumn<int>("milliseconds");
        for (int milliseconds : {20, 80, 150, 250, 400, 700, 1200})
            QTest::addRow("%d ms", milliseconds) << milliseconds;
    }
    void aKilledStartIsFinishedByTheNext() {
        QFETCH(int, milliseconds);
        killAfter({"start", "--driver", "native", "--nodes", "2"}, milliseconds);
        QCOMPARE(slipway({"start", "--driver", "native", "--nodes", "2"}), 0);
        QCOMPARE(state(), "running");
        QCOMPARE(slipway({"delete"}), 0);
        QCOMPARE(state(), "absent");
        QCOMPARE(traces(), std::vector<std::string>{});
    }
    void aStartKilledAtAStepIsFinishedByTheNext_data() {
        QTest::addColumn<QString>("step");
        QTest::addColumn<bool>("after");
        for (const char* step : {"create", "start"}) {
            QTest::addRow("before %s", step) << step << false;
            QTest::addRow("after %s", step) << step << true;
        }
    }
    void aStartKilledAtAStepIsFinishedByTheNext() {
        QFETCH(QString, step);
        QFETCH(bool, after);
        killAtStep(step, after);
        QCOMPARE(slipway({"start"}), 0);
        QCOMPARE(state(), "running");
        QCOMPARE(slipway({"delete"}), 0);
        QCOMPARE(traces(), std::vector<std::string>{});
    }
    void aKilledStartIsRemovedByDelete() {
        killAfter({"start", "--driver", "native"}, 300);
        const int code = slipway({"delete"});
        QVERIFY(code == 0 || code == 3); // 3: it had not been written down yet
        QCOMPARE(traces(), std::vector<std::string>{});
    }
    void aKilledStopIsFinishedByTheNext() {
        QCOMPARE(slipway({"start", "--driver", "native", "--nodes", "2"}), 0);
        killAfter({"stop"}, 100);
        QCOMPARE(slipway({"stop"}), 0);
        QCOMPARE(state(), "stopped");
        killAfter({"delete"}, 20);
        const int code = slipway({"delete"});
        QVERIFY(code == 0 || code == 3);
        QCOMPARE(state(), "absent");
        QCOMPARE(traces(), std::vector<std::string>{});
    }
    void anUnreadableProfileDoesNotHideOthers() {
        fs::create_directories(dir_->filePath("state/clusters/cut").toStdString());
        std::ofstream(dir_->filePath("state/clusters/cut/profile.json").toStdString()) << "{\"version\":";
        QByteArray out;
        QCOMPARE(slipway({"list", "-o", "json"}, &out), 0);
        QCOMPARE(QJsonDocument::fromJson(out).array().at(0)["state"].toString(), "broken");
        QCOMPARE(slipway({"delete"}), 0);
        QCOMPARE(state(), "absent");
    }
};

QTEST_GUILESS_MAIN(InterruptedClusterTest)
#include "test_interrupted_cluster.moc"
