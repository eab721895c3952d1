#include "tests/support/test_daemons.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QLocalSocket>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QThread>

namespace slipway::tests {

namespace {

constexpr int patience = 60000;

bool answers(const QString& socket) {
    QLocalSocket probe;
    probe.connectToServer(socket);
    return probe.waitForConnected(200);
}

class Dockerd final : public TestDaemon {
public:
    explicit Dockerd(const QString& folder) {
        QDir().mkpath(folder);
        const QString socket = folder + "/docker.sock";
        variable_ = "DOCKER_HOST=unix://" + socket;
        run("dockerd",
            {"--data-root", folder + "/data", "--exec-root", folder + "/exec", "--pidfile", folder + "/pid", "--host",
             "unix://" + socket, "--bridge", "none"},
            socket);
    }
};

class Libvirtd final : public TestDaemon {
public:
    explicit Libvirtd(const QString& folder) {
        QDir().mkpath(folder);
        QFile settings(folder + "/libvirtd.conf");
        if (settings.open(QIODevice::WriteOnly))
            settings.write(QString("unix_sock_dir = \"%1\"\nunix_sock_rw_perms = \"0700\"\nauth_unix_rw = \"none\"\n"
                                   "auth_unix_ro = \"none\"\n")
                               .arg(folder)
                               .toUtf8());
        settings.close();
        QFile machines(folder + "/qemu.conf");
        if (machines.open(QIODevice::WriteOnly))
            machines.write("user = \"root\"\ngroup = \"root\"\nsecurity_driver = \"none\"\ncgroup_controllers = []\n"
                           "namespaces = []\nremember_owner = 0\nstdio_handler = \"file\"\n");
        machines.close();
        const QString socket = folder + "/libvirt-sock";
        variable_ = "LIBVIRT_DEFAULT_URI=qemu:///system?socket=" + socket;
        const QString script =
            QString("mount --bind /dev/null /dev/kvm 2>/dev/null; mount -t tmpfs tmpfs /run/libvirt "
                    "2>/dev/null; mkdir -p /var/lib/libvirt/dnsmasq; mount --bind %1/qemu.conf /etc/libvirt/qemu.conf; "
                    "libvirtd -f %1/libvirtd.conf -p %1/pid & wait")
                .arg(folder);
        // The shell is process 1 there and takes the children libvirt leaves to it, at once on any machine.
        run("unshare",
            {"--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c",
             script},
            socket);
    }
};

} // namespace

TestDaemon::~TestDaemon() {
    if (process_.state() == QProcess::NotRunning)
        return;
    process_.terminate();
    if (!process_.waitForFinished(patience)) {
        process_.kill();
        process_.waitForFinished();
    }
}

void TestDaemon::run(const QString& program, const QStringList& arguments, const QString& socket) {
    if (QStandardPaths::findExecutable(program == "unshare" ? "libvirtd" : program).isEmpty()) {
        problem_ = program + " is not installed";
        return;
    }
    process_.setProcessChannelMode(QProcess::MergedChannels);
    process_.setStandardOutputFile(QString(socket).replace(QRegularExpression("[^/]*$"), "log"));
    process_.start(program, arguments);
    QElapsedTimer timer;
    timer.start();
    while (!answers(socket)) {
        if (process_.waitForFinished(100) || timer.elapsed() > patience) {
            problem_ = program + " does not run here";
            return;
        }
    }
}

std::unique_ptr<TestDaemon> startDockerd(const QString& folder) {
    return std::make_unique<Dockerd>(folder);
}

std::unique_ptr<TestDaemon> startLibvirtd(const QString& folder) {
    return std::make_unique<Libvirtd>(folder);
}

} // namespace slipway::tests
