#include "app/desktop/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "app/desktop/command_tree.h"

namespace slipway::desktop {

namespace {

/// Cuts off and returns kubectl's own arguments: what follows `kubectl` and slipway's options directly behind it.
std::vector<std::string> takeKubectlArguments(std::vector<std::string>& arguments) {
    const auto kubectl = std::ranges::find(arguments, "kubectl");
    if (kubectl == arguments.end())
        return {};
    auto own = kubectl + 1;
    while (own != arguments.end() && (*own == "--cluster" || own->starts_with("--cluster=") || *own == "--help"))
        own = *own == "--cluster" && own + 1 != arguments.end() ? own + 2 : own + 1;
    std::vector<std::string> rest(own, arguments.end());
    arguments.erase(own, arguments.end());
    if (!rest.empty() && rest.front() == "--")
        rest.erase(rest.begin());
    return rest;
}

/// Cuts off and returns the command of `node shell`: what follows its `--`.
std::vector<std::string> takeShellCommand(std::vector<std::string>& arguments) {
    const auto shell = std::ranges::find(arguments, "shell");
    const auto dashes = std::find(shell, arguments.end(), "--");
    if (!std::ranges::contains(arguments.begin(), shell, "node") || dashes == arguments.end())
        return {};
    std::vector<std::string> rest(dashes + 1, arguments.end());
    arguments.erase(dashes, arguments.end());
    return rest;
}

} // namespace

std::expected<Options, ParseStop> parseOptions(std::vector<std::string> arguments) {
    Options options;
    const auto app = makeCommandTree(options);
    auto words = takeKubectlArguments(arguments);
    if (words.empty())
        words = takeShellCommand(arguments);
    std::ranges::reverse(arguments); // CLI11 takes them from the back
    try {
        app->parse(arguments);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out, err;
        const int code = app->exit(error, out, err);
        return std::unexpected(ParseStop{code == 0 ? 0 : 2, out.str() + err.str()});
    }
    if (options.command == Command::kubectl || options.command == Command::nodeShell)
        options.words = std::move(words);
    return options;
}

} // namespace slipway::desktop
