// node add|remove|list|set|shell|logs|cp
#include "app/desktop/commands.h"

#include <boost/json.hpp>
#include <format>
#include <iostream>
#include <unistd.h>

#include "app/desktop/command_line_texts.h"
#include "app/desktop/exit_code.h"
#include "app/desktop/interrupt_guard.h"
#include "app/desktop/progress_printer.h"

namespace slipway::desktop {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr const char* serviceNames[] = {"init", "containerd", "server", "agent"};

/// "NODE:PATH" as its two parts; no node when it names a file of this machine.
std::pair<std::string, std::string> splitPlace(const std::string& text) {
    const auto colon = text.find(':');
    const bool local = colon == std::string::npos || text.find('/') < colon;
    return local ? std::pair{std::string(), text} : std::pair{text.substr(0, colon), text.substr(colon + 1)};
}

int ended(const vmdriver::Result<int>& code) {
    return code ? *code : complain(code.error());
}

} // namespace

int addNode(ClusterLifecycle& lifecycle, const Options& options) {
    const InterruptGuard interrupt;
    ProgressPrinter printer(stderr);
    const auto name =
        lifecycle.addNode(options.cluster, options.node, options.resources, printer.sink(), interrupt.token());
    if (!name)
        return complain(name.error());
    std::cout << *name << '\n';
    return 0;
}

int removeNode(ClusterLifecycle& lifecycle, const Options& options) {
    const InterruptGuard interrupt;
    ProgressPrinter printer(stderr);
    const auto removed = lifecycle.removeNode(options.cluster, options.node, std::chrono::seconds(options.waitSeconds),
                                              printer.sink(), interrupt.token());
    return removed ? 0 : complain(removed.error());
}

int listNodes(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto status = lifecycle.status(options.cluster);
    if (!status)
        return complain(status.error());
    if (status->state == vmdriver::ClusterState::absent)
        return complain({vmdriver::DriverErrc::notFound, "there is no cluster \"" + options.cluster + "\""});
    json::array list;
    if (!options.json)
        std::cout << std::format("{:<24} {:<14} {:<9} {:<6} {}\n", "NAME", "ROLE", "STATE", "READY", "ADDRESS");
    for (const auto& node : status->nodes) {
        const char* role = node.controlPlane ? "control-plane" : "worker";
        if (options.json)
            list.push_back(json::object{{"name", node.name},
                                        {"role", role},
                                        {"state", vmdriver::nodeStateName(node.state)},
                                        {"ready", node.ready},
                                        {"address", node.address}});
        else
            std::cout << std::format("{:<24} {:<14} {:<9} {:<6} {}\n", node.name, role,
                                     vmdriver::nodeStateName(node.state), node.ready ? "yes" : "no", node.address);
    }
    if (options.json)
        std::cout << json::serialize(list) << '\n';
    return 0;
}

int setNode(ClusterLifecycle& lifecycle, const Options& options) {
    const auto changed = lifecycle.setResources(options.cluster, options.node, options.resources);
    return changed ? 0 : complain(changed.error());
}

int openShell(const ClusterLifecycle& lifecycle, const Options& options) {
    const bool interactive = options.words.empty();
    const auto command = interactive ? std::vector<std::string>{"/bin/bash", "-l"} : options.words;
    return ended(lifecycle.run(options.cluster, options.node, command,
                               {.terminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1}));
}

int showNodeLogs(const ClusterLifecycle& lifecycle, const Options& options) {
    std::vector<std::string> files;
    for (const char* service : serviceNames)
        if (options.name.empty() || options.name == service)
            files.push_back(std::format("/var/log/slipway/{}.log", service));
    if (options.follow) {
        std::vector<std::string> command{"/usr/bin/tail", "-n", "20", "-F"};
        command.insert(command.end(), files.begin(), files.end());
        const InterruptGuard interrupt;
        return ended(lifecycle.run(options.cluster, options.node, command, {}, interrupt.token()));
    }
    bool any = false;
    for (const auto& file : files) {
        const auto text = lifecycle.readNodeFile(options.cluster, options.node, file);
        if (!text && files.size() == 1)
            return complain(text.error());
        if (!text && text.error().code == vmdriver::DriverErrc::notFound && !text.error().message.contains(file))
            return complain(text.error()); // the cluster or the node, not the file
        if (!text)
            continue;
        any = true;
        std::cout << (files.size() > 1 ? "==> " + file + " <==\n" : "") << *text;
    }
    return any ? 0 : static_cast<int>(ExitCode::failed);
}

int copyNodeFile(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto [fromNode, from] = splitPlace(options.name);
    const auto [toNode, to] = splitPlace(options.target);
    if (fromNode.empty() == toNode.empty())
        return complain(
            {vmdriver::DriverErrc::badName, CommandLine::tr("one of the two names a node: NODE:PATH").toStdString()});
    std::error_code error;
    if (!toNode.empty()) {
        if (!fs::is_regular_file(from, error))
            return complain({vmdriver::DriverErrc::notFound,
                             CommandLine::tr("%1 is not a file").arg(QString::fromStdString(from)).toStdString()});
        const std::string into = to.ends_with('/') || to.empty() ? to + fs::path(from).filename().string() : to;
        std::string said;
        const auto code = lifecycle.run(options.cluster, toNode, {"/bin/sh", "-c", "cat >\"$1\"", "cp", into},
                                        {.input = from, .output = &said});
        std::cerr << said;
        return ended(code);
    }
    const fs::path into = fs::is_directory(to, error) ? fs::path(to) / fs::path(from).filename() : fs::path(to);
    fs::remove(into, error);
    const auto code = lifecycle.run(options.cluster, fromNode, {"/bin/cat", "--", from}, {.outputFile = into});
    if (!code || *code != 0)
        fs::remove(into, error);
    if (code && *code != 0)
        return complain(
            {vmdriver::DriverErrc::notFound, CommandLine::tr("%1 has no readable %2")
                                                 .arg(QString::fromStdString(fromNode), QString::fromStdString(from))
                                                 .toStdString()});
    return ended(code);
}

} // namespace slipway::desktop
