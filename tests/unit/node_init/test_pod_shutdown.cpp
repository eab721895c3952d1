#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>
#include <map>

#include "app/node_init/pod_shutdown.h"

using namespace slipway::node_init;
namespace fs = std::filesystem;

class PodShutdownTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir dir_;
    fs::path proc() const { return dir_.path().toStdString(); }

    void process(int pid, const std::string& name, int parent, const std::string& namespaces,
                 const std::string& caught = "0000000000000000", char state = 'S') const {
        const fs::path folder = proc() / std::to_string(pid);
        fs::create_directories(folder);
        std::ofstream(folder / "stat") << pid << " (" << name << ") " << state << " " << parent << " 1 1 0\n";
        std::ofstream(folder / "status") << "Name:\t" << name << "\nNSpid:\t" << namespaces
                                         << "\nSigBlk:\t0000000000000000\nSigCgt:\t" << caught << "\n";
    }

private slots:
    void findsWhatShimsRun() {
        fs::create_directories(proc() / "self");
        process(10, "containerd", 1, "10");
        process(20, "containerd-shim", 1, "20");
        process(21, "pause", 20, "21\t1");
        process(22, "nginx) (x", 20, "22\t1", "0000000000004000"); // catches SIGTERM
        process(23, "sleep", 20, "23\t1");
        process(24, "worker", 22, "24\t2");
        process(25, "hostpid", 20, "25");
        process(26, "gone", 20, "26\t1", "0000000000000000", 'Z');
        std::map<int, bool> found;
        for (const auto& one : containerProcesses(proc()))
            found[one.pid] = one.hearsTerm;
        const std::map<int, bool> expected{{22, true}, {23, false}, {25, true}};
        QCOMPARE(found, expected);
    }
};

QTEST_GUILESS_MAIN(PodShutdownTest)
#include "test_pod_shutdown.moc"
