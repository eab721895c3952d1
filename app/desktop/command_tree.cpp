#include "app/desktop/command_tree.h"

#include <CLI/CLI.hpp>

#include "app/desktop/command_line_texts.h"
#include "app/desktop/option_values.h"
#include "app/desktop/options.h"

namespace slipway::desktop {

namespace {
CLI::App* add(CLI::App& app, Options& options, const char* name, const QString& text, Command command) {
    auto* sub = app.add_subcommand(name, text.toStdString());
    sub->fallthrough();
    sub->callback([&options, command] { options.command = command; });
    return sub;
}

CLI::App* addGroup(CLI::App& app, const char* name, const QString& text) {
    auto* group = app.add_subcommand(name, text.toStdString())->fallthrough();
    group->require_subcommand(1);
    return group;
}

CLI::App* addOutput(CLI::App* command, Options& options) {
    command
        ->add_option_function<std::string>(
            "-o,--output", [&options](const std::string& format) { options.json = format == "json"; },
            CommandLine::tr("text or json").toStdString())
        ->check(CLI::IsMember({"text", "json"}));
    return command;
}

/// An option that may be given several times, each value read by `parse` into `list`.
template <class T, class Parse>
void addList(CLI::App* command, const char* name, const QString& text, std::vector<T>& list, Parse parse) {
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
        text.toStdString());
}

void addResources(CLI::App* command, Options& options) {
    auto& wanted = options.resources;
    command->add_option("--cpus", wanted.cpus, CommandLine::tr("processors a node may use").toStdString())
        ->check(CLI::PositiveNumber);
    for (const auto& [name, text, size] :
         {std::tuple{"--memory", CommandLine::tr("memory a node may use, such as 2G"), &wanted.memoryMiB},
          std::tuple{"--disk", CommandLine::tr("disk of a virtual machine, such as 20G"), &wanted.diskMiB}})
        command->add_option_function<std::string>(
            name,
            [name, size](const std::string& value) {
                const auto parsed = parseMemory(value);
                if (!parsed)
                    throw CLI::ValidationError(name, parsed.error());
                *size = *parsed;
            },
            text.toStdString());
}

void addLife(CLI::App& app, Options& options) {
    auto* start =
        add(app, options, "start", CommandLine::tr("start the cluster, making it when it is new"), Command::start);
    start->add_flag("--sample", options.sample,
                    CommandLine::tr("deploy the sample application and wait until it answers").toStdString());
    start->add_flag("--timings", options.timings, CommandLine::tr("say where the time went").toStdString());
    start->add_flag("--keep-context", options.keepContext, CommandLine::tr("leave the kubeconfig alone").toStdString());
    start
        ->add_option("--driver", options.driver,
                     CommandLine::tr("how nodes are made; auto takes the first that works here").toStdString())
        ->check(CLI::IsMember({"auto", "native", "docker", "libvirt"}))
        ->capture_default_str();
    start->add_option("--nodes", options.nodes, CommandLine::tr("how many nodes there shall be").toStdString())
        ->check(CLI::Range(1, 100));
    start
        ->add_option("--control-planes", options.controlPlanes,
                     CommandLine::tr("how many of them run the API server").toStdString())
        ->check(CLI::Range(1, 9));
    start->add_option("--wait", options.waitSeconds, CommandLine::tr("seconds to wait until it is ready").toStdString())
        ->capture_default_str();
    addResources(start, options);
    addList(start, "--port", CommandLine::tr("publish a port of a node: [ADDRESS:]HOST:NODE[/udp]"), options.ports,
            parsePort);
    addList(start, "--folder",
            CommandLine::tr("show a folder of this machine to the nodes: FOLDER:/FOLDER-IN-NODE[:ro]"), options.folders,
            parseFolder);
    addList(start, "--mirror", CommandLine::tr("look for a registry's images here first: REGISTRY=URL"),
            options.registries, parseMirror);
    add(app, options, "stop", CommandLine::tr("stop the cluster; its state is kept"), Command::stop);
    add(app, options, "pause", CommandLine::tr("freeze the cluster where it is"), Command::pause);
    add(app, options, "resume", CommandLine::tr("let a paused cluster run again"), Command::resume);
    add(app, options, "delete", CommandLine::tr("delete the cluster and everything in it"), Command::remove);
    addOutput(add(app, options, "status", CommandLine::tr("show the cluster's state; exit code 1 when it does not run"),
                  Command::status),
              options);
    addOutput(add(app, options, "list", CommandLine::tr("list the clusters of this machine"), Command::list), options);
}

void addNodes(CLI::App& app, Options& options) {
    auto* group = addGroup(app, "node", CommandLine::tr("the nodes of the cluster"));
    auto* added =
        add(*group, options, "add", CommandLine::tr("add a node, also while the cluster runs"), Command::nodeAdd);
    added->add_option("name", options.node, CommandLine::tr("its name; the next free one when left out").toStdString());
    addResources(added, options);
    auto* removed =
        add(*group, options, "remove", CommandLine::tr("move a node's pods away and remove it"), Command::nodeRemove);
    removed->add_option("name", options.node, CommandLine::tr("its name").toStdString())->required();
    removed
        ->add_option("--wait", options.waitSeconds, CommandLine::tr("seconds to wait for the pods to go").toStdString())
        ->capture_default_str();
    addOutput(add(*group, options, "list", CommandLine::tr("list the nodes"), Command::nodeList), options);
    auto* set = add(*group, options, "set", CommandLine::tr("change what a node may use, also while it runs"),
                    Command::nodeSet);
    set->add_option("name", options.node, CommandLine::tr("its name").toStdString())->required();
    addResources(set, options);
    auto* shell = add(*group, options, "shell",
                      CommandLine::tr("a shell in a node, or a command: node shell NAME -- ls"), Command::nodeShell);
    shell->add_option("name", options.node, CommandLine::tr("the node; the first when left out").toStdString());
    auto* logs = add(*group, options, "logs", CommandLine::tr("what a node's services said"), Command::nodeLogs);
    logs->add_option("name", options.node, CommandLine::tr("the node; the first when left out").toStdString());
    logs->add_option("--service", options.name,
                     CommandLine::tr("only this one: init, containerd, server or agent").toStdString())
        ->check(CLI::IsMember({"init", "containerd", "server", "agent"}));
    logs->add_flag("-f,--follow", options.follow, CommandLine::tr("go on as more comes").toStdString());
    auto* copy =
        add(*group, options, "cp", CommandLine::tr("copy a file to or from a node: NODE:PATH names one in a node"),
            Command::nodeCopy);
    copy->add_option("source", options.name, CommandLine::tr("what to copy").toStdString())->required();
    copy->add_option("destination", options.target, CommandLine::tr("where to").toStdString())->required();
}

void addImages(CLI::App& app, Options& options) {
    auto* group = addGroup(app, "image", CommandLine::tr("container images on the cluster's nodes"));
    auto* load =
        add(*group, options, "load",
            CommandLine::tr("load archives (docker or OCI), or images of this machine's Docker or Podman by name"),
            Command::imageLoad);
    load->add_option("image", options.words, CommandLine::tr("archives or image names").toStdString())
        ->required()
        ->check([](const std::string& text) {
            const bool isFile = text.starts_with('/') || text.starts_with('.') || text.ends_with(".tar");
            return isFile && !std::filesystem::exists(text)
                       ? CommandLine::tr("%1 does not exist").arg(QString::fromStdString(text)).toStdString()
                       : std::string();
        });
    addOutput(add(*group, options, "list", CommandLine::tr("list the images"), Command::imageList), options);
    auto* remove =
        add(*group, options, "remove", CommandLine::tr("remove images from every node"), Command::imageRemove);
    remove->add_option("image", options.words, CommandLine::tr("image names").toStdString())->required();
    auto* build = add(*group, options, "build", CommandLine::tr("build an image from a Dockerfile and load it"),
                      Command::imageBuild);
    build->add_option("folder", options.files, CommandLine::tr("the build's context").toStdString())
        ->required()
        ->check(CLI::ExistingDirectory);
    build->add_option("-t,--tag", options.name, CommandLine::tr("name of the image").toStdString())->required();
}

void addSnapshots(CLI::App& app, Options& options) {
    auto* group =
        addGroup(app, "snapshot", CommandLine::tr("copies of the whole cluster: its objects, volumes and images"));
    const auto named = [&](const char* name, const QString& text, Command command) {
        auto* sub = add(*group, options, name, text, command);
        sub->add_option("name", options.name, CommandLine::tr("name of the snapshot").toStdString())->required();
        return sub;
    };
    named("save", CommandLine::tr("save the cluster as it is now, also while it runs"), Command::snapshotSave);
    addOutput(add(*group, options, "list", CommandLine::tr("list the cluster's snapshots"), Command::snapshotList),
              options);
    named("restore", CommandLine::tr("bring the cluster back to a snapshot"), Command::snapshotRestore);
    named("delete", CommandLine::tr("delete a snapshot"), Command::snapshotDelete);
    named("fork", CommandLine::tr("make another cluster of a snapshot"), Command::snapshotFork)
        ->add_option("cluster", options.target, CommandLine::tr("name of the new cluster").toStdString())
        ->required();
}

void addAddons(CLI::App& app, Options& options) {
    auto* group = addGroup(app, "addon", CommandLine::tr("add-ons that come with slipway"));
    addOutput(add(*group, options, "list", CommandLine::tr("list them"), Command::addonList), options);
    add(*group, options, "enable", CommandLine::tr("enable one"), Command::addonEnable)
        ->add_option("name", options.name, CommandLine::tr("its name").toStdString())
        ->required();
    add(*group, options, "disable", CommandLine::tr("disable one"), Command::addonDisable)
        ->add_option("name", options.name, CommandLine::tr("its name").toStdString())
        ->required();
}

} // namespace

std::unique_ptr<CLI::App> makeCommandTree(Options& options) {
    auto app = std::make_unique<CLI::App>(
        CommandLine::tr("A Kubernetes cluster in about a second, and everything in it. Without a command: the window.")
            .toStdString(),
        "slipway");
    app->add_option("--cluster", options.cluster, CommandLine::tr("name of the cluster").toStdString())
        ->capture_default_str();
    app->require_subcommand(0, 1);
    addLife(*app, options);
    add(*app, options, "kubeconfig", CommandLine::tr("print the administrator's kubeconfig"), Command::kubeconfig);
    add(*app, options, "kubectl", CommandLine::tr("run kubectl on the cluster: slipway kubectl -- get pods"),
        Command::kubectl);
    addNodes(*app, options);
    addImages(*app, options);
    auto* service = add(*app, options, "service", CommandLine::tr("print where this machine reaches a service"),
                        Command::serviceUrl);
    service->add_option("name", options.name, CommandLine::tr("NAME or NAMESPACE/NAME").toStdString())->required();
    addSnapshots(*app, options);
    addAddons(*app, options);
    addOutput(add(*app, options, "doctor", CommandLine::tr("what works on this machine, what does not, and why"),
                  Command::doctor),
              options);
    auto* bundle = add(*app, options, "bundle", CommandLine::tr("pack logs and state, without secrets, for a report"),
                       Command::bundle);
    bundle->add_option("file", options.files, CommandLine::tr("the archive to write (.tar.gz)").toStdString())
        ->required()
        ->expected(1);
    auto* completion = add(*app, options, "completion", CommandLine::tr("print shell completion"), Command::completion);
    completion->add_option("shell", options.name, CommandLine::tr("bash, zsh or fish").toStdString())
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    add(*app, options, "version", CommandLine::tr("print the version"), Command::version);
    return app;
}

} // namespace slipway::desktop
