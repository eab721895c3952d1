// slipway: the desktop and the command line.

#include <cstdlib>
#include <iostream>

#include "app/desktop/commands.h"
#include "app/desktop/completion.h"
#include "app/desktop/options.h"
#if SLIPWAY_HAS_WINDOW
#include "cluster/client/program.h"
#include "ui/shell/application.h"
#include "ui/shell/settings.h"

#include <QCoreApplication>
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
    case Command::imageBuild:
        return buildImage(lifecycle, options);
    case Command::serviceUrl:
        return printServiceUrl(lifecycle, options);
    case Command::snapshotSave:
        return saveSnapshot(lifecycle, options);
    case Command::snapshotList:
        return listSnapshots(lifecycle, options);
    case Command::snapshotRestore:
        return restoreSnapshot(lifecycle, options);
    case Command::snapshotDelete:
        return deleteSnapshot(lifecycle, options);
    case Command::snapshotFork:
        return forkSnapshot(lifecycle, options);
    case Command::addonList:
        return listAddons(lifecycle, options);
    case Command::addonEnable:
        return enableAddon(lifecycle, options);
    case Command::addonDisable:
        return disableAddon(lifecycle, options);
    case Command::doctor:
        return examineMachine(lifecycle, options);
    case Command::bundle:
        return packBundle(lifecycle, options);
    case Command::completion:
        std::cout << completionScript(options.name);
        return 0;
    case Command::version:
        return printVersion();
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    auto options = slipway::desktop::parseOptions(arguments);
#if SLIPWAY_HAS_WINDOW
    if (options && options->command == Command::window && hasDisplay()) {
        slipway::client::setProgramName("slipway-window");
        return slipway::ui::runWindow(argc, argv);
    }
    const QCoreApplication application(argc, argv);
    slipway::ui::installLanguage();
#endif
    if (!options) {
        options = slipway::desktop::parseOptions(arguments); // again, in the user's language
        (options.error().exitCode == 0 ? std::cout : std::cerr) << options.error().text;
        return options.error().exitCode;
    }
    return run(*options);
}
