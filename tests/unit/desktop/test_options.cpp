#include <QTemporaryFile>
#include <QTest>

#include "app/desktop/completion.h"
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
        QCOMPARE(joined(options->words), std::string("get|pods|-o|wide|--|x|--cluster|its-own|"));
        QCOMPARE(options->cluster, std::string("slipway"));
    }
    void kubectlWorksWithoutDashes() {
        const auto options = parseOptions({"kubectl", "get", "pods", "-n", "kube-system"});
        QCOMPARE(joined(options->words), std::string("get|pods|-n|kube-system|"));
    }
    void clusterStandsBeforeKubectl() {
        const auto options = parseOptions({"--cluster", "dev", "kubectl", "get", "pods"});
        QCOMPARE(options->cluster, std::string("dev"));
        QCOMPARE(joined(options->words), std::string("get|pods|"));
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
        QCOMPARE(options->words.size(), 1u);
        QCOMPARE(options->cluster, std::string("dev"));
    }
    void startTakesNodesAndWhatTheyMayUse() {
        const auto options =
            parseOptions({"start", "--nodes", "3", "--cpus", "1.5", "--memory", "2G", "--port", "8080:30080", "--port",
                          "0.0.0.0:53:30053/udp@dev-2", "--mirror", "docker.io=https://a,https://b"});
        QVERIFY2(options.has_value(), options ? "" : options.error().text.c_str());
        QCOMPARE(options->nodes, 3);
        QCOMPARE(options->resources.cpus, 1.5);
        QCOMPARE(options->resources.memoryMiB, 2048);
        QCOMPARE(options->ports.size(), 2u);
        QCOMPARE(options->ports[0].hostAddress, std::string("127.0.0.1"));
        QCOMPARE(options->ports[0].hostPort, 8080);
        QCOMPARE(options->ports[1].node, std::string("dev-2"));
        QCOMPARE(options->ports[1].protocol, std::string("udp"));
        QCOMPARE(options->registries.front().mirrors.size(), 2u);
    }
    void foldersAreMadeAbsolute() {
        const auto options = parseOptions({"start", "--folder", "/tmp/../tmp:/data:ro"});
        QVERIFY(options.has_value());
        QCOMPARE(options->folders.front().source, std::filesystem::path("/tmp"));
        QVERIFY(options->folders.front().readOnly);
    }
    void nodeCommandsTakeNames() {
        QCOMPARE(parseOptions({"node", "add"})->node, std::string());
        QCOMPARE(parseOptions({"node", "remove", "dev-2"})->node, std::string("dev-2"));
        const auto shell = parseOptions({"node", "shell", "dev-2", "--", "ls", "-l"});
        QCOMPARE(joined(shell->words), std::string("ls|-l|"));
        QCOMPARE(shell->node, std::string("dev-2"));
        const auto first = parseOptions({"node", "shell", "--cluster", "dev", "--", "sh", "-c", "exit 3"});
        QCOMPARE(joined(first->words), std::string("sh|-c|exit 3|"));
        QCOMPARE(first->node, std::string());
        QCOMPARE(first->cluster, std::string("dev"));
    }
    void snapshotsAndAddonsAreNamed() {
        const auto fork = parseOptions({"snapshot", "fork", "first", "other"});
        QVERIFY(fork->command == Command::snapshotFork);
        QCOMPARE(fork->name, std::string("first"));
        QCOMPARE(fork->target, std::string("other"));
        QVERIFY(parseOptions({"addon", "enable", "registry"})->command == Command::addonEnable);
    }
    void completionKnowsEveryCommand() {
        for (const char* shell : {"bash", "zsh", "fish"}) {
            const auto script = completionScript(shell);
            for (const char* word : {"snapshot", "restore", "nodes", "doctor"})
                QVERIFY2(script.contains(word), shell);
        }
        QCOMPARE(completionScript("csh"), std::string());
    }
    void wrongLinesAreRefused_data() {
        QTest::addColumn<QStringList>("line");
        QTest::newRow("unknown command") << QStringList{"frobnicate"};
        QTest::newRow("unknown option") << QStringList{"start", "--fast"};
        QTest::newRow("unknown driver") << QStringList{"start", "--driver", "hyper"};
        QTest::newRow("missing file") << QStringList{"image", "load", "/nonexistent.tar"};
        QTest::newRow("no image command") << QStringList{"image"};
        QTest::newRow("no port") << QStringList{"start", "--port", "80"};
        QTest::newRow("port too large") << QStringList{"start", "--port", "80:70000"};
        QTest::newRow("no such folder") << QStringList{"start", "--folder", "/nonexistent:/x"};
        QTest::newRow("relative in node") << QStringList{"start", "--folder", "/tmp:x"};
        QTest::newRow("no memory") << QStringList{"start", "--memory", "much"};
        QTest::newRow("mirror without URL") << QStringList{"start", "--mirror", "docker.io=mirror"};
        QTest::newRow("no nodes") << QStringList{"start", "--nodes", "0"};
        QTest::newRow("remove what") << QStringList{"node", "remove"};
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
