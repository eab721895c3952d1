#include "cluster/apiserver/request_metrics.h"

#include "cluster/base/metrics.h"

#include <algorithm>
#include <array>
#include <set>

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

MetricLabels labelsOf(const RequestInfo& info, const std::string& method) {
    // Only what is served: clients cannot make up series.
    const bool known = info.isResource && api::findResource(info.group, info.version, info.resource) != nullptr;
    const bool resource = !info.name.empty() || info.verb == "create";
    return {{"component", "apiserver"},
            {"dry_run", info.query.has("dryRun") ? "All" : ""},
            {"group", known ? info.group : ""},
            {"resource", known ? info.resource : ""},
            {"scope", !known            ? ""
                      : resource        ? "resource"
                      : info.ns.empty() ? "cluster"
                                        : "namespace"},
            {"subresource", known && info.subresource.size() < 32 ? info.subresource : ""},
            {"verb", verbOf(info, method)},
            {"version", known ? info.version : ""}};
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
    MetricLabels labels = labelsOf(info, method);
    Metrics::process()
        .histogram("apiserver_request_duration_seconds", "How long requests took to be answered.", durationBounds,
                   labels)
        .observe(std::chrono::duration<double>(took).count());
    labels.insert(labels.begin(), {"code", std::to_string(code)});
    Metrics::process()
        .counter("apiserver_request_total", "Requests answered, by verb, resource and code.", labels)
        .add();
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
