#include "vmdriver/native/sandbox.h"

#include <csignal>
#include <fstream>
#include <poll.h>
#include <sched.h>
#include <sstream>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cluster/base/files.h"
#include "vmdriver/native/cgroup_tree.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

/// Field 22 of /proc/PID/stat: with the pid it names a process for good. Empty when there is no such process, or when
/// it is only waiting to be reaped.
std::string startTimeOf(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    const auto nameEnd = text.rfind(')');
    if (nameEnd == std::string::npos)
        return {};
    std::istringstream fields(text.substr(nameEnd + 1));
    std::string field, state;
    fields >> state;
    for (int number = 4; number <= 22; ++number)
        fields >> field;
    return state == "Z" || state == "X" ? std::string() : field;
}

Result<void> makeDirectories(std::initializer_list<fs::path> paths) {
    for (const auto& path : paths) {
        std::error_code error;
        fs::create_directories(path, error);
        if (error)
            return failure(DriverErrc::io, path.string() + ": " + error.message());
    }
    return {};
}

std::string overlayOptions(const SandboxLayout& layout) {
    std::string options = "lowerdir=";
    for (const auto& lower : layout.lowers)
        options += (options.back() == '=' ? "" : ":") + lower.string();
    return options + ",upperdir=" + layout.upper.string() + ",workdir=" + layout.work.string();
}

/// Waits until a process is gone; false when it outlived `patience`.
bool awaitEnd(int pid, std::chrono::milliseconds patience) {
    const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (handle < 0)
        return errno == ESRCH;
    pollfd waiting{handle, POLLIN, 0};
    const bool ended = poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
    close(handle);
    return ended;
}

} // namespace

std::vector<std::string> Sandbox::runc(std::initializer_list<std::string> words) const {
    std::vector<std::string> argv{"runc", "--root", layout_.runcState().string()};
    argv.insert(argv.end(), words);
    return argv;
}

Result<int> Sandbox::create(SandboxSpec spec, const HostAbilities& host, std::stop_token stop) {
    const fs::path rootfs = layout_.bundle() / "rootfs";
    if (auto made = makeDirectories({rootfs, layout_.runcState(), layout_.pidFile().parent_path(), layout_.upper,
                                     layout_.work, layout_.log.parent_path()});
        !made)
        return std::unexpected(made.error());
    spec.rootfs = rootfs;
    std::ofstream(layout_.bundle() / "config.json") << ociConfig(spec, host);

    const std::string options = overlayOptions(layout_);
    const auto mountRoot = [&] {
        return unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("overlay", rootfs.c_str(), "overlay", 0, options.c_str()) == 0;
    };
    const fs::path runcPid = layout_.bundle() / "pid", runcLog = layout_.bundle() / "runc.log";
    auto argv = runc({"--log", runcLog.string(), "create", "--bundle", layout_.bundle().string(), "--pid-file",
                      runcPid.string(), layout_.id});
    const auto created = runCommand(argv, {.outputFile = layout_.log, .inChild = mountRoot}, stop);
    if (!created)
        return std::unexpected(created.error());
    if (created->exitCode == 126)
        return failure(DriverErrc::sandbox,
                       "the node's root file system could not be mounted (overlay: " + options + ")");
    const auto pidText = base::readFile(runcPid);
    if (created->exitCode != 0 || !pidText)
        return failure(DriverErrc::sandbox,
                       "runc could not make the sandbox: " + base::readFile(runcLog).value_or("no reason given"));
    return std::stoi(*pidText);
}

Result<void> Sandbox::start(int pid, std::stop_token stop) {
    if (auto started = mustRun(DriverErrc::sandbox, runc({"start", layout_.id}), {}, stop); !started)
        return started;
    // Only now: one that was left between these steps counts as dead, and is made anew.
    std::ofstream(layout_.pidFile()) << pid << ' ' << startTimeOf(pid) << '\n';
    return {};
}

int Sandbox::livePid() const {
    std::ifstream file(layout_.pidFile());
    int pid = 0;
    std::string startTime;
    file >> pid >> startTime;
    return file && pid > 0 && startTimeOf(pid) == startTime ? pid : 0;
}

Result<void> Sandbox::end(std::chrono::seconds patience) {
    if (const int pid = livePid()) {
        if (paused())
            (void)resume(); // a frozen process hears no signal
        // A first process that has not set up its signals yet loses SIGTERM, so it is said again.
        const auto deadline = std::chrono::steady_clock::now() + patience;
        bool ended = false;
        while (!ended && std::chrono::steady_clock::now() < deadline) {
            kill(pid, SIGTERM);
            ended = awaitEnd(pid, std::chrono::milliseconds(100));
        }
        if (!ended) {
            kill(pid, SIGKILL);
            awaitEnd(pid, std::chrono::seconds(10));
        }
    }
    std::error_code ignored;
    if (fs::exists(layout_.runcState() / layout_.id, ignored))
        (void)runCommand(runc({"delete", "--force", layout_.id}));
    fs::remove_all(layout_.bundle(), ignored);
    fs::remove(layout_.pidFile(), ignored);
    if (!removeCgroups("/slipway/" + layout_.id))
        return failure(DriverErrc::sandbox, "processes of node " + layout_.id + " are still in its control groups");
    return {};
}

Result<void> Sandbox::pause() const {
    return mustRun(DriverErrc::sandbox, runc({"pause", layout_.id}));
}

Result<void> Sandbox::resume() const {
    return mustRun(DriverErrc::sandbox, runc({"resume", layout_.id}));
}

bool Sandbox::paused() const {
    const std::string group = "slipway/" + layout_.id;
    const auto v1 = base::readFile("/sys/fs/cgroup/freezer/" + group + "/freezer.state");
    const auto v2 = base::readFile("/sys/fs/cgroup/" + group + "/cgroup.freeze");
    return (v1 && v1->starts_with("FR")) || (v2 && v2->starts_with('1')); // FROZEN or FREEZING
}

Result<void> Sandbox::limit(const SandboxLimits& limits) const {
    constexpr std::int64_t period = 100'000; // microseconds
    const auto quota = limits.cpus > 0 ? static_cast<std::int64_t>(limits.cpus * period) : -1;
    const auto memory = limits.memoryBytes > 0 ? limits.memoryBytes : -1;
    return mustRun(DriverErrc::sandbox, runc({"update", "--cpu-quota", std::to_string(quota), "--cpu-period",
                                              std::to_string(period), "--memory", std::to_string(memory), layout_.id}));
}

Result<int> Sandbox::run(const std::vector<std::string>& command, const RunStreams& streams,
                         std::stop_token stop) const {
    auto argv = runc({"exec"});
    if (streams.terminal)
        argv.push_back("--tty");
    argv.push_back(layout_.id);
    argv.insert(argv.end(), command.begin(), command.end());
    const bool collects = streams.output != nullptr;
    auto result = runCommand(argv,
                             {.inputFile = streams.input,
                              .outputFile = streams.outputFile,
                              .collectErrors = true,
                              .inheritStreams = !collects && streams.outputFile.empty(),
                              .keptOutput = collects ? std::size_t(64) << 20 : 0},
                             stop);
    if (!result)
        return std::unexpected(result.error());
    if (collects)
        *streams.output = std::move(result->output);
    return result->exitCode;
}

} // namespace slipway::vmdriver
