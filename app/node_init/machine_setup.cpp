#include "app/node_init/machine_setup.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::node_init {

namespace fs = std::filesystem;

namespace {

void mountOn(const char* target, const char* type, unsigned long flags, const char* options) {
    mkdir(target, 0755);
    if (mount(type, target, type, flags, options) != 0 && errno != EBUSY)
        std::fprintf(stderr, "slipway-node-init: %s cannot be mounted: %s\n", target, std::strerror(errno));
}

/// Runs a program and waits for it, before any service is started. `input` becomes its standard input.
void runProgram(std::initializer_list<const char*> words, const char* input = "/dev/null") {
    const pid_t child = fork();
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        dup2(open(input, O_RDONLY), STDIN_FILENO);
        setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
        char* arguments[16] = {};
        std::size_t count = 0;
        for (const char* word : words)
            if (count < 15)
                arguments[count++] = const_cast<char*>(word);
        execv(arguments[0], arguments);
        _exit(127);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        std::fprintf(stderr, "slipway-node-init: %s failed\n", *words.begin());
}

/// Names of virtio ports are only in sysfs; programs look for them under /dev/virtio-ports.
void linkVirtioPorts() {
    mkdir("/dev/virtio-ports", 0755);
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/sys/class/virtio-ports", ignored)) {
        std::string name;
        std::getline(std::ifstream(entry.path() / "name"), name);
        if (!name.empty())
            fs::create_symlink("/dev/" + entry.path().filename().string(), "/dev/virtio-ports/" + name, ignored);
    }
}

void setHostName() {
    std::string name;
    std::getline(std::ifstream("/etc/hostname"), name);
    if (!name.empty())
        sethostname(name.data(), name.size());
}

} // namespace

bool isMachine() {
    mountOn("/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, nullptr);
    std::ifstream file("/proc/cmdline");
    for (std::string word; file >> word;)
        if (word == "slipway.vm")
            return true;
    return false;
}

void setUpMachine() {
    mountOn("/sys", "sysfs", MS_NOSUID | MS_NOEXEC | MS_NODEV, nullptr);
    mountOn("/dev", "devtmpfs", MS_NOSUID, "mode=755");
    mountOn("/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "ptmxmode=0666,mode=0620,gid=5");
    mountOn("/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
    mountOn("/dev/mqueue", "mqueue", MS_NOSUID | MS_NOEXEC | MS_NODEV, nullptr);
    mountOn("/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
    mountOn("/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
    mountOn("/sys/fs/cgroup", "cgroup2", MS_NOSUID | MS_NOEXEC | MS_NODEV, nullptr);
    mountOn("/sys/fs/bpf", "bpf", 0, nullptr);
    for (const char* module :
         {"virtio_blk", "virtio_net", "virtio_console", "overlay", "br_netfilter", "veth", "nf_tables"})
        runProgram({"/sbin/modprobe", "--quiet", module});
    runProgram({"/bin/tar", "--extract", "--directory", "/", "--file", "/dev/vdb"});
    linkVirtioPorts();
    setHostName();
    runProgram({"/sbin/ip", "-batch", "-"}, "/etc/slipway/network");
    mkdir("/var/log/slipway", 0755);
}

void turnOff() {
    sync();
    mount(nullptr, "/", nullptr, MS_REMOUNT | MS_RDONLY, nullptr);
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}

} // namespace slipway::node_init
