#include "cluster/agent/pod/log_reader.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

using namespace slipway::agent;

namespace {

std::string read(const std::filesystem::path& file, const LogOptions& options) {
    std::string text;
    const auto problem = readLog(file, options, [&](std::string_view piece) {
        text += piece;
        return true;
    });
    return problem ? "problem" : text;
}

} // namespace

class LogReaderTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        file_ = dir_.filePath("0.log").toStdString();
        std::ofstream(file_) << "2026-01-01T10:00:00.000000001Z stdout F one\n"
                                "2026-01-01T10:00:01.5Z stderr F two\n"
                                "damaged line\n"
                                "2026-01-01T10:00:02Z stdout P thr\n"
                                "2026-01-01T10:00:02Z stdout F ee\n"
                                "2026-01-01T10:00:03Z stdout F\n";
    }

    void lines() {
        const auto entry = parseLogLine("2026-01-01T10:00:00.5Z stderr F some text");
        QVERIFY(entry.has_value());
        QVERIFY(entry->stream == "stderr" && entry->text == "some text" && !entry->partial);
        QVERIFY(parseLogLine("2026-01-01T10:00:00Z stdout P x")->partial);
        for (const char* bad : {"", "x", "a b c d", "2026-01-01T10:00:00Z stdin F x", "2026-01-01T10:00:00Z stdout Q x",
                                "not-a-time stdout F x", " ", "  "})
            QVERIFY(!parseLogLine(bad).has_value());
    }

    void whole() { QCOMPARE(read(file_, {}), std::string("one\ntwo\nthree\n\n")); }

    void tail() {
        LogOptions options;
        options.tailLines = 1;
        QCOMPARE(read(file_, options), std::string("\n"));
        options.tailLines = 0;
        QCOMPARE(read(file_, options), std::string());
        options.tailLines = 100;
        QCOMPARE(read(file_, options), std::string("one\ntwo\nthree\n\n"));
    }

    void theLastLinesAreNoMoreThanAskedFor() {
        const std::filesystem::path growing = std::filesystem::path(file_).string() + ".growing";
        std::filesystem::copy_file(file_, growing);
        LogOptions options;
        options.tailLines = 1;
        std::string text;
        int writes = 0;
        const auto write = [&](std::string_view out) { // the container goes on writing meanwhile
            text += out;
            std::ofstream(growing, std::ios::app) << "2026-01-01T10:00:04Z stdout F later\n";
            return ++writes < 10;
        };
        QVERIFY(!readLog(growing, options, write));
        QCOMPARE(text, std::string("\n"));
    }

    void timestampsAndSince() {
        LogOptions options;
        options.timestamps = true;
        options.since = slipway::base::parseTime("2026-01-01T10:00:02Z");
        QCOMPARE(read(file_, options), std::string("2026-01-01T10:00:02Z three\n2026-01-01T10:00:03Z \n"));
    }

    void limit() {
        LogOptions options;
        options.limitBytes = 5;
        QCOMPARE(read(file_, options), std::string("one\nt"));
    }

    void missing() { QCOMPARE(read(file_ + ".nowhere", {}), std::string("problem")); }

    void following() {
        LogOptions options;
        options.follow = true;
        auto reader = LogReader::open(file_, options);
        QVERIFY(reader.has_value());
        QCOMPARE(restOf(*reader), std::string("one\ntwo\nthree\n\n"));
        add("four");
        QCOMPARE(restOf(*reader), std::string("four\n"));
    }

    void followingALogThatIsMovedAway() {
        LogOptions options;
        options.follow = true;
        options.tailLines = 0;
        auto reader = LogReader::open(file_, options);
        QVERIFY(reader.has_value());
        QCOMPARE(restOf(*reader), std::string());
        const std::string old = file_;
        file_ += ".20260101";
        std::filesystem::rename(old, file_);
        add("last of the old"); // whoever writes has not noticed yet
        file_ = old;
        QCOMPARE(restOf(*reader), std::string("last of the old\n"));
        std::ofstream(old + ".20260101", std::ios::app) << "2026-01-01T10:00:05Z stdout F one more\n";
        add("first of the new");
        QCOMPARE(restOf(*reader), std::string("one more\nfirst of the new\n"));
        add("another");
        QCOMPARE(restOf(*reader), std::string("another\n"));
    }

private:
    /// What there is until there is no more.
    static std::string restOf(LogReader& reader) {
        std::string text;
        for (auto piece = reader.next(); !piece.text.empty(); piece = reader.next())
            text += piece.text;
        return text;
    }
    void add(const std::string& line) const {
        std::ofstream(file_, std::ios::app) << "2026-01-01T10:00:04Z stdout F " << line << "\n";
    }

    QTemporaryDir dir_;
    std::string file_;
};

QTEST_GUILESS_MAIN(LogReaderTest)
#include "log_reader_test.moc"
