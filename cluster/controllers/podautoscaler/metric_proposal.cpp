#include "cluster/controllers/podautoscaler/metric_proposal.h"

#include "cluster/api/quantity.h"

#include <format>
#include <numeric>

namespace slipway::controllers {

using api::autoscaling_v2::MetricSpec;
using api::autoscaling_v2::MetricStatus;
using api::autoscaling_v2::MetricTarget;
using api::autoscaling_v2::MetricValueStatus;

namespace {

using Outcome = std::expected<MetricProposal, MetricFailure>;

std::int64_t milliOf(const std::string& quantity) {
    const auto parsed = api::Quantity::parse(quantity);
    return parsed ? parsed->milli() : 0;
}

std::string quantity(std::int64_t milli) {
    return api::Quantity::fromMilli(milli).print();
}

MetricFailure failure(const char* reason, const std::string& kind, const std::string& why) {
    return {reason, std::format("failed to get {}: {}", kind, why)};
}

MetricValueStatus valueOf(const Proposal& proposal) {
    MetricValueStatus value;
    value.averageValue = quantity(proposal.average);
    value.averageUtilization = proposal.utilization;
    return value;
}

Outcome fromResource(const MetricTarget& wanted, const std::string& resource, const std::string& container,
                     const ScaleTarget& target, const MetricsClient& client) {
    const char* reason = container.empty() ? "FailedGetResourceMetric" : "FailedGetContainerResourceMetric";
    const std::string kind = wanted.averageUtilization
                                 ? std::format("{} {}utilization", resource, container.empty() ? "" : "container ")
                                 : std::format("{} usage", resource);
    auto metrics = client.resource(target.ns, target.selector, resource, container);
    if (!metrics)
        return std::unexpected(failure(
            reason, kind, std::format("unable to get metrics for resource {}: {}", resource, metrics.error().message)));
    const PodTarget goal{resource, container, wanted.averageUtilization, milliOf(wanted.averageValue)};
    const auto proposal =
        proposeFromPods(target.wanted, goal, std::move(*metrics), target.pods, std::chrono::system_clock::now());
    if (!proposal)
        return std::unexpected(failure(reason, kind, proposal.error()));
    MetricProposal made;
    made.proposal = *proposal;
    made.name = std::format("{} {}resource{}", resource, container.empty() ? "" : "container ",
                            wanted.averageUtilization ? " utilization (percentage of request)" : "");
    if (container.empty()) {
        made.status.type = "Resource";
        auto& status = made.status.resource.emplace();
        status.name = resource;
        status.current = valueOf(*proposal);
    } else {
        made.status.type = "ContainerResource";
        auto& status = made.status.containerResource.emplace();
        status.name = resource;
        status.container = container;
        status.current = valueOf(*proposal);
    }
    return made;
}

Outcome fromPods(const MetricSpec& metric, const ScaleTarget& target, const MetricsClient& client) {
    auto metrics = client.pods(target.ns, target.selector, metric.pods->metric);
    if (!metrics)
        return std::unexpected(failure("FailedGetPodsMetric", "pods metric value", metrics.error().message));
    const PodTarget goal{{}, {}, {}, milliOf(metric.pods->target.averageValue)};
    const auto proposal =
        proposeFromPods(target.wanted, goal, std::move(*metrics), target.pods, std::chrono::system_clock::now());
    if (!proposal)
        return std::unexpected(failure("FailedGetPodsMetric", "pods metric value", proposal.error()));
    MetricProposal made{*proposal, "pods metric " + metric.pods->metric.name, {}};
    made.status.type = "Pods";
    auto& status = made.status.pods.emplace();
    status.metric = metric.pods->metric;
    status.current = valueOf(*proposal);
    return made;
}

/// A value for all replicas, compared with a value or with an average.
Proposal fromValue(const MetricTarget& wanted, std::int64_t value, const ScaleTarget& target,
                   MetricValueStatus& current) {
    if (wanted.type == "AverageValue") {
        const auto proposal = proposeFromAverage(target.present, value, milliOf(wanted.averageValue));
        current.averageValue = quantity(proposal.average);
        return proposal;
    }
    current.value = quantity(value);
    return proposeFromValue(target.wanted, value, milliOf(wanted.value), target.pods);
}

Outcome fromObject(const MetricSpec& metric, const ScaleTarget& target, const MetricsClient& client,
                   const MetadataWatch& kinds) {
    const auto& source = *metric.object;
    const auto resource = kinds.find(source.describedObject.apiVersion, source.describedObject.kind);
    const std::string plural = !resource                 ? ""
                               : resource->group.empty() ? resource->resource
                                                         : resource->resource + "." + resource->group;
    const auto value = client.object(target.ns, source.describedObject, plural, source.metric);
    if (!value)
        return std::unexpected(failure("FailedGetObjectMetric", "object metric value", value.error().message));
    MetricProposal made;
    made.status.type = "Object";
    auto& status = made.status.object.emplace();
    status.describedObject = source.describedObject;
    status.metric = source.metric;
    made.proposal = fromValue(source.target, *value, target, status.current);
    made.name = std::format("{} metric {}", source.describedObject.kind, source.metric.name);
    return made;
}

Outcome fromExternal(const MetricSpec& metric, const ScaleTarget& target, const MetricsClient& client) {
    const auto& source = *metric.external;
    const auto values = client.external(target.ns, source.metric);
    if (!values)
        return std::unexpected(failure("FailedGetExternalMetric",
                                       std::format("{} external metric value", source.metric.name),
                                       values.error().message));
    MetricProposal made;
    made.status.type = "External";
    auto& status = made.status.external.emplace();
    status.metric = source.metric;
    made.proposal = fromValue(source.target, std::accumulate(values->begin(), values->end(), std::int64_t(0)), target,
                              status.current);
    made.name = "external metric " + source.metric.name;
    return made;
}

} // namespace

Outcome proposeFromMetric(const MetricSpec& metric, const ScaleTarget& target, const MetricsClient& client,
                          const MetadataWatch& kinds) {
    if (metric.resource)
        return fromResource(metric.resource->target, metric.resource->name, {}, target, client);
    if (metric.containerResource)
        return fromResource(metric.containerResource->target, metric.containerResource->name,
                            metric.containerResource->container, target, client);
    if (metric.pods)
        return fromPods(metric, target, client);
    if (metric.object)
        return fromObject(metric, target, client, kinds);
    if (metric.external)
        return fromExternal(metric, target, client);
    return std::unexpected(
        MetricFailure{"InvalidMetricSourceType", std::format("unknown metric source type \"{}\"", metric.type)});
}

} // namespace slipway::controllers
