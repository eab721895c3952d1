#pragma once
// The command line of `slipway`, as data.

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::desktop {

enum class Command { window, start, stop, remove, status, list, kubeconfig, kubectl, imageLoad, version };

struct Options {
    Command command = Command::window;
    std::string cluster = "slipway";
    std::string driver = "native";
    bool sample = false; ///< start: deploy the sample application too
    bool json = false;   ///< status, list: machine-readable output
    std::vector<std::string> kubectlArguments;
    std::vector<std::filesystem::path> archives;
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
