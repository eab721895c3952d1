#include "cluster/agent/stats/exposition.h"

#include <charconv>
#include <filesystem>
#include <format>
#include <fstream>

namespace slipway::agent {
namespace {

double inSeconds(std::uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e9;
}

double unixTime(WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

double of(std::uint64_t value) {
    return static_cast<double>(value);
}

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text)
        if (c == '\n')
            result += "\\n";
        else if (c == '"' || c == '\\')
            result += '\\', result += c;
        else
            result += c;
    return result;
}

std::string number(double value) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    return {text, end};
}

Exposition::Labels labelsOf(const PodStats& pod) {
    return {{"namespace", pod.ns}, {"pod", pod.name}};
}

void addMachine(Exposition& out, const NodeStats& stats) {
    out.add("machine_cpu_cores", "gauge", "Number of logical CPU cores.", {}, of(stats.capacity.milliCpu) / 1000);
    out.add("machine_memory_bytes", "gauge", "Amount of memory installed on the machine.", {},
            of(stats.capacity.memoryBytes));
}

/// The samples that every group of processes has: containers, pods, all pods, the machine.
void addGroup(Exposition& out, const Exposition::Labels& labels, std::uint64_t cpu, std::uint64_t usage,
              std::uint64_t workingSet, WallTime seen) {
    Exposition::Labels total = labels;
    total.emplace_back("cpu", "total");
    out.add("container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed in seconds.", total,
            inSeconds(cpu));
    out.add("container_memory_usage_bytes", "gauge", "Current memory usage in bytes.", labels, of(usage));
    out.add("container_memory_working_set_bytes", "gauge", "Current working set in bytes.", labels, of(workingSet));
    out.add("container_last_seen", "gauge", "Last time a container was seen.", labels, unixTime(seen));
}

void addContainer(Exposition& out, const PodStats& pod, const ContainerStats& container, const std::string& group,
                  const std::string& image, const core::Pod* spec, std::int64_t nodeMemory, const NodeStats& stats) {
    const ContainerUsage& last = container.usage.last;
    const Exposition::Labels labels{{"container", last.name}, {"id", group + "/" + last.id}, {"image", image},
                                    {"name", last.id},        {"namespace", pod.ns},         {"pod", pod.name}};
    addGroup(out, labels, last.cpuNanoseconds, last.memoryUsage, last.memoryWorkingSet, stats.at);
    out.add("container_memory_rss", "gauge", "Size of RSS in bytes.", labels, of(last.memoryRss));
    out.add("container_memory_cache", "gauge", "Number of bytes of page cache memory.", labels,
            of(last.memoryUsage - std::min(last.memoryUsage, last.memoryRss)));
    out.add("container_fs_usage_bytes", "gauge", "Bytes that the container uses on its file system.", labels,
            of(last.rootfsBytes));
    out.add("container_fs_limit_bytes", "gauge", "Bytes that the file system has.", labels, of(stats.fs.capacity));
    out.add("container_start_time_seconds", "gauge", "Start time of the container since unix epoch in seconds.", labels,
            unixTime(container.startedAt));
    const core::Container* wanted = spec == nullptr ? nullptr : findContainer(*spec->spec, last.name);
    if (wanted == nullptr)
        return;
    const ContainerResources limits = containerResources(*spec, *wanted, nodeMemory);
    out.add("container_spec_cpu_shares", "gauge", "CPU share of the container.", labels,
            static_cast<double>(limits.cpuShares));
    if (limits.cpuQuota > 0) {
        out.add("container_spec_cpu_quota", "gauge", "CPU quota of the container.", labels,
                static_cast<double>(limits.cpuQuota));
        out.add("container_spec_cpu_period", "gauge", "CPU period of the container.", labels,
                static_cast<double>(limits.cpuPeriod));
    }
    out.add("container_spec_memory_limit_bytes", "gauge", "Memory limit for the container.", labels,
            static_cast<double>(limits.memoryLimit));
}

void addInterfaces(Exposition& out, Exposition::Labels labels, const std::vector<InterfaceUsage>& interfaces) {
    for (const InterfaceUsage& one : interfaces) {
        Exposition::Labels own = labels;
        own.emplace_back("interface", one.name);
        out.add("container_network_receive_bytes_total", "counter", "Cumulative count of bytes received.", own,
                of(one.rxBytes));
        out.add("container_network_receive_errors_total", "counter", "Cumulative count of errors while receiving.", own,
                of(one.rxErrors));
        out.add("container_network_transmit_bytes_total", "counter", "Cumulative count of bytes transmitted.", own,
                of(one.txBytes));
        out.add("container_network_transmit_errors_total", "counter", "Cumulative count of errors while transmitting.",
                own, of(one.txErrors));
    }
}

} // namespace

void Exposition::add(std::string_view name, const char* type, const char* help, const Labels& labels, double value) {
    auto found = metrics_.find(name);
    if (found == metrics_.end()) {
        found = metrics_.emplace(std::string(name), Metric{type, help, {}}).first;
        order_.emplace_back(name);
    }
    std::string list;
    for (const auto& [key, text] : labels)
        list += std::format("{}{}=\"{}\"", list.empty() ? "" : ",", key, escaped(text));
    found->second.samples += list.empty() ? std::format("{} {}\n", name, number(value))
                                          : std::format("{}{{{}}} {}\n", name, list, number(value));
}

std::string Exposition::text() const {
    std::string result;
    for (const std::string& name : order_) {
        const Metric& metric = metrics_.find(name)->second;
        if (*metric.help != '\0')
            result += std::format("# HELP {} {}\n", name, metric.help);
        result += std::format("# TYPE {} {}\n", name, metric.type) + metric.samples;
    }
    return result;
}

std::string resourceMetrics(const NodeStats& stats) {
    Exposition out;
    for (const PodStats& pod : stats.pods)
        for (const ContainerStats& container : pod.containers) {
            Exposition::Labels labels{{"container", container.usage.last.name}};
            for (auto& label : labelsOf(pod))
                labels.push_back(std::move(label));
            out.add("container_cpu_usage_seconds_total", "counter", "", labels,
                    inSeconds(container.usage.last.cpuNanoseconds));
            out.add("container_memory_working_set_bytes", "gauge", "", labels,
                    of(container.usage.last.memoryWorkingSet));
            out.add("container_start_time_seconds", "gauge", "", labels, unixTime(container.startedAt));
        }
    out.add("node_cpu_usage_seconds_total", "counter", "", {}, inSeconds(stats.node.last.cpuNanoseconds));
    out.add("node_memory_working_set_bytes", "gauge", "", {}, of(stats.node.last.memoryWorkingSet));
    for (const PodStats& pod : stats.pods) {
        std::uint64_t cpu = 0, memory = 0;
        for (const ContainerStats& container : pod.containers) {
            cpu += container.usage.last.cpuNanoseconds;
            memory += container.usage.last.memoryWorkingSet;
        }
        out.add("pod_cpu_usage_seconds_total", "counter", "", labelsOf(pod), inSeconds(cpu));
        out.add("pod_memory_working_set_bytes", "gauge", "", labelsOf(pod), of(memory));
    }
    out.add("resource_scrape_error", "gauge", "", {}, 0);
    out.add("scrape_error", "gauge", "", {}, 0);
    return out.text();
}

std::string containerMetrics(const NodeStats& stats, const PodEnvironment& environment) {
    Exposition out;
    const PodList list = environment.neighbours ? environment.neighbours("") : PodList();
    addGroup(out, {{"id", "/"}}, stats.node.last.cpuNanoseconds, stats.node.last.memoryUsage,
             stats.node.last.memoryWorkingSet, stats.at);
    addGroup(out, {{"id", "/kubepods"}}, stats.allPods.cpuNanoseconds, stats.allPods.memoryUsage,
             stats.allPods.memoryWorkingSet, stats.at);
    addInterfaces(out, {{"id", "/"}}, stats.interfaces);
    for (const PodStats& pod : stats.pods) {
        const core::Pod* spec = nullptr;
        for (const auto& known : list)
            if (known->metadata.uid == pod.uid)
                spec = known.get();
        const std::string group = spec == nullptr ? "/kubepods/pod" + pod.uid : PodCgroups::pathOf(*spec);
        const Exposition::Labels labels{{"id", group}, {"namespace", pod.ns}, {"pod", pod.name}};
        addGroup(out, labels, pod.group.cpuNanoseconds, pod.group.memoryUsage, pod.group.memoryWorkingSet, stats.at);
        out.add("container_processes", "gauge", "Number of processes running inside the container.", labels,
                of(pod.processes));
        addInterfaces(out, labels, pod.interfaces);
        for (const ContainerStats& container : pod.containers) {
            const core::Container* wanted =
                spec == nullptr ? nullptr : findContainer(*spec->spec, container.usage.last.name);
            addContainer(out, pod, container, group, wanted == nullptr ? "" : wanted->image, spec,
                         environment.node.memoryBytes, stats);
        }
    }
    addMachine(out, stats);
    return out.text();
}

std::string probeMetrics(const std::vector<Probes::Count>& counts) {
    Exposition out;
    for (const Probes::Count& count : counts)
        for (const auto& [result, times] : {std::pair{"successful", count.good}, {"failed", count.bad}})
            out.add("prober_probe_total", "counter",
                    "Cumulative number of a liveness, readiness or startup probe for a container by result.",
                    {{"container", count.container},
                     {"namespace", count.ns},
                     {"pod", count.pod},
                     {"pod_uid", count.uid},
                     {"probe_type", count.type},
                     {"result", result}},
                    of(times));
    return out.text();
}

std::string agentMetrics(const NodeStats& stats, const Pods& pods) {
    Exposition out;
    std::map<std::string, int> states{{"running", 0}, {"exited", 0}, {"created", 0}};
    int running = 0, wanted = 0;
    for (const Pods::Entry& entry : pods.list()) {
        ++wanted;
        running += entry.status.phase == "Running";
        for (const core::ContainerStatus& container : entry.status.containerStatuses)
            if (container.state)
                ++states[container.state->running ? "running" : container.state->terminated ? "exited" : "created"];
    }
    out.add("kubelet_node_name", "gauge", "The node's name. The count is always 1.", {{"node", stats.name}}, 1);
    out.add("kubelet_desired_pods", "gauge", "The number of pods the node is to run.", {{"static", "false"}}, wanted);
    out.add("kubelet_running_pods", "gauge", "Number of pods that have a running pod sandbox.", {}, running);
    for (const auto& [state, count] : states)
        out.add("kubelet_running_containers", "gauge", "Number of containers.", {{"container_state", state}}, count);
    for (const PodStats& pod : stats.pods)
        for (const VolumeStats& volume : pod.volumes) {
            if (volume.claim.empty())
                continue;
            const Exposition::Labels labels{{"namespace", pod.ns}, {"persistentvolumeclaim", volume.claim}};
            out.add("kubelet_volume_stats_available_bytes", "gauge", "Bytes left in the volume.", labels,
                    of(volume.fs.available));
            out.add("kubelet_volume_stats_capacity_bytes", "gauge", "Bytes the volume has.", labels,
                    of(volume.fs.capacity));
            out.add("kubelet_volume_stats_used_bytes", "gauge", "Bytes used in the volume.", labels,
                    of(volume.fs.used));
            out.add("kubelet_volume_stats_inodes", "gauge", "Inodes the volume has.", labels, of(volume.fs.inodes));
            out.add("kubelet_volume_stats_inodes_free", "gauge", "Inodes left in the volume.", labels,
                    of(volume.fs.inodesFree));
            out.add("kubelet_volume_stats_inodes_used", "gauge", "Inodes used in the volume.", labels,
                    of(volume.fs.inodesUsed));
        }
    out.add("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", {},
            inSeconds(stats.agent.cpuNanoseconds));
    out.add("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", {},
            of(stats.agent.memoryUsage));
    std::error_code error;
    out.add("process_open_fds", "gauge", "Number of open file descriptors.", {},
            static_cast<double>(std::distance(std::filesystem::directory_iterator("/proc/self/fd", error), {})));
    return out.text();
}

} // namespace slipway::agent
