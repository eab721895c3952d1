// bench_api: a load program for any Kubernetes API server that a kubeconfig names.

#include "cluster/client/kubeconfig.h"
#include "tests/bench/api/operations.h"
#include "tests/bench/api/report.h"

#include <CLI/CLI.hpp>
#include <iostream>

using namespace slipway;

namespace {

struct Options {
    std::filesystem::path kubeconfig = client::defaultKubeconfigPath();
    std::string context;
    int clients = 32;
    bool json = false, keep = false;
    std::vector<std::string> operations;
    bench::Load load;
};

client::Result<void> connect(Options& options) {
    const auto settings = client::loadContext(options.kubeconfig, options.context);
    if (!settings)
        return std::unexpected(settings.error());
    for (int i = 0; i < options.clients; ++i) {
        auto transport = client::makeHttpTransport(*settings);
        if (!transport)
            return std::unexpected(transport.error());
        options.load.clients.push_back(std::make_shared<const client::Client>(std::move(*transport)));
    }
    return bench::prepare(options.load);
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Drives a Kubernetes API server and says how fast it answered");
    app.add_option("--kubeconfig", options.kubeconfig, "The kubeconfig")->capture_default_str();
    app.add_option("--context", options.context, "Its context; the current one when left out");
    app.add_option("--clients", options.clients, "Connections, each used by one thread")->capture_default_str();
    app.add_option("--objects", options.load.objects, "Pods that are made")->capture_default_str();
    app.add_option("--watchers", options.load.watchers, "Watchers of the watch operation")->capture_default_str();
    app.add_option("--seconds", options.load.seconds, "How long churn goes on")->capture_default_str();
    app.add_option("--namespace", options.load.ns, "Made for the run and removed after it")->capture_default_str();
    app.add_option("--nodes", options.load.nodes, "Nodes that are registered, and bound to")->capture_default_str();
    app.add_option("--pid", options.load.pids, "A process of the server, whose memory and CPU are told");
    app.add_flag("--keep", options.keep, "Leave the namespace");
    app.add_flag("--json", options.json, "For programs");
    app.add_option("operation", options.operations, "What to do, in this order; everything when left out")
        ->check(CLI::IsMember(bench::operationNames()));
    CLI11_PARSE(app, argc, argv);
    if (const auto connected = connect(options); !connected) {
        std::cerr << "bench_api: " << connected.error().message << "\n";
        return 1;
    }
    if (options.operations.empty())
        options.operations = bench::operationNames();
    std::vector<bench::Outcome> outcomes;
    for (const std::string& operation : options.operations)
        if (auto outcome = bench::carryOut(operation, options.load))
            outcomes.push_back(std::move(*outcome));
    const auto processes = bench::readUse(options.load.pids);
    if (!options.keep)
        bench::cleanUp(options.load);
    if (options.json)
        std::cout << api::printJson(bench::asJson(outcomes, processes)) << "\n";
    else
        std::cout << bench::asTable(outcomes, processes);
    return 0;
}
