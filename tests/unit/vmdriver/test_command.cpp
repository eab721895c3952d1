#include <QTemporaryDir>
#include <QTest>

#include <thread>

#include "vmdriver/command.h"

using namespace slipway::vmdriver;

class CommandTest : public QObject {
    Q_OBJECT

private slots:
    void inputReachesAndOutputReturns() {
        const auto result = runCommand({"cat"}, {.input = "one\ntwo\n"});
        QVERIFY(result.has_value());
        QCOMPARE(result->output, std::string("one\ntwo\n"));
        QCOMPARE(result->exitCode, 0);
    }
    void exitCodesAndSignalsAreTold() {
        QCOMPARE(runCommand({"sh", "-c", "exit 7"})->exitCode, 7);
        QCOMPARE(runCommand({"sh", "-c", "kill -KILL $$"})->exitCode, 137);
    }
    void onlyTheEndOfLongOutputIsKept() {
        const auto result = runCommand({"sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x; echo end"});
        QVERIFY(result->output.size() <= 64 * 1024);
        QVERIFY(result->output.ends_with("end\n"));
    }
    void missingProgramIsSaid() {
        QCOMPARE(runCommand({"slipway-no-such-program"}).error().code, DriverErrc::missingTool);
    }
    void failureCarriesTheOutput() {
        const auto result = mustRun(DriverErrc::network, {"sh", "-c", "echo why >&2; exit 1"});
        QCOMPARE(result.error().code, DriverErrc::network);
        QVERIFY(result.error().message.contains("why"));
    }
    void stopEndsTheProgram() {
        std::stop_source source;
        std::jthread stopper([&] { source.request_stop(); });
        QCOMPARE(runCommand({"sleep", "100"}, {}, source.get_token()).error().code, DriverErrc::cancelled);
    }
    void failingChildSetupRunsNothing() {
        const QTemporaryDir dir;
        const std::string mark = dir.filePath("mark").toStdString();
        QCOMPARE(runCommand({"touch", mark}, {.inChild = [] { return false; }})->exitCode, 126);
        QVERIFY(!std::filesystem::exists(mark));
    }
};

QTEST_GUILESS_MAIN(CommandTest)
#include "test_command.moc"
