#include "app/desktop/command_tree.h"

#include <CLI/CLI.hpp>

#include "app/desktop/option_values.h"
#include "app/desktop/options.h"

namespace slipway::desktop {

namespace {

CLI::App* add(CLI::App& app, Options& options, const char* name, const std::string& text, Command command) {
    auto* sub = app.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback([&options, command] { options.command = command; });
    return sub;
}

CLI::App* addGroup(CLI::App& app, const char* name, const std::string& text) {
    auto* group = app.add_subcommand(name, text)->fallthrough();
    group->require_subcommand(1);
    return group;
}

CLI::App* addOutput(CLI::App* command, Options& options) {
    command
        ->add_option_function<std::string>(
            "-o,--output", [&options](const std::string& format) { options.json = format == "json"; }, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
    return command;
}

/// An option that may be given several times, each value read by `parse` into `list`.
template <class T, class Parse>
void addList(CLI::App* command, const char* name, const std::string& text, std::vector<T>& list, Parse parse) {
    command->add_option_function<std::vector<std::string>>(
        name,
        [&list, parse, name](const std::vector<std::string>& values) {
            for (const auto& value : values) {
                auto parsed = parse(value);
                if (!parsed)
                    throw CLI::ValidationError(name, parsed.error());
                list.push_back(std::move(*parsed));
            }
        },
        text);
}

void addResources(CLI::App* command, Options& options) {
    auto& wanted = options.resources;
    command->add_option("--cpus", wanted.cpus, "processors a node may use")->check(CLI::PositiveNumber);
    for (const auto& [name, text, size] :
         {std::tuple{"--memory", "memory a node may use, such as 2G", &wanted.memoryMiB},
          std::tuple{"--disk", "disk of a virtual machine, such as 20G", &wanted.diskMiB}})
        command->add_option_function<std::string>(
            name,
            [name, size](const std::string& value) {
                const auto parsed = parseMemory(value);
                if (!parsed)
                    throw CLI::ValidationError(name, parsed.error());
                *size = *parsed;
            },
            text);
}

void addLife(CLI::App& app, Options& options) {
    auto* start = add(app, options, "start", "start the cluster, making it when it is new", Command::start);
    start->add_flag("--sample", options.sample, "deploy the sample application and wait until it answers");
    start->add_flag("--timings", options.timings, "say where the time went");
    start->add_flag("--keep-context", options.keepContext, "leave the kubeconfig alone");
    start->add_option("--driver", options.driver, "how nodes are made; auto takes the first that works here")
        ->check(CLI::IsMember({"auto", "native", "docker", "libvirt"}))
        ->capture_default_str();
    start->add_option("--nodes", options.nodes, "how many nodes there shall be")->check(CLI::Range(1, 100));
    start->add_option("--control-planes", options.controlPlanes, "how many of them run the API server")
        ->check(CLI::Range(1, 9));
    start->add_option("--wait", options.waitSeconds, "seconds to wait until it is ready")->capture_default_str();
    addResources(start, options);
    addList(start, "--port", "publish a port of a node: [ADDRESS:]HOST:NODE[/udp]", options.ports, parsePort);
    addList(start, "--folder", "show a folder of this machine to the nodes: FOLDER:/FOLDER-IN-NODE[:ro]",
            options.folders, parseFolder);
    addList(start, "--mirror", "look for a registry's images here first: REGISTRY=URL", options.registries,
            parseMirror);
    add(app, options, "stop", "stop the cluster; its state is kept", Command::stop);
    add(app, options, "pause", "freeze the cluster where it is", Command::pause);
    add(app, options, "resume", "let a paused cluster run again", Command::resume);
    add(app, options, "delete", "delete the cluster and everything in it", Command::remove);
    addOutput(
        add(app, options, "status", "show the cluster's state; exit code 1 when it does not run", Command::status),
        options);
    addOutput(add(app, options, "list", "list the clusters of this machine", Command::list), options);
}

void addNodes(CLI::App& app, Options& options) {
    auto* group = addGroup(app, "node", "the nodes of the cluster");
    auto* added = add(*group, options, "add", "add a node, also while the cluster runs", Command::nodeAdd);
    added->add_option("name", options.node, "its name; the next free one when left out");
    addResources(added, options);
    auto* removed = add(*group, options, "remove", "move a node's pods away and remove it", Command::nodeRemove);
    removed->add_option("name", options.node, "its name")->required();
    removed->add_option("--wait", options.waitSeconds, "seconds to wait for the pods to go")->capture_default_str();
    addOutput(add(*group, options, "list", "list the nodes", Command::nodeList), options);
    auto* set = add(*group, options, "set", "change what a node may use, also while it runs", Command::nodeSet);
    set->add_option("name", options.node, "its name")->required();
    addResources(set, options);
    auto* shell =
        add(*group, options, "shell", "a shell in a node, or a command: node shell NAME -- ls", Command::nodeShell);
    shell->add_option("name", options.node, "the node; the first when left out");
    shell->add_option("command", options.words, "the command and its arguments");
    auto* logs = add(*group, options, "logs", "what a node's services said", Command::nodeLogs);
    logs->add_option("name", options.node, "the node; the first when left out");
    logs->add_option("--service", options.name, "only this one: init, containerd, server or agent")
        ->check(CLI::IsMember({"init", "containerd", "server", "agent"}));
    logs->add_flag("-f,--follow", options.follow, "go on as more comes");
    auto* copy =
        add(*group, options, "cp", "copy a file to or from a node: NODE:PATH names one in a node", Command::nodeCopy);
    copy->add_option("source", options.name, "what to copy")->required();
    copy->add_option("destination", options.target, "where to")->required();
}

void addImages(CLI::App& app, Options& options) {
    auto* group = addGroup(app, "image", "container images on the cluster's nodes");
    auto* load =
        add(*group, options, "load",
            "load archives (docker or OCI), or images of this machine's Docker or Podman by name", Command::imageLoad);
    load->add_option("image", options.words, "archives or image names")->required()->check([](const std::string& text) {
        const bool isFile = text.starts_with('/') || text.starts_with('.') || text.ends_with(".tar");
        return isFile && !std::filesystem::exists(text) ? text + " does not exist" : std::string();
    });
    addOutput(add(*group, options, "list", "list the images", Command::imageList), options);
    auto* remove = add(*group, options, "remove", "remove images from every node", Command::imageRemove);
    remove->add_option("image", options.words, "image names")->required();
}

} // namespace

std::unique_ptr<CLI::App> makeCommandTree(Options& options) {
    auto app = std::make_unique<CLI::App>(
        "A Kubernetes cluster in about a second, and everything in it. Without a command: the window.", "slipway");
    app->add_option("--cluster", options.cluster, "name of the cluster")->capture_default_str();
    app->require_subcommand(0, 1);
    addLife(*app, options);
    add(*app, options, "kubeconfig", "print the administrator's kubeconfig", Command::kubeconfig);
    add(*app, options, "kubectl", "run kubectl on the cluster: slipway kubectl -- get pods", Command::kubectl);
    addNodes(*app, options);
    addImages(*app, options);
    add(*app, options, "version", "print the version", Command::version);
    return app;
}

} // namespace slipway::desktop
