#include "cluster/agent/stats/summary.h"

#include "cluster/base/time.h"

namespace slipway::agent {
namespace {

using Object = api::JsonObject;

Object cpuJson(const UsageRate& rate) {
    Object json{{"time", base::formatTime(rate.last.at)}, {"usageCoreNanoSeconds", rate.last.cpuNanoseconds}};
    if (rate.rated)
        json["usageNanoCores"] = rate.nanoCores;
    return json;
}

Object memoryJson(const ContainerUsage& usage) {
    return {{"time", base::formatTime(usage.at)},
            {"usageBytes", usage.memoryUsage},
            {"workingSetBytes", usage.memoryWorkingSet},
            {"rssBytes", usage.memoryRss},
            {"pageFaults", usage.pageFaults},
            {"majorPageFaults", usage.majorPageFaults}};
}

Object fsJson(const FileSystemStats& fs, WallTime at) {
    return {{"time", base::formatTime(at)}, {"availableBytes", fs.available}, {"capacityBytes", fs.capacity},
            {"usedBytes", fs.used},         {"inodesFree", fs.inodesFree},    {"inodes", fs.inodes},
            {"inodesUsed", fs.inodesUsed}};
}

/// A part of a file system: what is free is the whole's, what is used its own.
Object partJson(FileSystemStats fs, std::uint64_t bytes, std::uint64_t inodes, WallTime at) {
    fs.used = bytes;
    fs.inodesUsed = inodes;
    return fsJson(fs, at);
}

Object interfaceJson(const InterfaceUsage& one) {
    return {{"name", one.name},
            {"rxBytes", one.rxBytes},
            {"rxErrors", one.rxErrors},
            {"txBytes", one.txBytes},
            {"txErrors", one.txErrors}};
}

/// The first interface's figures, and those of all of them.
Object networkJson(const std::vector<InterfaceUsage>& interfaces, WallTime at) {
    Object json = interfaces.empty() ? Object() : interfaceJson(interfaces.front());
    json["time"] = base::formatTime(at);
    api::JsonArray all;
    for (const InterfaceUsage& one : interfaces)
        all.push_back(interfaceJson(one));
    json["interfaces"] = std::move(all);
    return json;
}

Object groupCpu(const PodCgroups::Usage& group, WallTime at) {
    return {{"time", base::formatTime(at)}, {"usageCoreNanoSeconds", group.cpuNanoseconds}};
}

Object groupMemory(const PodCgroups::Usage& group, WallTime at) {
    return {
        {"time", base::formatTime(at)}, {"usageBytes", group.memoryUsage}, {"workingSetBytes", group.memoryWorkingSet}};
}

Object systemContainer(const char* name, const PodCgroups::Usage& group, const NodeStats& stats) {
    return {{"name", name},
            {"startTime", base::formatTime(stats.startedAt)},
            {"cpu", groupCpu(group, stats.at)},
            {"memory", groupMemory(group, stats.at)}};
}

Object containerJson(const ContainerStats& container, const NodeStats& stats) {
    const ContainerUsage& last = container.usage.last;
    return {{"name", last.name},
            {"startTime", base::formatTime(container.startedAt)},
            {"cpu", cpuJson(container.usage)},
            {"memory", memoryJson(last)},
            {"rootfs", partJson(stats.fs, last.rootfsBytes, last.rootfsInodes, stats.at)},
            {"logs", partJson(stats.fs, container.logs.bytes, container.logs.inodes, stats.at)},
            {"swap", Object{{"time", base::formatTime(last.at)}, {"swapUsageBytes", 0}}}};
}

/// The containers together: where the pod has a group of its own, what the group says.
void addTotals(Object& json, const PodStats& pod, const NodeStats& stats) {
    UsageRate total;
    total.rated = !pod.containers.empty();
    for (const ContainerStats& container : pod.containers) {
        const ContainerUsage& last = container.usage.last;
        total.last.at = std::max(total.last.at, last.at);
        total.last.cpuNanoseconds += last.cpuNanoseconds;
        total.last.memoryUsage += last.memoryUsage;
        total.last.memoryWorkingSet += last.memoryWorkingSet;
        total.last.memoryRss += last.memoryRss;
        total.last.pageFaults += last.pageFaults;
        total.last.majorPageFaults += last.majorPageFaults;
        total.nanoCores += container.usage.nanoCores;
        total.rated = total.rated && container.usage.rated;
    }
    if (pod.group.memoryUsage > 0) {
        total.last.memoryUsage = pod.group.memoryUsage;
        total.last.memoryWorkingSet = pod.group.memoryWorkingSet;
    }
    json["cpu"] = cpuJson(total);
    json["memory"] = memoryJson(total.last);
    json["swap"] = Object{{"time", base::formatTime(stats.at)}, {"swapUsageBytes", 0}};
}

Object podJson(const PodStats& pod, const NodeStats& stats) {
    Object json{{"podRef", Object{{"name", pod.name}, {"namespace", pod.ns}, {"uid", pod.uid}}},
                {"startTime", base::formatTime(pod.startedAt)}};
    api::JsonArray containers, volumes;
    std::uint64_t bytes = 0, inodes = 0;
    for (const ContainerStats& container : pod.containers) {
        containers.push_back(containerJson(container, stats));
        bytes += container.usage.last.rootfsBytes + container.logs.bytes;
        inodes += container.usage.last.rootfsInodes + container.logs.inodes;
    }
    for (const VolumeStats& volume : pod.volumes) {
        Object one = fsJson(volume.fs, stats.at);
        one["name"] = volume.name;
        if (!volume.claim.empty())
            one["pvcRef"] = Object{{"name", volume.claim}, {"namespace", pod.ns}};
        else {
            bytes += volume.fs.used;
            inodes += volume.fs.inodesUsed;
        }
        volumes.push_back(std::move(one));
    }
    json["containers"] = std::move(containers);
    addTotals(json, pod, stats);
    json["network"] = networkJson(pod.interfaces, stats.at);
    if (!volumes.empty())
        json["volume"] = std::move(volumes);
    json["ephemeral-storage"] = partJson(stats.fs, bytes, inodes, stats.at);
    json["process_stats"] = Object{{"process_count", pod.processes}};
    return json;
}

Object nodeJson(const NodeStats& stats) {
    Object memory = memoryJson(stats.node.last);
    memory["availableBytes"] = stats.capacity.memoryAvailable;
    const Capacity& capacity = stats.capacity;
    return {{"nodeName", stats.name},
            {"systemContainers", api::JsonArray{systemContainer("kubelet", stats.agent, stats),
                                                systemContainer("pods", stats.allPods, stats)}},
            {"startTime", base::formatTime(stats.startedAt)},
            {"cpu", cpuJson(stats.node)},
            {"memory", std::move(memory)},
            {"network", networkJson(stats.interfaces, stats.at)},
            {"fs", fsJson(stats.fs, stats.at)},
            {"runtime", Object{{"imageFs", fsJson(stats.fs, stats.at)}, {"containerFs", fsJson(stats.fs, stats.at)}}},
            {"rlimit", Object{{"time", base::formatTime(stats.at)},
                              {"maxpid", capacity.processes},
                              {"curproc", capacity.processes - capacity.processesFree}}},
            {"swap", Object{{"time", base::formatTime(stats.at)}, {"swapUsageBytes", 0}}}};
}

} // namespace

std::string statsSummary(const NodeStats& stats) {
    api::JsonArray pods;
    for (const PodStats& pod : stats.pods)
        pods.push_back(podJson(pod, stats));
    return api::printJson(Object{{"node", nodeJson(stats)}, {"pods", std::move(pods)}});
}

} // namespace slipway::agent
