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

int run(const Options& options) {
    slipway::vmdriver::ClusterLifecycle lifecycle;
    switch (options.command) {
    case Command::window:
        break;
    case Command::start:
        return startCluster(lifecycle, options);
    case Command::stop:
        return stopCluster(lifecycle, options);
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
    case Command::imageLoad:
        return loadImages(lifecycle, options);
    case Command::version:
        std::cout << "slipway " SLIPWAY_VERSION " (Kubernetes API v1.34)\n";
        return 0;
    }
    Options withSample = options;
    withSample.sample = true;
    return startCluster(lifecycle, withSample);
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
