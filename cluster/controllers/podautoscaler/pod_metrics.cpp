#include "cluster/controllers/podautoscaler/pod_metrics.h"

#include "cluster/api/quantity.h"
#include "cluster/api/selectors.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::Json;
using api::JsonArray;
using api::stringAt;
using api::autoscaling_v2::MetricIdentifier;

namespace {

constexpr const char *custom = "/apis/custom.metrics.k8s.io/v1beta1",
                     *externals = "/apis/external.metrics.k8s.io/v1beta1";

client::Error noMetrics(const std::string& message) {
    return {client::Errc::notFound, 404, "", message, {}};
}

std::int64_t measuredMilli(std::string_view quantity) {
    const auto parsed = api::Quantity::parse(quantity);
    return parsed ? parsed->milli() : 0;
}

/// "30s" or "1m0s", as durations are printed.
std::chrono::milliseconds durationOf(std::string_view text) {
    double seconds = 0, number = 0;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && (std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == '.'))
            ++end;
        number = std::atof(std::string(text.substr(i, end - i)).c_str());
        const std::string_view unit = text.substr(end, text.substr(end).starts_with("ms") ? 2 : 1);
        seconds += number * (unit == "h" ? 3600 : unit == "m" ? 60 : unit == "ms" ? 0.001 : 1);
        i = end + std::max<std::size_t>(1, unit.size());
    }
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::string selectorQuery(const char* name, const MetricIdentifier& metric) {
    const std::string text = metric.selector ? api::formatSelector(api::toJson(*metric.selector)) : "";
    return text.empty() || text == "<none>" ? "" : std::format("&{}={}", name, client::percentEncode(text));
}

PodMetric metricFrom(const Json& item, std::int64_t milli, const char* windowMember) {
    PodMetric metric;
    metric.milli = milli;
    metric.at = base::parseTime(stringAt(item, {"timestamp"})).value_or(std::chrono::system_clock::now());
    metric.window = durationOf(stringAt(item, {windowMember}));
    return metric;
}

/// The use of a pod's containers together, or of one; nothing when it is not told.
std::optional<std::int64_t> useOf(const Json& pod, const std::string& resource, const std::string& container) {
    const Json* containers = api::find(pod, {"containers"});
    if (containers == nullptr || !containers->is_array())
        return {};
    std::optional<std::int64_t> total;
    for (const Json& entry : containers->get_array()) {
        if (!container.empty() && stringAt(entry, {"name"}) != container)
            continue;
        const std::string_view use = stringAt(entry, {"usage", resource});
        if (use.empty())
            return {}; // a part of the pod is unknown
        total = total.value_or(0) + measuredMilli(use);
    }
    return total;
}

} // namespace

client::Result<JsonArray> MetricsClient::items(const std::string& target) const {
    auto answer = client_.getJson(target);
    if (!answer)
        return std::unexpected(answer.error());
    const Json* list = api::find(*answer, {"items"});
    if (list == nullptr || !list->is_array() || list->get_array().empty())
        return std::unexpected(noMetrics("no metrics returned"));
    return list->get_array();
}

client::Result<PodMetrics> MetricsClient::resource(const std::string& ns, const std::string& selector,
                                                   const std::string& resource, const std::string& container) const {
    const auto list = items(std::format("/apis/metrics.k8s.io/v1beta1/namespaces/{}/pods?labelSelector={}",
                                        client::percentEncode(ns), client::percentEncode(selector)));
    if (!list)
        return std::unexpected(noMetrics("unable to fetch metrics from resource metrics API: " + list.error().message));
    PodMetrics metrics;
    for (const Json& item : *list)
        if (const auto use = useOf(item, resource, container))
            metrics[std::string(stringAt(item, {"metadata", "name"}))] = metricFrom(item, *use, "window");
    if (metrics.empty())
        return std::unexpected(noMetrics("no metrics returned from resource metrics API"));
    return metrics;
}

client::Result<PodMetrics> MetricsClient::pods(const std::string& ns, const std::string& selector,
                                               const MetricIdentifier& metric) const {
    const auto list = items(std::format("{}/namespaces/{}/pods/%2A/{}?labelSelector={}{}", custom,
                                        client::percentEncode(ns), client::percentEncode(metric.name),
                                        client::percentEncode(selector), selectorQuery("metricLabelSelector", metric)));
    if (!list)
        return std::unexpected(noMetrics("unable to fetch metrics from custom metrics API: " + list.error().message));
    PodMetrics metrics;
    for (const Json& item : *list)
        metrics[std::string(stringAt(item, {"describedObject", "name"}))] =
            metricFrom(item, measuredMilli(stringAt(item, {"value"})), "window");
    return metrics;
}

client::Result<std::int64_t> MetricsClient::object(const std::string& ns,
                                                   const api::autoscaling_v2::CrossVersionObjectReference& object,
                                                   const std::string& plural, const MetricIdentifier& metric) const {
    const bool isNamespace = object.kind == "Namespace";
    const std::string place = isNamespace ? std::format("namespaces/{}/metrics", client::percentEncode(object.name))
                                          : std::format("namespaces/{}/{}/{}", client::percentEncode(ns), plural,
                                                        client::percentEncode(object.name));
    const auto list = items(std::format("{}/{}/{}?{}", custom, place, client::percentEncode(metric.name),
                                        selectorQuery("metricLabelSelector", metric)));
    if (!list)
        return std::unexpected(noMetrics("unable to fetch metrics from custom metrics API: " + list.error().message));
    return measuredMilli(stringAt(list->front(), {"value"}));
}

client::Result<std::vector<std::int64_t>> MetricsClient::external(const std::string& ns,
                                                                  const MetricIdentifier& metric) const {
    const auto list = items(std::format("{}/namespaces/{}/{}?{}", externals, client::percentEncode(ns),
                                        client::percentEncode(metric.name), selectorQuery("labelSelector", metric)));
    if (!list)
        return std::unexpected(noMetrics("unable to fetch metrics from external metrics API: " + list.error().message));
    std::vector<std::int64_t> values;
    for (const Json& item : *list)
        values.push_back(measuredMilli(stringAt(item, {"value"})));
    return values;
}

} // namespace slipway::controllers
