#pragma once

#include "cluster/agent/pod/decide.h"

#include <QTest>

/// Pods and runtime states for tests, in few words.
namespace slipway::agent::test {

using namespace std::chrono_literals;

inline const WallTime noon = WallTime(std::chrono::hours(500'000));

inline core::Container container(std::string name, std::string image = "web:1") {
    core::Container result;
    result.name = std::move(name);
    result.image = std::move(image);
    return result;
}

inline core::Pod pod(std::vector<core::Container> containers, std::string restartPolicy = "Always") {
    core::Pod result;
    result.metadata.name = "web";
    result.metadata.namespace_ = "default";
    result.metadata.uid = "uid-1";
    result.spec.emplace();
    result.spec->containers = std::move(containers);
    result.spec->restartPolicy = std::move(restartPolicy);
    return result;
}

inline SandboxInfo sandbox(bool ready = true, unsigned attempt = 0) {
    SandboxInfo result;
    result.id = "sandbox-" + std::to_string(attempt);
    result.attempt = attempt;
    result.ready = ready;
    return result;
}

inline ContainerInfo instance(std::string name, ContainerPhase phase, int exitCode = 0, unsigned attempt = 0,
                              std::string sandboxId = "sandbox-0") {
    ContainerInfo result;
    result.id = name + "-" + std::to_string(attempt);
    result.name = std::move(name);
    result.sandboxId = std::move(sandboxId);
    result.phase = phase;
    result.exitCode = exitCode;
    result.attempt = attempt;
    result.image = "web:1";
    result.startedAt = noon - 60s;
    result.finishedAt = phase == ContainerPhase::exited ? noon - 1s : WallTime();
    return result;
}

inline PodView view(const core::Pod& pod, std::vector<SandboxInfo> sandboxes = {},
                    std::vector<ContainerInfo> containers = {}) {
    PodView result;
    result.pod = &pod;
    result.state = {std::move(sandboxes), std::move(containers)};
    result.now = noon;
    return result;
}

inline std::vector<std::string> names(const std::vector<Actions::Start>& starts) {
    std::vector<std::string> result;
    for (const auto& start : starts)
        result.push_back(start.name);
    return result;
}

using Names = std::vector<std::string>;

} // namespace slipway::agent::test
