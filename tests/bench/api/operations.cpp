#include "tests/bench/api/operations.h"

#include "cluster/api/json.h"
#include "tests/bench/api/processes.h"

#include <atomic>
#include <format>
#include <functional>
#include <thread>

namespace slipway::bench {

using api::JsonObject;
using client::Client;
using Clock = std::chrono::steady_clock;

namespace {

const client::ResourceRef pods{"", "v1", "pods", "Pod", true};
const client::ResourceRef namespaces{"", "v1", "namespaces", "Namespace", false};
const client::ResourceRef accounts{"", "v1", "serviceaccounts", "ServiceAccount", true};
const client::ResourceRef nodes{"", "v1", "nodes", "Node", false};

std::string podName(int number) {
    return std::format("pod-{:06}", number);
}

std::string nodeName(int number) {
    return std::format("bench-node-{:05}", number);
}

/// About what an agent says of its node when it comes first.
JsonObject node(int number) {
    const JsonObject resources{{"cpu", "16"}, {"memory", "64Gi"}, {"pods", "110"}, {"ephemeral-storage", "100Gi"}};
    const JsonObject address{{"type", "InternalIP"},
                             {"address", std::format("10.{}.{}.1", 100 + number / 256, number % 256)}};
    return {{"apiVersion", "v1"},
            {"kind", "Node"},
            {"metadata", JsonObject{{"name", nodeName(number)},
                                    {"labels", JsonObject{{"kubernetes.io/hostname", nodeName(number)},
                                                          {"kubernetes.io/os", "linux"},
                                                          {"kubernetes.io/arch", "amd64"}}}}},
            {"status", JsonObject{{"capacity", resources},
                                  {"allocatable", resources},
                                  {"addresses", api::JsonArray{address}},
                                  {"nodeInfo", JsonObject{{"kubeletVersion", "v1.34.0"},
                                                          {"operatingSystem", "linux"},
                                                          {"architecture", "amd64"}}}}}};
}

/// About what a Deployment's pod holds.
JsonObject pod(const std::string& name, int number) {
    JsonObject container{{"name", "web"},
                         {"image", "docker.io/library/nginx:1.29"},
                         {"ports", api::JsonArray{JsonObject{{"containerPort", 80}, {"protocol", "TCP"}}}},
                         {"env", api::JsonArray{JsonObject{{"name", "LOG_LEVEL"}, {"value", "info"}},
                                                JsonObject{{"name", "NUMBER"}, {"value", std::to_string(number)}}}},
                         {"resources", JsonObject{{"requests", JsonObject{{"cpu", "50m"}, {"memory", "64Mi"}}}}}};
    return {{"apiVersion", "v1"},
            {"kind", "Pod"},
            {"metadata", JsonObject{{"name", name},
                                    {"labels", JsonObject{{"app", "bench"}, {"group", std::to_string(number % 100)}}}}},
            {"spec", JsonObject{{"nodeName", "bench-no-such-node"},
                                {"terminationGracePeriodSeconds", 0},
                                {"containers", api::JsonArray{container}}}}};
}

/// One request: its number, and the client to send it with. Returns what went wrong.
using Step = std::function<client::Result<void>(const Client& client, int number)>;

void timed(Samples& samples, const std::function<client::Result<void>()>& request) {
    const auto begin = Clock::now();
    const auto done = request();
    if (done)
        samples.add(Clock::now() - begin);
    else
        samples.fail(done.error().message);
}

/// Runs the numbers 0 to @p count - 1 through all clients at once.
Outcome spread(const std::string& name, const Load& load, int count, const Step& step) {
    Outcome outcome{.operation = name, .clients = int(load.clients.size()), .samples = {}};
    std::atomic<int> next = 0;
    std::vector<Samples> samples(load.clients.size());
    const auto begin = Clock::now();
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < load.clients.size(); ++i)
            threads.emplace_back([&, i] {
                for (int number = next++; number < count; number = next++)
                    timed(samples[i], [&] { return step(*load.clients[i], number); });
            });
    }
    outcome.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    for (Samples& part : samples)
        outcome.samples.merge(std::move(part));
    return outcome;
}

template <class T> client::Result<void> checked(client::Result<T> answer) {
    if (!answer)
        return std::unexpected(std::move(answer.error()));
    return {};
}

client::Result<void> read(const Client& client, const std::string& target) {
    client::Request request;
    request.target = target;
    auto answer = client.transport().send(request);
    if (!answer)
        return std::unexpected(std::move(answer.error()));
    if (answer->code != 200)
        return std::unexpected(client::errorFromResponse(*answer));
    return {};
}

client::Result<void> patch(const Client& client, const Load& load, int number, int round) {
    const JsonObject change{{"metadata", JsonObject{{"annotations", JsonObject{{"round", std::to_string(round)}}}}}};
    return checked(client.patch(pods, load.ns, podName(number), client::PatchKind::merge, change));
}

client::Result<void> removeNow(const Client& client, const Load& load, const std::string& name) {
    client::DeleteOptions options;
    options.gracePeriodSeconds = 0;
    return client.remove(pods, load.ns, name, options);
}

Outcome create(const Load& load) {
    return spread("create", load, load.objects, [&](const Client& client, int number) {
        return checked(client.create(pods, load.ns, pod(podName(number), number)));
    });
}

Outcome registerNodes(const Load& load) {
    return spread("nodes", load, load.nodes,
                  [](const Client& client, int number) { return checked(client.create(nodes, "", node(number))); });
}

/// What a scheduler asks of the server for a pod: it is made, and bound to one of the nodes.
Outcome createAndBind(const Load& load) {
    return spread("bind", load, load.objects, [&](const Client& client, int number) -> client::Result<void> {
        const std::string name = std::format("bound-{:06}", number);
        JsonObject made = pod(name, number);
        JsonObject& spec = api::objectAt(made, {"spec"});
        spec.erase("nodeName");
        spec["schedulerName"] = "bench"; // this program
        if (auto created = client.create(pods, load.ns, made); !created)
            return std::unexpected(std::move(created.error()));
        const JsonObject binding{{"apiVersion", "v1"},
                                 {"kind", "Binding"},
                                 {"metadata", JsonObject{{"name", name}}},
                                 {"target", JsonObject{{"kind", "Node"}, {"name", nodeName(number % load.nodes)}}}};
        return checked(client.create(pods, load.ns, binding, "binding", name));
    });
}

Outcome get(const Load& load) {
    return spread("get", load, load.objects * 5, [&](const Client& client, int number) {
        return read(client, pods.path(load.ns, podName(number % load.objects)));
    });
}

Outcome list(const Load& load) {
    return spread("list", load, 50, [&](const Client& client, int) { return read(client, pods.path(load.ns)); });
}

Outcome select(const Load& load) {
    return spread("select", load, 500, [&](const Client& client, int number) {
        return read(client, pods.path(load.ns) + std::format("?labelSelector=group%3D{}", number % 100));
    });
}

Outcome patchAll(const Load& load) {
    return spread("patch", load, load.objects,
                  [&](const Client& client, int number) { return patch(client, load, number, 1); });
}

Outcome removeAll(const Load& load) {
    return spread("delete", load, load.objects,
                  [&](const Client& client, int number) { return removeNow(client, load, podName(number)); });
}

/// Counts the events of a stream until it ends.
void countEvents(client::Stream& stream, std::atomic<long long>& events) {
    for (;;) {
        const auto piece = stream.read();
        if (!piece || piece->empty())
            return;
        events += std::ranges::count(*piece, '\n');
    }
}

/// Watchers of one namespace while its pods are patched; the samples are the patches.
Outcome watch(const Load& load) {
    std::vector<std::unique_ptr<client::Stream>> streams;
    client::Request request;
    request.target = pods.path(load.ns) + "?watch=1&resourceVersion=0&sendInitialEvents=false";
    if (const auto now = load.clients[0]->list(pods, load.ns, {.limit = 1}))
        request.target = pods.path(load.ns) + "?watch=1&resourceVersion=" + now->resourceVersion;
    Samples refused;
    for (int i = 0; i < load.watchers; ++i) {
        auto stream = load.clients[std::size_t(i) % load.clients.size()]->transport().open(request);
        if (stream)
            streams.push_back(std::move(*stream));
        else
            refused.fail(stream.error().message);
    }
    std::atomic<long long> events = 0;
    std::vector<std::jthread> readers;
    for (auto& stream : streams)
        readers.emplace_back([&] { countEvents(*stream, events); });
    const auto begin = Clock::now();
    Outcome outcome = spread("watch", load, load.objects,
                             [&](const Client& client, int number) { return patch(client, load, number, 2); });
    const long long expected = (long long)(outcome.samples.count()) * (long long)(streams.size());
    while (events < expected && Clock::now() - begin < std::chrono::seconds(60))
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    outcome.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    outcome.eventsPerSecond = double(events) / outcome.seconds;
    if (events < expected)
        outcome.samples.fail(std::format("{} of {} events came", events.load(), expected));
    outcome.samples.merge(std::move(refused));
    for (auto& stream : streams)
        stream->cancel();
    return outcome;
}

/// Every client makes, changes and removes pods of its own for a while.
Outcome churn(const Load& load) {
    const auto end = Clock::now() + std::chrono::seconds(load.seconds);
    std::atomic<int> fresh = 1'000'000;
    Outcome outcome{.operation = "churn", .clients = int(load.clients.size()), .samples = {}};
    std::vector<Samples> samples(load.clients.size());
    const auto begin = Clock::now();
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < load.clients.size(); ++i)
            threads.emplace_back([&, i] {
                const Client& client = *load.clients[i];
                while (Clock::now() < end) {
                    const int number = fresh++;
                    timed(samples[i],
                          [&] { return checked(client.create(pods, load.ns, pod(podName(number), number))); });
                    timed(samples[i], [&] { return patch(client, load, number, 3); });
                    timed(samples[i], [&] { return removeNow(client, load, podName(number)); });
                }
            });
    }
    outcome.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    for (Samples& part : samples)
        outcome.samples.merge(std::move(part));
    return outcome;
}

struct Named {
    const char* name;
    Outcome (*run)(const Load&);
};
constexpr Named operations[] = {
    {"create", create}, {"get", get},     {"list", list},        {"select", select},       {"patch", patchAll},
    {"watch", watch},   {"churn", churn}, {"delete", removeAll}, {"nodes", registerNodes}, {"bind", createAndBind}};

} // namespace

std::vector<std::string> operationNames() {
    std::vector<std::string> names;
    for (const Named& operation : operations)
        names.emplace_back(operation.name);
    return names;
}

std::optional<Outcome> carryOut(const std::string& operation, const Load& load) {
    for (const Named& known : operations) {
        if (operation != known.name)
            continue;
        const ProcessUse before = totalUse(load.pids);
        Outcome outcome = known.run(load);
        const ProcessUse after = totalUse(load.pids);
        outcome.cpuSeconds = after.cpuSeconds - before.cpuSeconds;
        outcome.residentMiB = after.residentMiB;
        return outcome;
    }
    return {};
}

client::Result<void> prepare(const Load& load) {
    const auto made =
        load.clients.at(0)->create(namespaces, "", JsonObject{{"metadata", JsonObject{{"name", load.ns}}}});
    if (!made && made.error().kind != client::Errc::alreadyExists)
        return std::unexpected(made.error());
    for (int i = 0; i < 100; ++i) { // a controller makes the account, and pods are refused without it
        if (load.clients.at(0)->get(accounts, load.ns, "default"))
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return {};
}

void cleanUp(const Load& load) {
    for (int i = 0; i < load.nodes; ++i)
        if (!load.clients.at(0)->remove(nodes, "", nodeName(i)))
            break; // none were registered
    (void)load.clients.at(0)->remove(namespaces, "", load.ns);
    for (int i = 0; i < 600; ++i) {
        const auto there = load.clients.at(0)->get(namespaces, "", load.ns);
        if (!there && there.error().kind == client::Errc::notFound)
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

} // namespace slipway::bench
