// A real node sandbox: made, seen by another program, killed, started again, stopped, and gone without a trace.

#include <QTemporaryDir>
#include <QTest>

#include <arpa/inet.h>
#include <csignal>
#include <fstream>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/base/files.h"
#include "vmdriver/cluster_lifecycle.h"
#include "vmdriver/command.h"
#include "vmdriver/native/native_driver.h"
#include "vmdriver/native/node_network.h"
#include "vmdriver/profile.h"

using namespace slipway::vmdriver;
namespace fs = std::filesystem;

class NativeNodeTest : public QObject {
    Q_OBJECT

private:
    const std::string cluster_ = "node-test";
    std::unique_ptr<QTemporaryDir> run_;
    std::unique_ptr<QTemporaryDir> state_;
    LifecyclePaths paths_;

    /// The node alone: whatever its services do, the API is not waited for.
    static StartOptions bare() { return {.mergeContext = false, .waitReady = false}; }

    NodeStatus node() const { return ClusterLifecycle(paths_).status(cluster_)->nodes.front(); }

    int inside(const std::vector<std::string>& command) const {
        const auto profile = ProfileStore(paths_.stateDir).load(cluster_);
        const auto driver = makeNativeDriver({paths_.stateDir, paths_.runDir, paths_.nodeImage});
        return driver->run(*profile, profile->nodes.front(), command).value_or(-1);
    }

    std::vector<std::string> traces() const {
        std::vector<std::string> found;
        const HostNames names(stateFolderId(paths_.stateDir), cluster_);
        const std::string id = names.sandbox(cluster_ + "-1");
        for (const auto& interface : {names.link(cluster_ + "-1"), names.bridge()})
            if (fs::exists("/sys/class/net/" + interface))
                found.push_back("interface " + interface);
        for (const auto& hierarchy : fs::directory_iterator("/sys/fs/cgroup"))
            if (fs::exists(hierarchy.path() / "slipway" / id))
                found.push_back(hierarchy.path().string());
        if (runCommand({"nft", "list", "tables"})->output.contains(names.table()))
            found.push_back("nft table");
        if (slipway::base::readFile("/proc/self/mountinfo")->contains(paths_.runDir.string()))
            found.push_back("mount");
        for (const auto& entry : fs::recursive_directory_iterator(paths_.runDir))
            if (entry.path().string().contains(id))
                found.push_back(entry.path().string());
        return found;
    }

    /// Whether a host answers at all, be it that nothing listens on the port.
    static bool answers(const std::string& address) {
        const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval patience{.tv_sec = 3};
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(9)};
        inet_pton(AF_INET, address.c_str(), &to.sin_addr);
        const bool reached =
            ::connect(connection, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 || errno == ECONNREFUSED;
        close(connection);
        return reached;
    }

private slots:
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        run_ = std::make_unique<QTemporaryDir>("/run/slipway-test-XXXXXX");
        state_ = std::make_unique<QTemporaryDir>("/var/lib/slipway/test-XXXXXX");
        paths_ = LifecyclePaths::fromEnvironment();
        paths_.runDir = run_->path().toStdString();
        paths_.stateDir = state_->path().toStdString();
        paths_.userKubeconfig = paths_.stateDir / "kubeconfig";
        QVERIFY2(fs::exists(paths_.nodeImage / "complete"), "build the target node-image first");
    }

    void cleanupTestCase() {
        if (run_)
            (void)ClusterLifecycle(paths_).remove(cluster_);
    }

    void startsAndRunsContainers() {
        const auto started = ClusterLifecycle(paths_).start(cluster_, bare());
        QVERIFY2(started.has_value(), started ? "" : started.error().message.c_str());
        QCOMPARE(started->state, ClusterState::running);
        QTRY_COMPARE_WITH_TIMEOUT(inside({"/usr/bin/ctr", "version"}), 0, 30000);
        QCOMPARE(inside({"/bin/sh", "-c", "ctr -n k8s.io images ls -q | grep -qx docker.io/slipway/pause:1"}), 0);
        QCOMPARE(inside({"/bin/sh", "-c", "[ \"$(hostname)\" = node-test-1 ] && [ -e /sys/class/net/eth0 ]"}), 0);
        // A container inside the node: runc in runc, with nested control groups.
        QCOMPARE(inside({"/bin/sh", "-c",
                         "ctr -n k8s.io run -d docker.io/slipway/hello:1 nested && "
                         "ctr -n k8s.io tasks ls | grep -q 'nested.*RUNNING'"}),
                 0);
    }

    void outlivesTheProgramThatStartedIt() {
        const NodeStatus status = node(); // a new lifecycle object knows only the disk and the kernel
        QCOMPARE(status.state, NodeState::running);
        QVERIFY(status.pid > 0);
        QVERIFY(ClusterLifecycle(paths_).start(cluster_, bare()).has_value());
        QCOMPARE(node().pid, status.pid);
    }

    void aRefusedStartLeavesItRunning() {
        const NodeStatus before = node();
        StartOptions options = bare();
        options.controlPlanes = 3; // it was made with one
        QCOMPARE(ClusterLifecycle(paths_).start(cluster_, options).error().code, DriverErrc::badProfile);
        QCOMPARE(node().state, NodeState::running);
        QCOMPARE(node().pid, before.pid);
    }

    void commandsInsideGiveTheirExitCode() { QCOMPARE(inside({"/bin/sh", "-c", "exit 9"}), 9); }

    void aDiedServiceIsStartedAgain() {
        QCOMPARE(inside({"/bin/sh", "-c", "pkill -KILL -x containerd"}), 0);
        QTRY_COMPARE_WITH_TIMEOUT(inside({"/usr/bin/ctr", "version"}), 0, 30000);
    }

    void aDiedNodeIsToldAndStartsAgain() {
        kill(node().pid, SIGKILL);
        QTRY_COMPARE(node().state, NodeState::died);
        QCOMPARE(ClusterLifecycle(paths_).status(cluster_)->state, ClusterState::broken);
        QVERIFY(ClusterLifecycle(paths_).start(cluster_, bare()).has_value());
        QCOMPARE(node().state, NodeState::running);
    }

    void theSameNameInAnotherStateFolderIsAnotherCluster() {
        const QTemporaryDir run("/run/slipway-test-XXXXXX"), state("/var/lib/slipway/test-XXXXXX");
        LifecyclePaths others = paths_;
        others.runDir = run.path().toStdString();
        others.stateDir = state.path().toStdString();
        others.userKubeconfig = others.stateDir / "kubeconfig";
        const auto started = ClusterLifecycle(others).start(cluster_, bare());
        QVERIFY2(started.has_value(), started ? "" : started.error().message.c_str());
        const NodeStatus other = ClusterLifecycle(others).status(cluster_)->nodes.front();
        QVERIFY(other.pid != node().pid && other.address != node().address);
        QVERIFY2(answers(other.address), "the host does not reach the second cluster's node");
        QVERIFY(ClusterLifecycle(others).remove(cluster_).has_value());
        QCOMPARE(node().state, NodeState::running);
        QCOMPARE(inside({"/bin/sh", "-c", "exit 0"}), 0);
    }

    void stopKeepsTheState() {
        QCOMPARE(inside({"/bin/sh", "-c", "echo kept >/var/lib/slipway/mark; echo kept >/etc/mark"}), 0);
        QVERIFY(ClusterLifecycle(paths_).stop(cluster_).has_value());
        QCOMPARE(ClusterLifecycle(paths_).status(cluster_)->state, ClusterState::stopped);
        QCOMPARE(traces(), std::vector<std::string>{});
        QVERIFY(ClusterLifecycle(paths_).stop(cluster_).has_value());
        QVERIFY(ClusterLifecycle(paths_).start(cluster_, bare()).has_value());
        QCOMPARE(inside({"/bin/sh", "-c", "grep -q kept /var/lib/slipway/mark /etc/mark"}), 0);
    }

    void cancelledStartLeavesNothing() {
        std::stop_source source;
        const auto cancelAtNode = [&](const Progress& progress) {
            if (progress.step == Step::createNode)
                source.request_stop();
        };
        QVERIFY(ClusterLifecycle(paths_).stop(cluster_).has_value());
        const auto result = ClusterLifecycle(paths_).start(cluster_, bare(), cancelAtNode, source.get_token());
        QCOMPARE(result.error().code, DriverErrc::cancelled);
        QCOMPARE(ClusterLifecycle(paths_).status(cluster_)->state, ClusterState::stopped);
        QCOMPARE(traces(), std::vector<std::string>{});
        QVERIFY(ClusterLifecycle(paths_).start(cluster_, bare()).has_value());
    }

    void deleteLeavesNothing() {
        QVERIFY(ClusterLifecycle(paths_).remove(cluster_).has_value());
        QCOMPARE(traces(), std::vector<std::string>{});
        QVERIFY(!fs::exists(paths_.stateDir / "clusters" / cluster_));
        QCOMPARE(ClusterLifecycle(paths_).status(cluster_)->state, ClusterState::absent);
        QCOMPARE(ClusterLifecycle(paths_).stop(cluster_).error().code, DriverErrc::notFound);
    }
};

QTEST_GUILESS_MAIN(NativeNodeTest)
#include "test_native_node.moc"
