#include "tests/bench/scheduler/workloads.h"

#include "cluster/api/codec.h"

#include <format>

namespace slipway::bench {

using scheduler::PodInfo;

namespace {

template <class T> T fromText(const std::string& json) {
    return api::fromJson<T>(*api::parseJson(json)).value();
}

std::string podTerm(const char* kind, const char* colour, const char* key) {
    return std::format(R"(,"affinity":{{"{}":{{"requiredDuringSchedulingIgnoredDuringExecution":[{{"labelSelector":)"
                       R"({{"matchLabels":{{"color":"{}"}}}},"topologyKey":"{}"}}]}}}})",
                       kind, colour, key);
}

const std::string inTwoZones =
    R"(,"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[)"
    R"({"matchExpressions":[{"key":"topology.kubernetes.io/zone","operator":"In","values":["zone-1","zone-2"]}]}]}}})";
const std::string overZones =
    R"(,"topologySpreadConstraints":[{"maxSkew":5,"topologyKey":"topology.kubernetes.io/zone",)"
    R"("whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"color":"blue"}}}])";

std::function<PodInfo(int)> plain(const char* prefix, const char* cpu = "100m") {
    return [=](int number) { return benchPod(std::format("{}-{}", prefix, number), cpu); };
}

std::function<PodInfo(int)> with(const char* prefix, std::string more, const char* colour) {
    return [=, more = std::move(more)](int number) {
        return benchPod(std::format("{}-{}", prefix, number), "100m", more, "bench", colour);
    };
}

} // namespace

api::core_v1::Node benchNode(int number) {
    return fromText<api::core_v1::Node>(std::format(
        R"({{"metadata":{{"name":"node-{0}","labels":{{"kubernetes.io/hostname":"node-{0}","kubernetes.io/os":"linux",)"
        R"("kubernetes.io/arch":"amd64","topology.kubernetes.io/zone":"zone-{1}"}}}},"spec":{{}},"status":{{)"
        R"("allocatable":{{"cpu":"4","memory":"32Gi","pods":"110","ephemeral-storage":"100Gi"}}}}}})",
        number, number % 3 + 1));
}

PodInfo benchPod(const std::string& name, const std::string& cpu, const std::string& more, const std::string& ns,
                 const std::string& colour) {
    return scheduler::describePod(std::make_shared<const api::core_v1::Pod>(fromText<api::core_v1::Pod>(std::format(
        R"({{"metadata":{{"name":"{0}","namespace":"{1}","uid":"{0}-uid","labels":{{"color":"{2}"}}}},"spec":)"
        R"({{"containers":[{{"name":"c","resources":{{"requests":{{"cpu":"{3}","memory":"500Mi"}}}}}}]{4}}}}})",
        name, ns, colour, cpu, more))));
}

std::vector<Workload> workloads(int nodes) {
    const auto low = [](int number) { return benchPod(std::format("low-{}", number), "900m"); };
    const auto high = [](int number) {
        PodInfo pod = benchPod(std::format("high-{}", number), "3");
        pod.priority = 10;
        return pod;
    };
    return {
        {"basic", nodes, 1000, 10000, 2700, false, false, plain("before"), plain("pod")},
        {"node-affinity", nodes, 5000, 10000, 2200, false, false, with("before", inTwoZones, "blue"),
         with("pod", inTwoZones, "blue")},
        {"anti-affinity", nodes, nodes / 5, 2 * nodes / 5, 600, false, false,
         with("before", podTerm("podAntiAffinity", "green", "kubernetes.io/hostname"), "green"),
         with("pod", podTerm("podAntiAffinity", "green", "kubernetes.io/hostname"), "green")},
        {"affinity", nodes, 5000, 5000, 350, false, false,
         with("before", podTerm("podAffinity", "blue", "topology.kubernetes.io/zone"), "blue"),
         with("pod", podTerm("podAffinity", "blue", "topology.kubernetes.io/zone"), "blue")},
        {"spread", nodes, 5000, 5000, 850, false, false, plain("before"), with("pod", overZones, "blue")},
        {"preemption", nodes, 4 * nodes, nodes, 1600, true, false, low, high},
        {"churn", nodes, 1000, 10000, 2650, false, true, plain("before"), plain("pod")},
    };
}

} // namespace slipway::bench
