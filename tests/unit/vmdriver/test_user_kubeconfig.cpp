#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <sys/stat.h>

#include "cluster/base/files.h"
#include "vmdriver/user_kubeconfig.h"

using namespace slipway::vmdriver;

namespace {

const std::string admin = R"(apiVersion: v1
kind: Config
clusters:
- name: slipway
  cluster:
    server: https://172.30.0.2:6443
    certificate-authority-data: Q0E=
users:
- name: admin
  user:
    client-certificate-data: Q0VSVA==
    client-key-data: S0VZ
contexts:
- name: admin@slipway
  context:
    cluster: slipway
    user: admin
current-context: admin@slipway
)";

const std::string work = R"(apiVersion: v1
kind: Config
preferences:
  colors: true
clusters:
- name: work
  cluster:
    server: https://work.example:6443
users:
- name: me
  user:
    exec:
      command: login
contexts:
- name: work
  context:
    cluster: work
    user: me
    namespace: team
current-context: work
extensions:
- name: kept
)";

} // namespace

class UserKubeconfigTest : public QObject {
    Q_OBJECT

private slots:
    void mergeIntoNothingMakesAWholeKubeconfig() {
        std::string previous;
        const auto merged = mergedKubeconfig("", admin, "slipway", previous);
        QVERIFY(merged.has_value());
        QVERIFY(merged->contains("current-context: slipway"));
        QVERIFY(merged->contains("server: https://172.30.0.2:6443"));
        QVERIFY(merged->contains("kind: Config"));
        QVERIFY(previous.empty());
    }

    void mergeKeepsEverythingElse() {
        std::string previous;
        const auto merged = mergedKubeconfig(work, admin, "slipway", previous);
        QVERIFY(merged.has_value());
        for (const char* kept :
             {"colors: true", "https://work.example:6443", "command: login", "namespace: team", "name: kept"})
            QVERIFY2(merged->contains(kept), kept);
        QCOMPARE(previous, std::string("work"));
    }

    void mergingTwiceChangesNothingMore() {
        std::string previous;
        const auto once = mergedKubeconfig(work, admin, "slipway", previous);
        const auto twice = mergedKubeconfig(*once, admin, "slipway", previous);
        QCOMPARE(*twice, *once);
        QCOMPARE(previous, std::string("work"));
    }

    void removeRestoresThePreviousContext() {
        std::string previous;
        const auto merged = mergedKubeconfig(work, admin, "slipway", previous);
        const auto rest = kubeconfigWithout(*merged, "slipway", previous);
        QVERIFY(rest.has_value());
        QVERIFY(rest->contains("current-context: work"));
        QVERIFY(!rest->contains("172.30.0.2"));
        QVERIFY(!rest->contains("S0VZ"));
    }

    void removeLeavesAContextTheUserChose() {
        std::string previous;
        const auto merged = mergedKubeconfig(work, admin, "slipway-b", previous);
        const auto rest = kubeconfigWithout(*merged, "slipway-c", "work");
        QVERIFY(rest->contains("current-context: slipway-b"));
    }

    void brokenKubeconfigIsRefusedAndUntouched() {
        const QTemporaryDir dir;
        const std::filesystem::path file = dir.filePath("config").toStdString(),
                                    source = dir.filePath("admin").toStdString();
        std::ofstream(file) << "clusters: [unclosed";
        std::ofstream(source) << admin;
        std::string previous;
        QCOMPARE(mergeIntoUserKubeconfig(file, source, "slipway", previous).error().code, DriverErrc::kubeconfig);
        QCOMPARE(*slipway::base::readFile(file), std::string("clusters: [unclosed"));
    }

    void fileIsPrivateAndFoldersAreMade() {
        const QTemporaryDir dir;
        const std::filesystem::path file = dir.filePath("new/.kube/config").toStdString(),
                                    source = dir.filePath("admin").toStdString();
        std::ofstream(source) << admin;
        std::string previous;
        QVERIFY(mergeIntoUserKubeconfig(file, source, "slipway", previous).has_value());
        struct stat made{};
        QCOMPARE(stat(file.c_str(), &made), 0);
        QCOMPARE(made.st_mode & 0777, 0600u);
    }

    void symbolicLinkStaysALink() {
        const QTemporaryDir dir;
        const std::filesystem::path real = dir.filePath("real").toStdString(),
                                    link = dir.filePath("config").toStdString(),
                                    source = dir.filePath("admin").toStdString();
        std::ofstream(real) << work;
        std::ofstream(source) << admin;
        std::filesystem::create_symlink(real, link);
        std::string previous;
        QVERIFY(mergeIntoUserKubeconfig(link, source, "slipway", previous).has_value());
        QVERIFY(std::filesystem::is_symlink(link));
        QVERIFY(slipway::base::readFile(real)->contains("current-context: slipway"));
    }
};

QTEST_GUILESS_MAIN(UserKubeconfigTest)
#include "test_user_kubeconfig.moc"
