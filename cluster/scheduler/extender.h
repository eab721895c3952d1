#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/client/transport.h"
#include "cluster/scheduler/configuration.h"
#include "cluster/scheduler/preemption.h"

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::scheduler {

/// A web service that filters and rates nodes, binds pods, or chooses victims (kube-scheduler's extender protocol, v1).
/// Thread-safe; calls block for at most the settings' time. The error says what went wrong.
class Extender {
public:
    using NodePtr = std::shared_ptr<const api::core_v1::Node>;
    using NodeOf = std::function<NodePtr(const std::string& name)>;
    template <class T> using Result = std::expected<T, std::string>;

    /// @p nodeOf finds the objects of nodes, for extenders that are sent them whole.
    Extender(ExtenderSettings settings, NodeOf nodeOf);

    const ExtenderSettings& settings() const { return settings_; }
    /// Whether pods like this one are its business.
    bool concerns(const PodInfo& pod) const;
    bool filters() const { return !settings_.filterVerb.empty(); }
    bool rates() const { return !settings_.prioritizeVerb.empty(); }
    bool binds() const { return !settings_.bindVerb.empty(); }
    bool preempts() const { return !settings_.preemptVerb.empty(); }

    /// The nodes it leaves, and why it refuses the others.
    struct Filtered {
        std::vector<std::string> nodes;
        std::map<std::string, std::string> refused;
    };
    Result<Filtered> filter(const PodInfo& pod, const std::vector<std::string>& nodes) const;
    /// What it adds to the nodes' scores, weighted and brought to 0..100.
    Result<std::map<std::string, double>> rate(const PodInfo& pod, const std::vector<std::string>& nodes) const;
    Result<void> bind(const PodInfo& pod, const std::string& node) const;
    /// The plans it agrees to, with the victims it wants.
    Result<std::vector<PreemptionPlan>> preempt(const PodInfo& pod, const std::vector<PreemptionPlan>& plans) const;

private:
    Result<api::Json> call(const std::string& verb, const api::JsonObject& body) const;
    api::JsonObject arguments(const PodInfo& pod, const std::vector<std::string>& nodes) const;

    const ExtenderSettings settings_;
    const NodeOf nodeOf_;
    std::shared_ptr<client::Transport> transport_; ///< null: plain HTTP
};

} // namespace slipway::scheduler
