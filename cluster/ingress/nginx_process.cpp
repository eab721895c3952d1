#include "cluster/ingress/nginx_process.h"

#include "cluster/base/files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace slipway::ingress {
namespace {

namespace fs = std::filesystem;

constexpr const char* programs[] = {"/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"};
constexpr std::size_t longestOutput = 4096;

std::string program() {
    std::error_code error;
    for (const char* path : programs)
        if (fs::exists(path, error))
            return path;
    return {};
}

/// Runs nginx with arguments, its output going to a file: a daemon would keep a pipe open.
std::expected<void, std::string> run(std::vector<std::string> arguments, const fs::path& output) {
    arguments.insert(arguments.begin(), program());
    std::vector<char*> pointers;
    for (std::string& argument : arguments)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    // nginx must hear the signals that this process has blocked.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::array<char*, 2> environment{const_cast<char*>("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nullptr};
    pid_t pid = 0;
    const int failed = ::posix_spawn(&pid, pointers[0], &actions, &attributes, pointers.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0)
        return std::unexpected(std::string("nginx cannot be run: ") + std::strerror(failed));
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return {};
    return std::unexpected(base::readFile(output).value_or("nginx failed").substr(0, longestOutput));
}

} // namespace

bool NginxProcess::isInstalled() {
    return !program().empty();
}

int NginxProcess::processId() const {
    const std::string text = base::readFile(folder_ / "nginx.pid").value_or("");
    const int pid = std::atoi(text.c_str());
    if (pid <= 1 || ::kill(pid, 0) != 0)
        return 0;
    // The number may be another process' by now.
    return base::readFile("/proc/" + std::to_string(pid) + "/comm").value_or("").starts_with("nginx") ? pid : 0;
}

bool NginxProcess::isRunning() const {
    return processId() != 0;
}

std::expected<void, std::string> NginxProcess::use(const std::string& config) {
    std::error_code error;
    fs::create_directories(folder_, error);
    const fs::path candidate = folder_ / "nginx.conf.new", used = folder_ / "nginx.conf", output = folder_ / "output";
    if (auto written = base::writeFileAtomically(candidate, config); !written)
        return std::unexpected(written.error().message);
    if (auto tested = run({"-t", "-q", "-c", candidate.string(), "-e", (folder_ / "error.log").string()}, output);
        !tested)
        return tested;
    fs::rename(candidate, used, error);
    if (error)
        return std::unexpected(error.message());
    if (const int pid = processId(); pid != 0) {
        ::kill(pid, SIGHUP);
        return {};
    }
    return run({"-c", used.string(), "-e", (folder_ / "error.log").string()}, output);
}

void NginxProcess::stop() {
    if (const int pid = processId(); pid != 0)
        ::kill(pid, SIGQUIT);
}

} // namespace slipway::ingress
