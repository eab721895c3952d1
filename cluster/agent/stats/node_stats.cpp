#include "cluster/agent/stats/node_stats.h"

#include "cluster/base/time.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <sys/statvfs.h>
#include <unistd.h>

namespace slipway::agent {
namespace {

FileSystemStats fileSystem(const std::filesystem::path& path) {
    struct statvfs info{};
    if (::statvfs(path.c_str(), &info) != 0)
        return {};
    FileSystemStats result;
    result.capacity = info.f_blocks * info.f_frsize;
    result.available = info.f_bavail * info.f_frsize;
    result.used = (info.f_blocks - info.f_bfree) * info.f_frsize;
    result.inodes = info.f_files;
    result.inodesFree = info.f_favail;
    result.inodesUsed = info.f_files - info.f_ffree;
    return result;
}

/// Volumes of the agent's own folders are measured by what is in them, mounted ones by their file system.
std::vector<VolumeStats> volumesOf(const core::Pod& pod, const Volumes& volumes, FolderUses& folders) {
    std::vector<VolumeStats> result;
    for (const core::Volume& volume : pod.spec->volumes) {
        if (volume.hostPath)
            continue; // the node's own files
        VolumeStats one{volume.name, volume.persistentVolumeClaim ? volume.persistentVolumeClaim->claimName : "", {}};
        const auto folder = volumes.path(pod, volume);
        if (!folder)
            continue;
        one.fs = fileSystem(*folder);
        if (one.fs.capacity == 0)
            continue;
        if (one.claim.empty()) {
            const FolderUse use = folders.of(*folder);
            one.fs.used = use.bytes;
            one.fs.inodesUsed = use.inodes;
        }
        result.push_back(std::move(one));
    }
    return result;
}

PodStats podStats(const core::Pod& pod, const PodEnvironment& environment, FolderUses& folders) {
    PodStats result;
    result.uid = pod.metadata.uid;
    result.ns = pod.metadata.namespace_;
    result.name = pod.metadata.name;
    if (pod.status)
        if (const auto started = base::parseTime(pod.status->startTime))
            result.startedAt = *started;
    if (environment.cgroups != nullptr)
        result.group = environment.cgroups->usage(PodCgroups::pathOf(pod));
    result.processes = result.group.pids;
    result.volumes = volumesOf(pod, environment.volumes, folders);
    return result;
}

PodCgroups::Usage ownUsage() {
    PodCgroups::Usage result;
    std::ifstream stat("/proc/self/stat"), statm("/proc/self/statm");
    std::string word;
    for (int i = 0; i < 13 && stat >> word; ++i) {
    }
    std::uint64_t user = 0, system = 0, size = 0, resident = 0;
    stat >> user >> system;
    statm >> size >> resident;
    result.cpuNanoseconds = (user + system) * (1'000'000'000ULL / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
    result.memoryUsage = result.memoryWorkingSet = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return result;
}

WallTime bootTime() {
    std::ifstream file("/proc/stat");
    std::string key;
    for (std::int64_t value = 0; file >> key; file.ignore(1 << 16, '\n'))
        if (key == "btime" && file >> value)
            return WallTime(std::chrono::seconds(value));
    return {};
}

} // namespace

std::vector<InterfaceUsage> readInterfaces(const std::filesystem::path& path) {
    std::vector<InterfaceUsage> result;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos)
            continue;
        InterfaceUsage one;
        std::istringstream(line.substr(0, colon)) >> one.name;
        std::uint64_t skip = 0;
        std::istringstream numbers(line.substr(colon + 1));
        numbers >> one.rxBytes >> skip >> one.rxErrors >> skip >> skip >> skip >> skip >> skip;
        numbers >> one.txBytes >> skip >> one.txErrors;
        if (one.name != "lo" && numbers)
            result.push_back(std::move(one));
    }
    return result;
}

NodeStats collectStats(PodEnvironment& environment, const Pods& pods, const Usage& usage, FolderUses& folders,
                       const std::string& nodeName) {
    NodeStats result;
    result.name = nodeName;
    result.at = std::chrono::system_clock::now();
    result.startedAt = bootTime();
    result.node = usage.node();
    result.capacity = readCapacity(environment.paths.root);
    result.fs = fileSystem(environment.paths.root);
    result.interfaces = readInterfaces();
    if (environment.cgroups != nullptr)
        result.allPods = environment.cgroups->usage("/kubepods");
    result.agent = ownUsage();

    std::map<std::string, WallTime> started;
    for (const ContainerInfo& info : environment.runtime.listContainers().value_or(std::vector<ContainerInfo>()))
        started[info.id] = info.createdAt;
    std::map<std::string, SandboxUsage> sandboxes;
    for (SandboxUsage& sandbox : environment.runtime.sandboxUsage().value_or(std::vector<SandboxUsage>()))
        sandboxes[sandbox.podUid] = std::move(sandbox);
    const auto measured = usage.byPod();
    for (const Pods::Entry& entry : pods.list()) {
        core::Pod pod = *entry.pod;
        pod.status = entry.status;
        const auto found = measured.find(pod.metadata.uid);
        if (found == measured.end())
            continue; // nothing of it runs
        PodStats one = podStats(pod, environment, folders);
        for (const UsageRate& rate : found->second)
            one.containers.push_back(
                {rate, started[rate.last.id], folders.of(environment.paths.logDir(pod) / rate.last.name)});
        if (const auto sandbox = sandboxes.find(one.uid); sandbox != sandboxes.end()) {
            one.interfaces = sandbox->second.interfaces;
            one.processes = std::max(one.processes, sandbox->second.processes);
        }
        result.pods.push_back(std::move(one));
    }
    return result;
}

} // namespace slipway::agent
