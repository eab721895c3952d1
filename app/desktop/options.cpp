#include "app/desktop/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

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

CLI::App* addCommand(CLI::App& app, Options& options, const char* name, const char* text, Command command) {
    auto* sub = app.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback([&options, command] { options.command = command; });
    return sub;
}

void addOutput(CLI::App* command, Options& options) {
    command
        ->add_option_function<std::string>(
            "-o,--output", [&options](const std::string& format) { options.json = format == "json"; }, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
}

} // namespace

std::expected<Options, ParseStop> parseOptions(std::vector<std::string> arguments) {
    Options options;
    CLI::App app("A Kubernetes cluster in about a second, and everything in it. Without a command: the window.",
                 "slipway");
    app.add_option("--cluster", options.cluster, "name of the cluster")->capture_default_str();
    app.require_subcommand(0, 1);

    auto* start = addCommand(app, options, "start", "start the cluster, making it when it is new", Command::start);
    start->add_flag("--sample", options.sample, "deploy the sample application and wait until it answers");
    start->add_option("--driver", options.driver, "how nodes are made")
        ->check(CLI::IsMember({"native"}))
        ->capture_default_str();
    addCommand(app, options, "stop", "stop the cluster; its state is kept", Command::stop);
    addCommand(app, options, "delete", "delete the cluster and everything in it", Command::remove);
    addOutput(addCommand(app, options, "status", "show the cluster's state; exit code 1 when it does not run",
                         Command::status),
              options);
    addOutput(addCommand(app, options, "list", "list the clusters of this machine", Command::list), options);
    addCommand(app, options, "kubeconfig", "print the administrator's kubeconfig", Command::kubeconfig);
    addCommand(app, options, "kubectl", "run kubectl on the cluster: slipway kubectl -- get pods", Command::kubectl);
    auto* image = app.add_subcommand("image", "container images on the cluster's nodes")->fallthrough();
    image->require_subcommand(1);
    auto* load = addCommand(*image, options, "load", "load docker-archive or OCI archives", Command::imageLoad);
    load->add_option("file", options.archives, "archives")->required()->check(CLI::ExistingFile);
    addCommand(app, options, "version", "print the version", Command::version);

    options.kubectlArguments = takeKubectlArguments(arguments);
    std::ranges::reverse(arguments); // CLI11 takes them from the back
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out, err;
        const int code = app.exit(error, out, err);
        return std::unexpected(ParseStop{code == 0 ? 0 : 2, out.str() + err.str()});
    }
    return options;
}

} // namespace slipway::desktop
