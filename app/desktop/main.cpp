// slipway: the desktop and the command line.

#include <cstdlib>
#include <iostream>

#include "app/desktop/commands.h"
#include "app/desktop/options.h"
#if SLIPWAY_HAS_WINDOW
#include "ui/shell/application.h"
#endif

namespace {

using slipway::desktop::Command;
using slipway::desktop::Options;

[[maybe_unused]] bool hasDisplay() {
    return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
}

int printVersion() {
    std::cout << "slipway " SLIPWAY_VERSION " (Kubernetes API v1.34)\n";
    return 0;
}

int run(const Options& options) {
    using namespace slipway::desktop;
    slipway::vmdriver::ClusterLifecycle lifecycle;
    switch (options.command) {
    case Command::window: {
        Options withSample = options;
        withSample.sample = true;
        return startCluster(lifecycle, withSample);
    }
    case Command::start:
        return startCluster(lifecycle, options);
    case Command::stop:
        return stopCluster(lifecycle, options);
    case Command::pause:
        return pauseCluster(lifecycle, options);
    case Command::resume:
        return resumeCluster(lifecycle, options);
    case Command::remove:
        return removeCluster(lifecycle, options);
    case Command::status:
        return showStatus(lifecycle, options);
    case Command::list:
        return listClusters(lifecycle, options);
    case Command::kubeconfig:
        return printKubeconfig(lifecycle, options);
    case Command::kubectl:
        return runKubectl(lifecycle, options);
    case Command::nodeAdd:
        return addNode(lifecycle, options);
    case Command::nodeRemove:
        return removeNode(lifecycle, options);
    case Command::nodeList:
        return listNodes(lifecycle, options);
    case Command::nodeSet:
        return setNode(lifecycle, options);
    case Command::nodeShell:
        return openShell(lifecycle, options);
    case Command::nodeLogs:
        return showNodeLogs(lifecycle, options);
    case Command::nodeCopy:
        return copyNodeFile(lifecycle, options);
    case Command::imageLoad:
        return loadImages(lifecycle, options);
    case Command::imageList:
        return listImages(lifecycle, options);
    case Command::imageRemove:
        return removeImages(lifecycle, options);
    case Command::version:
        return printVersion();
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const auto options = slipway::desktop::parseOptions({argv + 1, argv + argc});
    if (!options) {
        (options.error().exitCode == 0 ? std::cout : std::cerr) << options.error().text;
        return options.error().exitCode;
    }
#if SLIPWAY_HAS_WINDOW
    if (options->command == Command::window && hasDisplay())
        return slipway::ui::runWindow(argc, argv);
#endif
    return run(*options);
}
