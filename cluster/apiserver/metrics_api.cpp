#include "cluster/apiserver/metrics_api.h"

#include "cluster/api/selectors.h"
#include "cluster/base/time.h"

#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;

constexpr char version[] = "metrics.k8s.io/v1beta1", window[] = "15s";

JsonObject groupEntry() {
    const JsonObject entry{{"groupVersion", version}, {"version", "v1beta1"}};
    return {{"name", metricsGroup}, {"versions", JsonArray{entry}}, {"preferredVersion", entry}};
}

JsonObject aggregatedResource(const char* plural, const char* singular, const char* kind, bool namespaced) {
    return {{"resource", plural},
            {"responseKind", JsonObject{{"group", metricsGroup}, {"version", "v1beta1"}, {"kind", kind}}},
            {"scope", namespaced ? "Namespaced" : "Cluster"},
            {"singularResource", singular},
            {"verbs", JsonArray{"get", "list"}}};
}

/// "12345678n" and "2048Ki", as the metrics server writes them.
JsonObject usage(const Json& measured) {
    const auto nano = api::find(measured, {"cpu", "usageNanoCores"});
    const auto bytes = api::find(measured, {"memory", "workingSetBytes"});
    const auto number = [](const Json* json) { return json == nullptr ? 0 : json->to_number<std::int64_t>(); };
    const std::int64_t cores = number(nano);
    return {{"cpu", cores == 0 ? "0" : std::format("{}n", cores)},
            {"memory", std::format("{}Ki", number(bytes) / 1024)}};
}

bool measured(const Json& json) {
    return api::find(json, {"cpu", "usageNanoCores"}) != nullptr;
}

JsonObject metadataOf(const JsonObject& object) {
    JsonObject metadata;
    for (const char* member : {"name", "namespace", "labels"})
        if (const Json* value = api::find(object, {"metadata", member}))
            metadata[member] = *value;
    metadata["creationTimestamp"] = base::nowRfc3339();
    return metadata;
}

class MetricsAnswer {
public:
    MetricsAnswer(const Request& request, const RequestInfo& info, const WatchCache& cache, NodeConnections& nodes)
        : request_(request), info_(info), cache_(cache), nodes_(nodes) {}

    Answer run() {
        const bool pods = info_.resource == "pods";
        if (info_.version != "v1beta1" || (!pods && info_.resource != "nodes") || !info_.subresource.empty())
            return replyWith(api::unknownPath());
        if (info_.verb != "get" && info_.verb != "list")
            return replyWith(api::methodNotAllowed(info_.verb));
        std::optional<api::LabelMatcher> selector;
        if (const auto text = info_.query.get("labelSelector"); !text.empty()) {
            auto parsed = api::LabelMatcher::parse(text);
            if (!parsed)
                return replyWith(api::badRequest(parsed.error()));
            selector = std::move(*parsed);
        }
        JsonArray items = pods ? podItems(selector) : nodeItems(selector);
        if (!info_.name.empty()) {
            if (!items.empty())
                return replyWith(items[0].get_object());
            api::Status missing = api::notFound(*api::findResource("", "v1", pods ? "pods" : "nodes"), info_.name);
            missing.message = std::format("{}.metrics.k8s.io \"{}\" not found", info_.resource, info_.name);
            return replyWith(missing);
        }
        return replyWith(JsonObject{{"kind", pods ? "PodMetricsList" : "NodeMetricsList"},
                                    {"apiVersion", version},
                                    {"metadata", JsonObject()},
                                    {"items", std::move(items)}});
    }

private:
    std::vector<JsonObject> objects(const char* resource, std::string_view ns) const {
        const api::Resource& kind = *api::findResource("", "v1", resource);
        std::vector<JsonObject> result;
        for (const CachedObject& cached : cache_.of(kind).list(WatchCache::key(kind, ns), Selection()))
            if (auto parsed = api::parseJson(*cached.bytes); parsed && parsed->is_object())
                result.push_back(std::move(parsed->get_object()));
        return result;
    }

    bool wanted(const JsonObject& object, const std::optional<api::LabelMatcher>& selector) const {
        if (!info_.name.empty() && api::stringAt(object, {"metadata", "name"}) != info_.name)
            return false;
        return !selector || selector->matches(object);
    }

    const Json* summaryOf(const std::string& node) {
        const auto [found, fresh] = summaries_.try_emplace(node);
        if (fresh)
            if (const auto text = nodes_.fetch(node, "/stats/summary"))
                if (auto parsed = api::parseJson(*text))
                    found->second = std::move(*parsed);
        return found->second.is_object() ? &found->second : nullptr;
    }

    JsonArray nodeItems(const std::optional<api::LabelMatcher>& selector) {
        JsonArray items;
        for (const JsonObject& node : objects("nodes", {})) {
            if (!wanted(node, selector))
                continue;
            const Json* summary = summaryOf(std::string(api::stringAt(node, {"metadata", "name"})));
            const Json* own = summary == nullptr ? nullptr : api::find(*summary, {"node"});
            if (own != nullptr && measured(*own))
                items.push_back(JsonObject{{"kind", "NodeMetrics"},
                                           {"apiVersion", version},
                                           {"metadata", metadataOf(node)},
                                           {"timestamp", std::string(api::stringAt(*own, {"cpu", "time"}))},
                                           {"window", window},
                                           {"usage", usage(*own)}});
        }
        return items;
    }

    JsonArray podItems(const std::optional<api::LabelMatcher>& selector) {
        JsonArray items;
        for (const JsonObject& pod : objects("pods", info_.ns)) {
            const std::string node(api::stringAt(pod, {"spec", "nodeName"}));
            if (node.empty() || !wanted(pod, selector))
                continue;
            if (const Json* stats = podStats(node, api::stringAt(pod, {"metadata", "uid"})))
                items.push_back(podItem(pod, *stats));
        }
        return items;
    }

    const Json* podStats(const std::string& node, std::string_view uid) {
        const Json* summary = summaryOf(node);
        const Json* pods = summary == nullptr ? nullptr : api::find(*summary, {"pods"});
        if (pods == nullptr || !pods->is_array())
            return nullptr;
        for (const Json& pod : pods->get_array())
            if (api::stringAt(pod, {"podRef", "uid"}) == uid)
                return measured(pod) ? &pod : nullptr;
        return nullptr;
    }

    static JsonObject podItem(const JsonObject& pod, const Json& stats) {
        JsonArray containers;
        if (const Json* list = api::find(stats, {"containers"}); list != nullptr && list->is_array())
            for (const Json& container : list->get_array())
                containers.push_back(
                    JsonObject{{"name", std::string(api::stringAt(container, {"name"}))}, {"usage", usage(container)}});
        return {{"kind", "PodMetrics"},
                {"apiVersion", version},
                {"metadata", metadataOf(pod)},
                {"timestamp", std::string(api::stringAt(stats, {"cpu", "time"}))},
                {"window", window},
                {"containers", std::move(containers)}};
    }

    const Request& request_;
    const RequestInfo& info_;
    const WatchCache& cache_;
    NodeConnections& nodes_;
    std::map<std::string, Json> summaries_;
};

} // namespace

void addMetricsGroup(JsonObject& document) {
    if (Json* groups = document.if_contains("groups"); groups != nullptr && groups->is_array())
        groups->get_array().push_back(groupEntry());
    if (Json* items = document.if_contains("items"); items != nullptr && items->is_array())
        items->get_array().push_back(JsonObject{
            {"metadata", JsonObject{{"name", metricsGroup}, {"creationTimestamp", nullptr}}},
            {"versions",
             JsonArray{JsonObject{{"version", "v1beta1"},
                                  {"resources", JsonArray{aggregatedResource("nodes", "", "NodeMetrics", false),
                                                          aggregatedResource("pods", "", "PodMetrics", true)}},
                                  {"freshness", "Current"}}}}});
}

JsonObject metricsDiscovery(const std::vector<std::string>& parts) {
    if (parts.size() == 2) {
        JsonObject group = groupEntry();
        group["kind"] = "APIGroup";
        group["apiVersion"] = "v1";
        return group;
    }
    if (parts.size() != 3 || parts[2] != "v1beta1")
        return {};
    const auto resource = [](const char* name, const char* kind, bool namespaced) {
        return JsonObject{{"name", name},
                          {"singularName", ""},
                          {"namespaced", namespaced},
                          {"kind", kind},
                          {"verbs", JsonArray{"get", "list"}}};
    };
    return {{"kind", "APIResourceList"},
            {"apiVersion", "v1"},
            {"groupVersion", version},
            {"resources", JsonArray{resource("nodes", "NodeMetrics", false), resource("pods", "PodMetrics", true)}}};
}

Answer answerMetrics(const Request& request, const RequestInfo& info, const WatchCache& cache, NodeConnections& nodes) {
    return MetricsAnswer(request, info, cache, nodes).run();
}

} // namespace slipway::apiserver
