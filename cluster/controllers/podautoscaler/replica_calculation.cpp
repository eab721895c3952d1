#include "cluster/controllers/podautoscaler/replica_calculation.h"

#include "cluster/api/quantity.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <set>

namespace slipway::controllers {

using api::core_v1::Pod;
using base::Time;

namespace {

constexpr auto initialization = std::chrono::minutes(5); // a starting pod's CPU use says little
constexpr auto initialReadiness = std::chrono::seconds(30);

bool withinTolerance(double ratio) {
    return std::abs(1.0 - ratio) <= autoscalerTolerance;
}

/// Whether a pod is too young, or not ready since its start, for its CPU use to count.
bool isUnready(const Pod& pod, const PodMetric& metric, Time now) {
    const auto* ready = condition(pod, "Ready");
    const auto started = pod.status ? base::parseTime(pod.status->startTime) : std::nullopt;
    if (ready == nullptr || !started)
        return true;
    const Time since = base::parseTime(ready->lastTransitionTime).value_or(*started);
    if (*started + initialization > now)
        return ready->status == "False" || metric.at < since + metric.window;
    return ready->status == "False" && *started + initialReadiness > since;
}

/// The pods of a target by what their metric is worth.
struct Groups {
    int ready = 0;
    std::set<std::string> unready, missing, ignored;
};

Groups groupPods(const std::vector<PodPtr>& pods, const PodMetrics& metrics, const std::string& resource, Time now) {
    Groups groups;
    for (const PodPtr& pod : pods) {
        const std::string& name = pod->metadata.name;
        const std::string phase = pod->status ? pod->status->phase : "";
        const auto metric = metrics.find(name);
        if (isTerminating(*pod) || phase == "Failed")
            groups.ignored.insert(name);
        else if (phase == "Pending")
            groups.unready.insert(name);
        else if (metric == metrics.end())
            groups.missing.insert(name);
        else if (resource == "cpu" && isUnready(*pod, metric->second, now))
            groups.unready.insert(name);
        else
            ++groups.ready;
    }
    return groups;
}

using Requests = std::map<std::string, std::int64_t>; // thousandths by pod

std::expected<Requests, std::string> requestsOf(const std::vector<PodPtr>& pods, const PodTarget& target) {
    Requests requests;
    for (const PodPtr& pod : pods) {
        std::int64_t total = 0;
        auto containers = pod->spec ? pod->spec->containers : std::vector<api::core_v1::Container>();
        if (pod->spec) // sidecars use what they ask for as long as the pod runs
            for (const auto& container : pod->spec->initContainers)
                if (container.restartPolicy == "Always")
                    containers.push_back(container);
        for (const auto& container : containers) {
            if (!target.container.empty() && container.name != target.container)
                continue;
            const auto amounts =
                container.resources ? container.resources->requests : std::map<std::string, std::string>();
            const auto request = amounts.find(target.resource);
            const auto amount = request == amounts.end() ? std::nullopt : api::Quantity::parse(request->second);
            if (!amount)
                return std::unexpected(std::format("missing request for {} in container {} of Pod {}", target.resource,
                                                   container.name, pod->metadata.name));
            total += amount->milli();
        }
        requests[pod->metadata.name] = total;
    }
    return requests;
}

/// Compares use with the target.
class Comparison {
public:
    Comparison(const PodTarget& target, Requests requests) : target_(target), requests_(std::move(requests)) {}

    double ratio(const PodMetrics& metrics) {
        std::int64_t use = 0, asked = 0;
        int counted = 0;
        for (const auto& [name, metric] : metrics) {
            if (target_.utilization && !requests_.contains(name))
                continue;
            use += metric.milli;
            asked += target_.utilization ? requests_[name] : 0;
            ++counted;
        }
        average = counted == 0 ? 0 : use / counted;
        if (!target_.utilization)
            return target_.average == 0 ? 1 : double(average) / double(target_.average);
        utilization = asked == 0 ? 0 : static_cast<std::int32_t>(use * 100 / asked);
        return double(*utilization) / *target_.utilization;
    }

    /// What a pod uses that is just at the target.
    std::int64_t fullUse(const std::string& pod) {
        if (!target_.utilization)
            return target_.average;
        return requests_[pod] * std::max(100, *target_.utilization) / 100;
    }

    std::int64_t average = 0;
    std::optional<std::int32_t> utilization;

private:
    const PodTarget& target_;
    Requests requests_;
};

} // namespace

std::expected<Proposal, std::string> proposeFromPods(int current, const PodTarget& target, PodMetrics metrics,
                                                     const std::vector<PodPtr>& pods, Time now) {
    if (pods.empty())
        return std::unexpected("no pods returned by selector while calculating replica count");
    const Groups groups = groupPods(pods, metrics, target.resource, now);
    for (const auto* leftOut : {&groups.ignored, &groups.unready})
        for (const std::string& name : *leftOut)
            metrics.erase(name);
    if (metrics.empty())
        return std::unexpected("did not receive metrics for targeted pods (pods might be unready)");
    Requests requests;
    if (target.utilization) {
        auto found = requestsOf(pods, target);
        if (!found)
            return std::unexpected(found.error());
        requests = std::move(*found);
    }
    Comparison comparison(target, std::move(requests));
    const double ratio = comparison.ratio(metrics);
    const Proposal stay{current, comparison.average, comparison.utilization};
    const auto change = [&](double factor, std::size_t count) {
        Proposal proposal = stay;
        proposal.replicas = static_cast<int>(std::ceil(factor * double(count)));
        return proposal;
    };
    const bool growWithUnready = !groups.unready.empty() && ratio > 1;
    if (!growWithUnready && groups.missing.empty())
        return withinTolerance(ratio) ? stay : change(ratio, static_cast<std::size_t>(groups.ready));
    // What is not known is taken for what damps the change.
    for (const std::string& name : groups.missing)
        metrics[name].milli = ratio < 1 ? comparison.fullUse(name) : 0;
    if (growWithUnready)
        for (const std::string& name : groups.unready)
            metrics[name].milli = 0;
    Comparison damped = comparison;
    const double newRatio = damped.ratio(metrics);
    if (withinTolerance(newRatio) || (ratio < 1 && newRatio > 1) || (ratio > 1 && newRatio < 1))
        return stay;
    const Proposal proposal = change(newRatio, metrics.size());
    if ((newRatio < 1 && proposal.replicas > current) || (newRatio > 1 && proposal.replicas < current))
        return stay;
    return proposal;
}

Proposal proposeFromValue(int current, std::int64_t value, std::int64_t target, const std::vector<PodPtr>& pods) {
    const double ratio = target == 0 ? 1 : double(value) / double(target);
    if (current == 0)
        return {static_cast<int>(std::ceil(ratio)), value, {}};
    if (withinTolerance(ratio))
        return {current, value, {}};
    const auto ready =
        std::ranges::count_if(pods, [](const PodPtr& pod) { return isReady(*pod) && !isFinished(*pod); });
    return {static_cast<int>(std::ceil(ratio * double(ready))), value, {}};
}

Proposal proposeFromAverage(int current, std::int64_t value, std::int64_t average) {
    const double ratio = current == 0 || average == 0 ? 0 : double(value) / (double(average) * current);
    const std::int64_t each = current == 0 ? value : (value + current - 1) / current;
    if (current != 0 && withinTolerance(ratio))
        return {current, each, {}};
    return {static_cast<int>(std::ceil(double(value) / double(std::max<std::int64_t>(1, average)))), each, {}};
}

} // namespace slipway::controllers
