#pragma once

#include "cluster/agent/stats/node_stats.h"

/// Figures in Prometheus' text format. Names and labels are those that dashboards for Kubernetes nodes ask for. Plain.
namespace slipway::agent {

/// Collects samples by metric, so that each metric's samples stand together under its type.
class Exposition {
public:
    using Labels = std::vector<std::pair<std::string_view, std::string>>;
    /// @p type: "counter" or "gauge"; @p help may be empty.
    void add(std::string_view name, const char* type, const char* help, const Labels& labels, double value);
    std::string text() const;

private:
    struct Metric {
        const char *type, *help;
        std::string samples;
    };
    std::map<std::string, Metric, std::less<>> metrics_;
    std::vector<std::string> order_;
};

/// /metrics/resource
std::string resourceMetrics(const NodeStats& stats);
/// /metrics/cadvisor
std::string containerMetrics(const NodeStats& stats, const PodEnvironment& environment);
/// /metrics/probes
std::string probeMetrics(const std::vector<Probes::Count>& counts);
/// /metrics: the agent's own.
std::string agentMetrics(const NodeStats& stats, const Pods& pods);

} // namespace slipway::agent
