#include "cluster/apiserver/request_metrics.h"

#include "cluster/base/metrics.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>

namespace slipway::apiserver {
namespace {

using base::MetricLabels;
using base::Metrics;

// The bounds dashboards of kube-apiserver are made for.
constexpr std::array<double, 23> durationBounds{0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2,
                                                3,     4,     5,    6,   8,   10,  15,  20,  30,  45,   60};

bool isMutating(const std::string& method) {
    return method != "GET" && method != "HEAD";
}

bool isConnect(std::string_view subresource) {
    static constexpr std::array<std::string_view, 4> names{"exec", "attach", "portforward", "proxy"};
    return std::ranges::find(names, subresource) != names.end();
}

std::string verbOf(const RequestInfo& info, const std::string& method) {
    if (!info.isResource)
        return method == "GET" || method == "POST" || method == "PUT" || method == "DELETE" || method == "PATCH" ||
                       method == "HEAD" || method == "OPTIONS"
                   ? method
                   : "OTHER";
    if (isConnect(info.subresource))
        return "CONNECT";
    if (info.verb == "create")
        return "POST";
    if (info.verb == "update")
        return "PUT";
    std::string verb = info.verb;
    std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    static constexpr std::array<std::string_view, 6> known{"GET",   "LIST",   "WATCH",
                                                           "PATCH", "DELETE", "DELETECOLLECTION"};
    return std::ranges::find(known, verb) != known.end() ? verb : "OTHER";
}

struct Labels {
    std::string dryRun, group, resource, scope, subresource, verb, version;
    MetricLabels list() const {
        return {{"component", "apiserver"}, {"dry_run", dryRun},          {"group", group}, {"resource", resource},
                {"scope", scope},           {"subresource", subresource}, {"verb", verb},   {"version", version}};
    }
};

Labels labelsOf(const RequestInfo& info, const std::string& method) {
    Labels labels;
    labels.verb = verbOf(info, method);
    // Only what is served: clients cannot make up series.
    const api::Resource* resource =
        info.isResource ? api::findResource(info.group, info.version, info.resource) : nullptr;
    if (resource == nullptr)
        return labels;
    const bool single = !info.name.empty() || info.verb == "create";
    labels.dryRun = info.query.has("dryRun") ? "All" : "";
    labels.group = info.group;
    labels.version = info.version;
    labels.resource = info.resource;
    labels.scope = single ? "resource" : info.ns.empty() ? "cluster" : "namespace";
    if (resource->subresource(info.subresource) != nullptr)
        labels.subresource = info.subresource;
    return labels;
}

base::Counter& inFlight(bool mutating) {
    static base::Counter& reads = Metrics::process().gauge(
        "apiserver_current_inflight_requests", "Requests being worked on, by kind.", {{"request_kind", "readOnly"}});
    static base::Counter& writes = Metrics::process().gauge(
        "apiserver_current_inflight_requests", "Requests being worked on, by kind.", {{"request_kind", "mutating"}});
    return mutating ? writes : reads;
}

} // namespace

void noteRequest(const RequestInfo& info, const std::string& method, int code,
                 std::chrono::steady_clock::duration took) {
    const Labels labels = labelsOf(info, method);
    // The figures of a kind of request are looked up once by each thread.
    struct Figures {
        base::Histogram* durations;
        base::Counter* count;
    };
    static thread_local std::unordered_map<std::string, Figures> known;
    std::string key = std::to_string(code);
    for (const std::string* value : {&labels.dryRun, &labels.group, &labels.resource, &labels.scope,
                                     &labels.subresource, &labels.verb, &labels.version})
        key.append(1, '|').append(*value);
    auto found = known.find(key);
    if (found == known.end()) {
        MetricLabels list = labels.list();
        base::Histogram& durations = Metrics::process().histogram(
            "apiserver_request_duration_seconds", "How long requests took to be answered.", durationBounds, list);
        list.insert(list.begin(), {"code", std::to_string(code)});
        base::Counter& count = Metrics::process().counter("apiserver_request_total",
                                                          "Requests answered, by verb, resource and code.", list);
        found = known.emplace(std::move(key), Figures{&durations, &count}).first;
    }
    found->second.durations->observe(std::chrono::duration<double>(took).count());
    found->second.count->add();
}

RequestInFlight::RequestInFlight(const std::string& method) : mutating_(isMutating(method)) {
    inFlight(mutating_).add(1);
}

RequestInFlight::~RequestInFlight() {
    inFlight(mutating_).add(-1);
}

std::string metricsText(const WatchCache& cache) {
    std::string out = Metrics::process().print();
    std::string objects, older;
    Metrics::printHead(objects, "apiserver_resource_objects", "How many objects of each kind are stored.", "gauge");
    Metrics::printHead(older, "apiserver_storage_objects", "How many objects of each kind are stored.", "gauge");
    std::set<std::string> seen;
    for (const api::Resource& resource : api::builtInResources()) {
        const std::string name = resource.group.empty()
                                     ? std::string(resource.name)
                                     : std::string(resource.name) + "." + std::string(resource.group);
        if (!resource.hasVerb("list") || !seen.insert(name).second)
            continue;
        const auto count = static_cast<double>(cache.of(resource).size());
        Metrics::printValue(objects, "apiserver_resource_objects",
                            {{"group", std::string(resource.group)}, {"resource", std::string(resource.name)}}, count);
        Metrics::printValue(older, "apiserver_storage_objects", {{"resource", name}}, count);
    }
    out += objects + older;
    Metrics::printHead(out, "apiserver_storage_revision", "The revision of the last commit.", "gauge");
    Metrics::printValue(out, "apiserver_storage_revision", {}, static_cast<double>(cache.revision()));
    return out;
}

} // namespace slipway::apiserver
