// bench_scheduler: how many pods a second the scheduler's decisions alone allow, without an API server.

#include "cluster/scheduler/preemption.h"
#include "tests/bench/scheduler/workloads.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <format>

using namespace slipway;
using namespace slipway::scheduler;

namespace {

using Clock = std::chrono::steady_clock;

/// Gives a pod its node; by driving others out where that is what it takes. False: it found none.
bool place(const PodInfo& pod, Snapshot& snapshot, SearchStart& start) {
    std::vector<RefusedNode> refused;
    Decision decision = schedule(pod, snapshot, defaultProfile(), &start, &refused);
    if (decision.node.empty()) {
        const PreemptionPlan plan = planPreemption(pod, snapshot, defaultProfile(), &refused);
        if (plan.node.empty())
            return false;
        snapshot.nominate(pod, plan.node);
        for (const PlacedPod& victim : plan.victims)
            snapshot.removePod(victim.key);
        decision = schedule(pod, snapshot, defaultProfile(), &start, &refused);
        snapshot.withdraw(pod.key);
    }
    if (decision.node.empty())
        return false;
    snapshot.setPod(pod, decision.node);
    return true;
}

/// What else goes on in a busy cluster: a node comes and goes, a pod fits nowhere.
void churn(int turn, Snapshot& snapshot, SearchStart& start) {
    snapshot.setNode(bench::benchNode(1'000'000 + turn % 10));
    if (turn % 10 == 9)
        for (int i = 0; i < 10; ++i)
            snapshot.removeNode(std::format("node-{}", 1'000'000 + i));
    std::vector<RefusedNode> refused;
    const PodInfo huge = bench::benchPod(std::format("huge-{}", turn), "64");
    if (schedule(huge, snapshot, defaultProfile(), &start, &refused).node.empty())
        planPreemption(huge, snapshot, defaultProfile(), &refused);
}

void run(const bench::Workload& workload) {
    Snapshot snapshot;
    SearchStart start;
    for (int i = 0; i < workload.nodes; ++i)
        snapshot.setNode(bench::benchNode(i));
    for (int i = 0; i < workload.before; ++i)
        if (!place(workload.podBefore(i), snapshot, start))
            std::printf("%s: a pod that was to be there before found no node\n", workload.name.c_str());
    std::vector<PodInfo> pods;
    for (int i = 0; i < workload.measured; ++i)
        pods.push_back(workload.pod(i));
    int placed = 0;
    const auto begin = Clock::now();
    const std::clock_t cpuBegin = std::clock();
    for (int i = 0; i < workload.measured; ++i) {
        if (workload.churns && i % 100 == 99)
            churn(i / 100, snapshot, start);
        placed += place(pods[std::size_t(i)], snapshot, start);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const double cpuSeconds = double(std::clock() - cpuBegin) / CLOCKS_PER_SEC;
    std::printf("%-14s %6d nodes %6d before %6d of %6d placed %9.0f pods/s, %9.0f per processor second (goal %d)\n",
                workload.name.c_str(), workload.nodes, workload.before, placed, workload.measured, placed / seconds,
                placed / cpuSeconds, workload.goal);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> names;
    int nodes = 5000;
    CLI::App app("How many pods a second the scheduler decides about");
    app.add_option("--nodes", nodes, "Nodes of the cluster")->capture_default_str();
    app.add_option("workload", names, "Which ones; all when left out");
    CLI11_PARSE(app, argc, argv);
    for (const auto& workload : bench::workloads(nodes))
        if (names.empty() || std::ranges::contains(names, workload.name))
            run(workload);
    return 0;
}
