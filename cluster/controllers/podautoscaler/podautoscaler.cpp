#include "cluster/controllers/podautoscaler/podautoscaler.h"

#include "cluster/api/selectors.h"
#include "cluster/base/time.h"
#include "cluster/controllers/podautoscaler/metric_proposal.h"
#include "cluster/controllers/podautoscaler/scaling_behavior.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::JsonObject;
using api::autoscaling_v2::HorizontalPodAutoscaler;
using api::autoscaling_v2::HorizontalPodAutoscalerCondition;
using api::autoscaling_v2::HorizontalPodAutoscalerStatus;
using api::core_v1::Pod;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto period = std::chrono::seconds(15);
constexpr auto longestMemory = std::chrono::hours(1); // the longest window the API allows

void setCondition(HorizontalPodAutoscalerStatus& status, const char* type, bool value, const std::string& reason,
                  const std::string& message) {
    auto found = std::ranges::find(status.conditions, type, &HorizontalPodAutoscalerCondition::type);
    if (found == status.conditions.end()) {
        status.conditions.emplace_back().type = type;
        found = status.conditions.end() - 1;
    }
    const std::string wanted = value ? "True" : "False";
    if (found->status != wanted)
        found->lastTransitionTime = base::nowRfc3339();
    found->status = wanted;
    found->reason = reason;
    found->message = message;
}

/// A size, and why it should be that.
struct Decision {
    int replicas = 0;
    std::string reason;
};

class HorizontalPodAutoscalerController : public Reconciler {
public:
    explicit HorizontalPodAutoscalerController(const Context& context)
        : Reconciler(context, 2), kinds_(context.metadata), metrics_(*client_) {
        caches_.of<Pod>();
        watch<HorizontalPodAutoscaler>([this](const auto& before, const auto& after) {
            const auto& metadata = (after ? after : before)->metadata;
            const std::string key = client::objectKey(metadata.namespace_, metadata.name);
            if (!after) {
                std::lock_guard lock(mutex_);
                histories_.erase(key);
            } else if (!before || before->spec != after->spec) {
                enqueue(key);
            }
        });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto scaler = caches_.of<HorizontalPodAutoscaler>().getKey(key);
        if (!scaler || !scaler->spec)
            return SyncResult{};
        HorizontalPodAutoscalerStatus status = scaler->status.value_or(HorizontalPodAutoscalerStatus());
        status.observedGeneration = scaler->metadata.generation;
        reconcile(*scaler, status, historyOf(key));
        if (auto written = writeStatusIfChanged(*scaler, status); !written)
            return std::unexpected(written.error());
        return SyncResult{period};
    }

    ScalingHistory& historyOf(const std::string& key) {
        std::lock_guard lock(mutex_);
        ScalingHistory& history = histories_[key];
        history.forgetBefore(Clock::now() - longestMemory);
        return history;
    }

    void warn(const HorizontalPodAutoscaler& scaler, const std::string& reason, const std::string& message) {
        events_.record(client::EventRecorder::referenceTo(scaler), "Warning", reason, message);
    }

    void reconcile(const HorizontalPodAutoscaler& scaler, HorizontalPodAutoscalerStatus& status,
                   ScalingHistory& history) {
        auto target = targetOf(scaler);
        if (!target) {
            warn(scaler, "FailedGetScale", target.error().message);
            setCondition(status, "AbleToScale", false, "FailedGetScale",
                         "the HPA controller was unable to get the target's current scale: " + target.error().message);
            return;
        }
        setCondition(status, "AbleToScale", true, "SucceededGetScale",
                     "the HPA controller was able to get the target's current scale");
        status.currentReplicas = target->wanted;
        if (history.recommendations.empty())
            history.recommendations.push_back({target->wanted, Clock::now()});
        const auto decision = decide(scaler, *target, status, history);
        if (!decision)
            return;
        status.desiredReplicas = decision->replicas;
        if (decision->replicas != target->wanted)
            rescale(scaler, *target, *decision, status, history);
    }

    client::Result<ScaleTarget> targetOf(const HorizontalPodAutoscaler& scaler) const {
        const auto& reference = scaler.spec->scaleTargetRef;
        const auto resource = kinds_.find(reference.apiVersion, reference.kind);
        if (!resource)
            return std::unexpected(
                client::Error{client::Errc::notFound,
                              404,
                              "",
                              std::format("no matches for kind \"{}\" in group \"{}\"", reference.kind,
                                          reference.apiVersion.substr(0, reference.apiVersion.find('/'))),
                              {}});
        const auto scale = client_->getJson(resource->path(scaler.metadata.namespace_, reference.name, "scale"));
        if (!scale)
            return std::unexpected(scale.error());
        const JsonObject& object = scale->get_object();
        ScaleTarget target;
        target.resource = *resource;
        target.ns = scaler.metadata.namespace_;
        target.name = reference.name;
        target.selector = api::stringAt(object, {"status", "selector"});
        target.resourceVersion = api::stringAt(object, {"metadata", "resourceVersion"});
        target.wanted = static_cast<int>(api::intAt(object, {"spec", "replicas"}).value_or(0));
        target.present = static_cast<int>(api::intAt(object, {"status", "replicas"}).value_or(0));
        if (const auto selector = api::LabelMatcher::parse(target.selector); selector && !target.selector.empty())
            for (const PodPtr& pod : caches_.of<Pod>().list(target.ns))
                if (selector->matches(pod->metadata.labels))
                    target.pods.push_back(pod);
        return target;
    }

    /// Nothing when no metric can tell.
    std::optional<Decision> decide(const HorizontalPodAutoscaler& scaler, const ScaleTarget& target,
                                   HorizontalPodAutoscalerStatus& status, ScalingHistory& history) {
        const int least = scaler.spec->minReplicas.value_or(1), most = scaler.spec->maxReplicas;
        if (target.wanted == 0 && least != 0) {
            setCondition(status, "ScalingActive", false, "ScalingDisabled",
                         "scaling is disabled since the replica count of the target is zero");
            return Decision{0, {}};
        }
        if (target.wanted > most)
            return Decision{most, "Current number of replicas above Spec.MaxReplicas"};
        if (target.wanted < least)
            return Decision{least, "Current number of replicas below Spec.MinReplicas"};
        auto wish = wishOf(scaler, target, status);
        if (!wish)
            return {};
        const auto behavior = behaviorOf(*scaler.spec);
        const auto now = Clock::now();
        const Limited steady = stabilized(target.wanted, wish->replicas, behavior, history.recommendations, now);
        history.recommendations.push_back({wish->replicas, now});
        setCondition(status, "AbleToScale", true, steady.reason, steady.message);
        const Limited limited = rateLimited(target.wanted, steady.replicas, least, most, behavior, history, now);
        setCondition(status, "ScalingLimited", limited.replicas != steady.replicas, limited.reason, limited.message);
        return Decision{limited.replicas, limited.replicas > target.wanted   ? wish->reason + " above target"
                                          : limited.replicas < target.wanted ? "All metrics below target"
                                                                             : ""};
    }

    /// The most that any metric asks for; what one metric cannot tell only stops scaling down.
    std::optional<Decision> wishOf(const HorizontalPodAutoscaler& scaler, const ScaleTarget& target,
                                   HorizontalPodAutoscalerStatus& status) {
        if (target.selector.empty()) {
            warn(scaler, "SelectorRequired", "selector is required");
            setCondition(status, "ScalingActive", false, "InvalidSelector",
                         "the HPA target's scale is missing a selector");
            return {};
        }
        Decision wish;
        std::optional<MetricFailure> failure;
        std::size_t failed = 0;
        std::vector<api::autoscaling_v2::MetricStatus> told;
        for (const auto& metric : scaler.spec->metrics) {
            auto proposed = proposeFromMetric(metric, target, metrics_, kinds_);
            if (!proposed) {
                ++failed;
                warn(scaler, proposed.error().reason, proposed.error().message);
                failure = failure.value_or(proposed.error());
                continue;
            }
            if (wish.reason.empty() || proposed->proposal.replicas > wish.replicas)
                wish = {proposed->proposal.replicas, proposed->name};
            told.push_back(std::move(proposed->status));
        }
        const std::size_t all = scaler.spec->metrics.size();
        if (failure && (failed >= all || wish.replicas < target.wanted)) {
            setCondition(status, "ScalingActive", false, failure->reason,
                         "the HPA was unable to compute the replica count: " + failure->message);
            warn(scaler, "FailedComputeMetricsReplicas",
                 std::format("invalid metrics ({} invalid out of {}), first error is: {}", failed, all,
                             failure->message));
            return {};
        }
        status.currentMetrics = std::move(told);
        setCondition(status, "ScalingActive", true, "ValidMetricFound",
                     "the HPA was able to successfully calculate a replica count from " + wish.reason);
        return wish;
    }

    void rescale(const HorizontalPodAutoscaler& scaler, const ScaleTarget& target, const Decision& decision,
                 HorizontalPodAutoscalerStatus& status, ScalingHistory& history) {
        const JsonObject scale{
            {"apiVersion", "autoscaling/v1"},
            {"kind", "Scale"},
            {"metadata",
             JsonObject{{"name", target.name}, {"namespace", target.ns}, {"resourceVersion", target.resourceVersion}}},
            {"spec", JsonObject{{"replicas", decision.replicas}}}};
        const auto done = client_->update(target.resource, target.ns, target.name, scale, "scale");
        if (!done) {
            warn(scaler, "FailedRescale",
                 std::format("New size: {}; reason: {}; error: {}", decision.replicas, decision.reason,
                             done.error().message));
            setCondition(status, "AbleToScale", false, "FailedUpdateScale",
                         "the HPA controller was unable to update the target scale: " + done.error().message);
            status.desiredReplicas = target.wanted;
            return;
        }
        setCondition(status, "AbleToScale", true, "SucceededRescale",
                     std::format("the HPA controller was able to update the target scale to {}", decision.replicas));
        events_.record(client::EventRecorder::referenceTo(scaler), "Normal", "SuccessfulRescale",
                       std::format("New size: {}; reason: {}", decision.replicas, decision.reason));
        auto& changes = decision.replicas > target.wanted ? history.up : history.down;
        changes.push_back({std::abs(decision.replicas - target.wanted), Clock::now()});
        status.lastScaleTime = base::nowRfc3339();
    }

    const MetadataWatch& kinds_;
    const MetricsClient metrics_;
    std::mutex mutex_;
    std::map<std::string, ScalingHistory> histories_; ///< by autoscaler; one key is worked on by one thread at a time
};

} // namespace

std::unique_ptr<Reconciler> makeHorizontalPodAutoscaler(const Context& context) {
    return std::make_unique<HorizontalPodAutoscalerController>(context);
}

} // namespace slipway::controllers
