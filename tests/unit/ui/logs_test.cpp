// Log lines, their bounds, exec's end, and the palette's matching.
#include "ui/logs/log_stream.h"
#include "ui/shell/command_palette.h"
#include "ui/terminal/exec_session.h"

#include <QTest>

using namespace slipway::ui;

class LogsTest : public QObject {
    Q_OBJECT
private slots:
    void piecesBecomeLines() {
        LogSplitter splitter(2);
        QVERIFY(splitter.add("2026-01-31T12:00:00.000000000Z he").empty());
        const auto lines = splitter.add("llo\r\nplain\n\xe4\xbd");
        QCOMPARE(lines.size(), std::size_t(2));
        QCOMPARE(lines[0].source, 2);
        QCOMPARE(lines[0].timestamp, QStringLiteral("2026-01-31T12:00:00.000000000Z"));
        QCOMPARE(lines[0].text, QStringLiteral("hello"));
        QCOMPARE(lines[1].text, QStringLiteral("plain"));
        QCOMPARE(splitter.add("\xa0\n").front().text, QStringLiteral("你")); // a character cut in two
        QVERIFY(splitter.add("rest").empty());
        QCOMPARE(splitter.finish().front().text, QStringLiteral("rest"));
    }

    void aLineWithoutEndDoesNotGrowForEver() {
        LogSplitter splitter(0);
        QCOMPARE(splitter.add(std::string((1u << 20) + 1, 'x')).size(), std::size_t(1));
    }

    void bufferKeepsTheNewest() {
        LogBuffer buffer(3, 1 << 20);
        for (int i = 0; i < 5; ++i)
            buffer.add({{0, {}, QString::number(i)}});
        QCOMPARE(buffer.lines().size(), std::size_t(3));
        QCOMPARE(buffer.lines().front().text, QStringLiteral("2"));
        QCOMPARE(buffer.dropped(), std::size_t(2));
        LogBuffer small(100, 1000);
        for (int i = 0; i < 10; ++i)
            small.add({{0, {}, QString(200, QLatin1Char('x'))}});
        QVERIFY(small.lines().size() <= 2);
    }

    void coloursAreRemoved() {
        QCOMPARE(withoutEscapes(QStringLiteral("\x1b[31mred\x1b[0m \x1b]0;title\x07text")), QStringLiteral("red text"));
    }

    void requestsNameContainerAndRange() {
        const LogSource source{"ns", "pod", "c"};
        QCOMPARE(
            logTarget(source, {}, true),
            std::string("/api/v1/namespaces/ns/pods/pod/log?container=c&timestamps=true&follow=true&tailLines=500"));
        QCOMPARE(
            logTarget(source, {.tailLines = -1, .sinceSeconds = 60}, true),
            std::string("/api/v1/namespaces/ns/pods/pod/log?container=c&timestamps=true&follow=true&sinceSeconds=60"));
        QVERIFY(logTarget(source, {.previous = true}, true).contains("previous=true"));
        QVERIFY(!logTarget(source, {.previous = true}, true).contains("follow"));
    }

    void execEndsWithItsExitCode() {
        QCOMPARE(readExecStatus(R"({"status":"Success"})").exitCode, 0);
        const auto failed = readExecStatus(
            R"({"status":"Failure","reason":"NonZeroExitCode","message":"command terminated","details":{"causes":[{"reason":"ExitCode","message":"130"}]}})");
        QCOMPARE(failed.exitCode, 130);
        QVERIFY(!readExecStatus(R"({"status":"Failure","message":"no such container"})").exitCode);
    }

    void execTargetEncodesTheCommand() {
        QVERIFY(execTarget("ns", "p", "c", {"sh", "-c", "a b"})
                    .ends_with("&container=c&command=sh&command=-c&command=a%20b"));
    }

    void paletteFindsWords() {
        QVERIFY(matchScore("pods", "Go to Pods") > 0);
        QVERIFY(matchScore("go pod", "Go to Pods") > matchScore("o", "Go to Pods"));
        QCOMPARE(matchScore("nodes", "Go to Pods"), -1);
        QCOMPARE(matchScore("", "anything"), 0);
    }
};

QTEST_GUILESS_MAIN(LogsTest)
#include "logs_test.moc"
