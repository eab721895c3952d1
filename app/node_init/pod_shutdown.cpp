#include "app/node_init/pod_shutdown.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::node_init {

namespace fs = std::filesystem;

namespace {

struct ProcessLine {
    pid_t pid = 0, parent = 0;
    std::string name;
};

/// /proc/PID/stat: "12 (name) S 1 ..."; the name may hold anything.
ProcessLine readStat(const fs::path& folder) {
    std::string text;
    std::getline(std::ifstream(folder / "stat"), text);
    const auto open = text.find('('), close = text.rfind(')');
    if (open == std::string::npos || close == std::string::npos)
        return {};
    ProcessLine line{.pid = std::atoi(text.c_str()), .name = text.substr(open + 1, close - open - 1)};
    char state = 0;
    std::istringstream(text.substr(close + 1)) >> state >> line.parent;
    return state == 'Z' ? ProcessLine{} : line;
}

/// Whether SIGTERM does anything: it is caught, or blocked to be waited for, or the process is not the first of its
/// namespace (for which the kernel discards signals it has no handler for).
bool hearsTerm(const fs::path& folder) {
    std::ifstream status(folder / "status");
    unsigned long long heard = 0;
    bool first = false;
    for (std::string key, line; status >> key && std::getline(status, line);) {
        if (key == "SigBlk:" || key == "SigCgt:")
            heard |= std::strtoull(line.c_str(), nullptr, 16);
        else if (key == "NSpid:")
            first = line.ends_with("\t1");
    }
    return !first || (heard >> (SIGTERM - 1) & 1) != 0;
}

} // namespace

std::vector<ContainerProcess> containerProcesses(const fs::path& proc) {
    std::vector<ProcessLine> all;
    std::set<pid_t> shims;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(proc, ignored)) {
        if (!isdigit(static_cast<unsigned char>(entry.path().filename().string().front())))
            continue;
        const auto line = readStat(entry.path());
        if (line.pid == 0)
            continue;
        if (line.name.starts_with("containerd-shim"))
            shims.insert(line.pid);
        all.push_back(line);
    }
    std::vector<ContainerProcess> found;
    for (const auto& line : all)
        if (shims.contains(line.parent) && line.name != "pause")
            found.push_back({line.pid, hearsTerm(proc / std::to_string(line.pid))});
    return found;
}

void endContainers(std::chrono::milliseconds patience) {
    for (const auto& process : containerProcesses())
        kill(process.pid, SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (std::ranges::any_of(containerProcesses(), &ContainerProcess::hearsTerm) &&
           std::chrono::steady_clock::now() < deadline) {
        while (waitpid(-1, nullptr, WNOHANG) > 0)
            continue; // orphans come to this process
        usleep(20'000);
    }
}

} // namespace slipway::node_init
