#include "vmdriver/cluster_lifecycle.h"

#include <cstdlib>

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

fs::path pathFrom(const char* name, fs::path otherwise) {
    const std::string value = variable(name);
    return value.empty() ? std::move(otherwise) : fs::path(value);
}

fs::path findUserKubeconfig() {
    const std::string list = variable("KUBECONFIG");
    if (const std::string first = list.substr(0, list.find(':')); !first.empty())
        return first;
    return pathFrom("HOME", "/root") / ".kube/config";
}

/// In a build tree the image lies beside bin/; an installed program has it under /usr/lib.
fs::path findNodeImage() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    for (fs::path folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
        if (fs::exists(folder / "node-image/complete", error))
            return folder / "node-image";
    return "/usr/lib/slipway/node-image";
}

} // namespace

LifecyclePaths LifecyclePaths::fromEnvironment() {
    const fs::path nodeImage = pathFrom("SLIPWAY_NODE_IMAGE", findNodeImage());
    return {.stateDir = pathFrom("SLIPWAY_STATE_DIR", "/var/lib/slipway"),
            .runDir = pathFrom("SLIPWAY_RUN_DIR", "/run/slipway"),
            .userKubeconfig = findUserKubeconfig(),
            .nodeImage = nodeImage,
            .addons = nodeImage / "addons"};
}

} // namespace slipway::vmdriver
