#pragma once

#include "ui/charts/metrics_store.h"

#include <string>

namespace slipway::ui {

/// Where a Prometheus answers inside the cluster; it is reached through the API server's proxy of services.
struct PrometheusPlace {
    std::string ns, service, port;
    bool operator==(const PrometheusPlace&) const = default;
};

/// The Prometheus among services, by the labels and names its charts and operators give it. Pure.
std::optional<PrometheusPlace> prometheusAmong(const api::JsonArray& services);
/// Looks for it, and asks it whether it answers. Blocks.
std::optional<PrometheusPlace> findPrometheus(const client::Client& client);

/// The queries for what a key of the MetricsStore names: cores used and bytes held, as cAdvisor's metrics tell. Pure.
std::string cpuQuery(const QString& key);
std::string memoryQuery(const QString& key);

/// Joins the answers to a cpu and a memory query over a range. Pure.
std::vector<UsageSample> rangeOf(const api::Json& cpu, const api::Json& memory);
/// The past of one thing: @p from and @p to in milliseconds, a sample each @p step seconds, at times that are
/// multiples of the step, so that those of several things can be added. Blocks.
std::vector<UsageSample> readRange(const client::Client& client, const PrometheusPlace& place, const QString& key,
                                   qint64 from, qint64 to, int step);
/// What all nodes and pods use now, for clusters without metrics.k8s.io. Blocks.
std::vector<Measured> readNow(const client::Client& client, const PrometheusPlace& place, qint64 now);

} // namespace slipway::ui
