#pragma once

#include "cluster/api/types/autoscaling_v2.h"
#include "cluster/client/client.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace slipway::controllers {

/// What one pod used, in thousandths.
struct PodMetric {
    std::int64_t milli = 0;
    std::chrono::system_clock::time_point at{};
    std::chrono::milliseconds window{0};
};
using PodMetrics = std::map<std::string, PodMetric>; ///< by pod

/// Asks the metrics APIs (metrics.k8s.io, custom.metrics.k8s.io, external.metrics.k8s.io). Blocks. Thread-safe.
class MetricsClient {
public:
    explicit MetricsClient(const client::Client& client) : client_(client) {}

    /// A resource of the pods of a selector, of one container when @p container is not empty.
    client::Result<PodMetrics> resource(const std::string& ns, const std::string& selector, const std::string& resource,
                                        const std::string& container) const;
    /// A custom metric of each pod of a selector.
    client::Result<PodMetrics> pods(const std::string& ns, const std::string& selector,
                                    const api::autoscaling_v2::MetricIdentifier& metric) const;
    /// A custom metric of one object, in thousandths.
    client::Result<std::int64_t> object(const std::string& ns,
                                        const api::autoscaling_v2::CrossVersionObjectReference& object,
                                        const std::string& plural,
                                        const api::autoscaling_v2::MetricIdentifier& metric) const;
    /// The values of an external metric, in thousandths.
    client::Result<std::vector<std::int64_t>> external(const std::string& ns,
                                                       const api::autoscaling_v2::MetricIdentifier& metric) const;

private:
    client::Result<api::JsonArray> items(const std::string& target) const;

    const client::Client& client_;
};

} // namespace slipway::controllers
