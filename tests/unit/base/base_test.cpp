#include "cluster/base/files.h"
#include "cluster/base/random.h"
#include "cluster/base/time.h"

#include <QtTest>
#include <sys/stat.h>

using namespace slipway;
using namespace std::chrono_literals;

class BaseTest : public QObject {
    Q_OBJECT

private slots:
    void timesAreFormatted() {
        const base::Time time = *base::parseTime("2026-01-31T12:00:00.123456789Z");
        QCOMPARE(base::formatTime(time), std::string("2026-01-31T12:00:00Z"));
        QCOMPARE(base::formatMicroTime(time), std::string("2026-01-31T12:00:00.123456Z"));
        QCOMPARE(base::formatNanoTime(time), std::string("2026-01-31T12:00:00.123456789Z"));
        QVERIFY(base::parseTime(base::nowRfc3339()));
    }

    void timesAreRead_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected"); // empty: not a time
        QTest::newRow("utc") << "1970-01-01T00:00:00Z" << "1970-01-01T00:00:00Z";
        QTest::newRow("east") << "2026-01-01T01:30:00+02:00" << "2025-12-31T23:30:00Z";
        QTest::newRow("west") << "2026-01-01T23:30:00-01:00" << "2026-01-02T00:30:00Z";
        QTest::newRow("before 1970") << "1960-02-29T10:00:00Z" << "1960-02-29T10:00:00Z";
        QTest::newRow("beyond the clock's range") << "9999-12-31T23:59:59Z" << "2262-04-11T23:47:16Z";
        QTest::newRow("empty") << "" << "";
        QTest::newRow("no zone") << "2026-01-01T00:00:00" << "";
        QTest::newRow("no such day") << "2026-02-30T00:00:00Z" << "";
        QTest::newRow("no such hour") << "2026-02-01T25:00:00Z" << "";
        QTest::newRow("no fraction") << "2026-02-01T25:00:00.Z" << "";
        QTest::newRow("trailing") << "2026-02-01T05:00:00Zx" << "";
        QTest::newRow("words") << "the day before yesterday" << "";
    }
    void timesAreRead() {
        QFETCH(QString, text);
        const auto time = base::parseTime(text.toStdString());
        QTEST(QString::fromStdString(time ? base::formatTime(*time) : ""), "expected");
    }

    void durationsReadLikeKubectls_data() {
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<QString>("expected");
        const std::pair<qint64, const char*> cases[] = {{-5, "0s"},
                                                        {119, "119s"},
                                                        {120, "2m"},
                                                        {252, "4m12s"},
                                                        {600, "10m"},
                                                        {3 * 3600 - 1, "179m"},
                                                        {3 * 3600 + 300, "3h5m"},
                                                        {8 * 3600, "8h"},
                                                        {47 * 3600, "47h"},
                                                        {49 * 3600, "2d1h"},
                                                        {8 * 86400, "8d"},
                                                        {400 * 86400, "400d"},
                                                        {731 * 86400, "2y1d"},
                                                        {3000LL * 86400, "8y"}};
        for (const auto& [seconds, expected] : cases)
            QTest::newRow(expected) << seconds << expected;
    }
    void durationsReadLikeKubectls() {
        QFETCH(qint64, seconds);
        QTEST(QString::fromStdString(base::humanDuration(std::chrono::seconds(seconds))), "expected");
    }

    void aFileIsReplacedWhole() {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("file").toStdString();
        QVERIFY(base::writeFileAtomically(path, "first", 0644));
        QVERIFY(base::writeFileAtomically(path, std::string("sec\0nd", 6)));
        QCOMPARE(*base::readFile(path), std::string("sec\0nd", 6));
        struct stat status;
        QCOMPARE(::stat(path.c_str(), &status), 0);
        QCOMPARE(status.st_mode & 0777, 0600U);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden), QStringList{"file"});
    }

    void aWriteThatFailsLeavesTheOldFile() {
        const QTemporaryDir folder;
        const auto failed = base::writeFileAtomically(folder.filePath("none/file").toStdString(), "x");
        QVERIFY(!failed);
        QCOMPARE(failed.error().code, ENOENT);
        const std::string target = folder.filePath("taken").toStdString();
        QVERIFY(QDir(folder.path()).mkpath("taken/full"));
        QVERIFY(!base::writeFileAtomically(target, "x"));
        QVERIFY(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).isEmpty());
        QCOMPARE(base::readFile(folder.filePath("none").toStdString()).error().code, ENOENT);
    }

    void randomValuesHaveTheirShape() {
        const std::string uuid = base::newUuid();
        QVERIFY(QRegularExpression("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
                    .match(QString::fromStdString(uuid))
                    .hasMatch());
        QVERIFY(uuid != base::newUuid());
        QVERIFY(QRegularExpression("^[bcdfghjklmnpqrstvwxz2456789]{5}$")
                    .match(QString::fromStdString(base::randomSuffix()))
                    .hasMatch());
        QCOMPARE(base::randomBytes(33).size(), std::size_t(33));
    }
};

QTEST_GUILESS_MAIN(BaseTest)
#include "base_test.moc"
