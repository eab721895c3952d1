// bench_placement: makes nodes and pods in a cluster, and says how fast the pods are created and bound.

#include "cluster/api/codec.h"
#include "cluster/client/kubeconfig.h"
#include "cluster/client/reflector.h"
#include "tests/bench/scheduler/workloads.h"

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <format>
#include <iostream>
#include <mutex>
#include <set>
#include <thread>

using namespace slipway;
using Clock = std::chrono::steady_clock;
using api::core_v1::Namespace;
using api::core_v1::Node;
using api::core_v1::Pod;

namespace {

struct Options {
    std::filesystem::path kubeconfig = client::defaultKubeconfigPath();
    std::string workload = "basic", ns = "bench-placement";
    int nodes = 1000, pods = 5000, clients = 32, seconds = 600;
    bool ownNodes = true, keep = false;
};

/// Counts the pods of the namespace that have got a node.
class BoundPods : public client::ReflectorSink {
public:
    std::size_t count() const {
        std::lock_guard lock(mutex_);
        return bound_.size();
    }

private:
    void look(const api::Json& pod) {
        if (api::stringAt(pod, {"spec", "nodeName"}).empty())
            return;
        std::lock_guard lock(mutex_);
        bound_.insert(std::string(api::stringAt(pod, {"metadata", "name"})));
    }
    void replace(std::vector<std::shared_ptr<const api::Json>> objects) override {
        for (const auto& object : objects)
            look(*object);
    }
    void apply(std::vector<client::Change> changes) override {
        for (const auto& change : changes)
            look(*change.object);
    }
    void freshness(client::Freshness, const std::string&) override {}

    mutable std::mutex mutex_;
    std::set<std::string> bound_;
};

std::shared_ptr<const client::Client> connect(const Options& options) {
    const auto settings = client::loadContext(options.kubeconfig);
    if (!settings)
        throw std::runtime_error(settings.error().message);
    auto transport = client::makeHttpTransport(*settings);
    if (!transport)
        throw std::runtime_error(transport.error().message);
    return std::make_shared<const client::Client>(*transport);
}

/// Runs the numbers below @p count through all clients at once.
template <class Step>
void spread(const std::vector<std::shared_ptr<const client::Client>>& clients, int count, Step step) {
    std::atomic<int> next = 0, failed = 0;
    {
        std::vector<std::jthread> threads;
        for (const auto& client : clients)
            threads.emplace_back([&, client] {
                for (int number = next++; number < count; number = next++)
                    if (const auto done = step(*client, number); !done && failed++ == 0)
                        std::cerr << "bench_placement: " << done.error().message << "\n";
            });
    }
    if (failed > 0)
        std::cerr << std::format("bench_placement: {} of {} requests failed\n", failed.load(), count);
}

template <class T> client::Result<void> made(client::Result<T> answer) {
    if (!answer && answer.error().kind != client::Errc::alreadyExists)
        return std::unexpected(answer.error());
    return {};
}

Node benchNode(int number) {
    Node node = bench::benchNode(number);
    node.status->capacity = node.status->allocatable;
    api::core_v1::NodeCondition ready;
    ready.type = "Ready";
    ready.status = "True";
    node.status->conditions = {ready};
    return node;
}

void run(const Options& options) {
    const auto all = bench::workloads(options.nodes);
    const auto workload = std::ranges::find(all, options.workload, &bench::Workload::name);
    if (workload == all.end())
        throw std::runtime_error("there is no workload " + options.workload);
    std::vector<std::shared_ptr<const client::Client>> clients;
    for (int i = 0; i < options.clients; ++i)
        clients.push_back(connect(options));
    Namespace ns;
    ns.metadata.name = options.ns;
    std::ignore = clients.front()->create<Namespace>("", ns);
    if (options.ownNodes)
        spread(clients, options.nodes, [](const client::Client& client, int number) {
            return made(client.create<Node>("", benchNode(number)));
        });
    BoundPods bound;
    client::Reflector stream(clients.front(), client::resourceOf<Pod>(), options.ns, {}, bound);
    stream.start();
    const auto begin = Clock::now();
    spread(clients, options.pods, [&](const client::Client& client, int number) {
        Pod pod = *workload->pod(number).pod;
        pod.metadata.namespace_ = options.ns;
        pod.metadata.uid.clear();
        api::core_v1::Toleration everything;
        everything.operator_ = "Exists";
        pod.spec->tolerations = {everything};
        return made(client.create<Pod>(options.ns, pod));
    });
    const double created = std::chrono::duration<double>(Clock::now() - begin).count();
    const auto deadline = begin + std::chrono::seconds(options.seconds);
    while (bound.count() < std::size_t(options.pods) && Clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const double done = std::chrono::duration<double>(Clock::now() - begin).count();
    std::cout << std::format("{}: {} nodes, {} pods: created in {:.2f} s ({:.0f}/s), {} bound in {:.2f} s ({:.0f}/s)\n",
                             options.workload, options.nodes, options.pods, created, options.pods / created,
                             bound.count(), done, double(bound.count()) / done);
    if (options.keep)
        return;
    std::ignore = clients.front()->remove(client::resourceOf<Namespace>(), "", options.ns);
    if (options.ownNodes)
        spread(clients, options.nodes, [](const client::Client& client, int number) {
            return client.remove(client::resourceOf<Node>(), "", benchNode(number).metadata.name);
        });
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Makes nodes and pods, and says how fast pods are created and bound");
    app.add_option("--kubeconfig", options.kubeconfig, "The kubeconfig")->capture_default_str();
    app.add_option("--workload", options.workload, "What the pods are like (bench_scheduler's)")->capture_default_str();
    app.add_option("--namespace", options.ns, "Made for the run and removed after it")->capture_default_str();
    app.add_option("--nodes", options.nodes, "Nodes that are made")->capture_default_str();
    app.add_option("--pods", options.pods, "Pods that are made")->capture_default_str();
    app.add_option("--clients", options.clients, "Connections, each used by one thread")->capture_default_str();
    app.add_option("--seconds", options.seconds, "How long to wait at most")->capture_default_str();
    app.add_flag("!--no-nodes", options.ownNodes, "Make no nodes: the cluster has some");
    app.add_flag("--keep", options.keep, "Leave everything");
    CLI11_PARSE(app, argc, argv);
    try {
        run(options);
    } catch (const std::exception& error) {
        std::cerr << "bench_placement: " << error.what() << "\n";
        return 1;
    }
    return 0;
}
