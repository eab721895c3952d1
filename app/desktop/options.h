#pragma once
// The command line of `slipway`, as data.

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "vmdriver/profile.h"

namespace slipway::desktop {

enum class Command {
    window,
    start,
    stop,
    remove,
    pause,
    resume,
    status,
    list,
    kubeconfig,
    kubectl,
    nodeAdd,
    nodeRemove,
    nodeList,
    nodeSet,
    nodeShell,
    nodeLogs,
    nodeCopy,
    imageLoad,
    imageList,
    imageRemove,
    imageBuild,
    serviceUrl,
    snapshotSave,
    snapshotList,
    snapshotRestore,
    snapshotDelete,
    snapshotFork,
    addonList,
    addonEnable,
    addonDisable,
    doctor,
    bundle,
    completion,
    version
};

struct Options {
    Command command = Command::window;
    std::string cluster = "slipway";
    std::string driver = "auto";
    bool sample = false;      ///< start: deploy the sample application too
    bool timings = false;     ///< start: say where the time went
    bool json = false;        ///< machine-readable output
    bool follow = false;      ///< node logs: go on
    bool keepContext = false; ///< start: leave the user's kubeconfig alone
    int nodes = 0;            ///< start: how many nodes there shall be; 0: as many as there are
    int controlPlanes = 0;    ///< start: how many of them run the API server
    int waitSeconds = 120;    ///< start: how long to wait for each thing; node remove: for the pods to go
    vmdriver::NodeResources resources{};
    std::vector<vmdriver::PortMapping> ports;
    std::vector<vmdriver::HostFolder> folders;
    std::vector<vmdriver::RegistryProfile> registries;
    std::string node;               ///< the node a node command is about; empty: the first, or a name to be chosen
    std::string name;               ///< of a snapshot, an add-on, a service ("NAMESPACE/NAME"), a shell, an image
    std::string target;             ///< snapshot fork: the new cluster; node cp: the destination
    std::vector<std::string> words; ///< kubectl's arguments, the command of `node shell`, the images of `image remove`
    std::vector<std::filesystem::path> files; ///< archives, or what `node cp`, `bundle` and `image build` work on
};

/// When the command line is not to be run: what to print (help, or what is wrong with it) and the exit code.
struct ParseStop {
    int exitCode = 0;
    std::string text;
};

/// Reads the arguments without the program's name. `--cluster` may stand before or after the subcommand; everything
/// after `kubectl` and slipway's own options belongs to kubectl, with or without a `--` before it.
std::expected<Options, ParseStop> parseOptions(std::vector<std::string> arguments);

} // namespace slipway::desktop
