#include <QTemporaryFile>
#include <QTest>

#include "app/desktop/options.h"

using namespace slipway::desktop;

namespace {

/// One string, since Qt Test prints those.
std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words)
        text += word + '|';
    return text;
}

} // namespace

class OptionsTest : public QObject {
    Q_OBJECT

private slots:
    void nothingMeansTheWindow() {
        const auto options = parseOptions({});
        QVERIFY(options->command == Command::window);
        QCOMPARE(options->cluster, std::string("slipway"));
    }
    void clusterStandsBeforeOrAfter() {
        QCOMPARE(parseOptions({"--cluster", "dev", "status"})->cluster, std::string("dev"));
        QCOMPARE(parseOptions({"status", "--cluster", "dev"})->cluster, std::string("dev"));
        QCOMPARE(parseOptions({"kubectl", "--cluster", "dev", "--", "get", "pods"})->cluster, std::string("dev"));
    }
    void kubectlGetsEverythingAfterTheDashes() {
        const auto options =
            parseOptions({"kubectl", "--", "get", "pods", "-o", "wide", "--", "x", "--cluster", "its-own"});
        QVERIFY(options->command == Command::kubectl);
        QCOMPARE(joined(options->kubectlArguments), std::string("get|pods|-o|wide|--|x|--cluster|its-own|"));
        QCOMPARE(options->cluster, std::string("slipway"));
    }
    void kubectlWorksWithoutDashes() {
        const auto options = parseOptions({"kubectl", "get", "pods", "-n", "kube-system"});
        QCOMPARE(joined(options->kubectlArguments), std::string("get|pods|-n|kube-system|"));
    }
    void clusterStandsBeforeKubectl() {
        const auto options = parseOptions({"--cluster", "dev", "kubectl", "get", "pods"});
        QCOMPARE(options->cluster, std::string("dev"));
        QCOMPARE(joined(options->kubectlArguments), std::string("get|pods|"));
    }
    void jsonOutputIsAsked() {
        QVERIFY(parseOptions({"status", "-o", "json"})->json);
        QVERIFY(!parseOptions({"status"})->json);
        QVERIFY(parseOptions({"list", "-o", "json"})->json);
    }
    void startTakesSample() {
        const auto options = parseOptions({"start", "--sample", "--driver", "native"});
        QVERIFY(options->command == Command::start && options->sample);
    }
    void imageLoadTakesFiles() {
        QTemporaryFile file;
        QVERIFY(file.open());
        const auto options = parseOptions({"image", "load", file.fileName().toStdString(), "--cluster", "dev"});
        QVERIFY(options->command == Command::imageLoad);
        QCOMPARE(options->archives.size(), 1u);
        QCOMPARE(options->cluster, std::string("dev"));
    }
    void wrongLinesAreRefused_data() {
        QTest::addColumn<QStringList>("line");
        QTest::newRow("unknown command") << QStringList{"frobnicate"};
        QTest::newRow("unknown option") << QStringList{"start", "--fast"};
        QTest::newRow("unknown driver") << QStringList{"start", "--driver", "hyper"};
        QTest::newRow("missing file") << QStringList{"image", "load", "/nonexistent.tar"};
        QTest::newRow("no image command") << QStringList{"image"};
        QTest::newRow("bad format") << QStringList{"status", "-o", "xml"};
    }
    void wrongLinesAreRefused() {
        QFETCH(QStringList, line);
        std::vector<std::string> arguments;
        for (const auto& word : line)
            arguments.push_back(word.toStdString());
        const auto options = parseOptions(arguments);
        QVERIFY(!options.has_value());
        QCOMPARE(options.error().exitCode, 2);
        QVERIFY(!options.error().text.empty());
    }
    void helpIsNotAnError() {
        const auto options = parseOptions({"--help"});
        QCOMPARE(options.error().exitCode, 0);
        QVERIFY(options.error().text.contains("kubectl"));
    }
};

QTEST_GUILESS_MAIN(OptionsTest)
#include "test_options.moc"
