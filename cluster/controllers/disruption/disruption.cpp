#include "cluster/controllers/disruption/disruption.h"

#include "cluster/api/selectors.h"
#include "cluster/base/time.h"
#include "cluster/controllers/disruption/expected_pods.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::core_v1::Pod;
using api::policy_v1::PodDisruptionBudget;
using client::objectKey;

namespace {

bool covers(const PodDisruptionBudget& budget, const Pod& pod) {
    return budget.spec && budget.spec->selector && budget.metadata.namespace_ == pod.metadata.namespace_ &&
           api::matches(*budget.spec->selector, pod.metadata.labels);
}

class DisruptionController : public Reconciler {
public:
    explicit DisruptionController(const Context& context) : Reconciler(context, 2), kinds_(context.metadata) {
        watch<PodDisruptionBudget>();
        watch<Pod>([this](const auto& before, const auto& after) {
            const Pod& pod = after ? *after : *before;
            if (before && after && isReady(*before) == isReady(*after) && isFinished(*before) == isFinished(*after) &&
                isTerminating(*before) == isTerminating(*after) && before->metadata.labels == after->metadata.labels)
                return;
            for (const auto& budget : caches_.of<PodDisruptionBudget>().list(pod.metadata.namespace_))
                if (covers(*budget, pod) || (before && covers(*budget, *before)))
                    enqueue(objectKey(budget->metadata.namespace_, budget->metadata.name));
        });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto budget = caches_.of<PodDisruptionBudget>().getKey(key);
        if (!budget || !budget->spec)
            return SyncResult{};
        std::vector<PodPtr> pods;
        for (const PodPtr& pod : caches_.of<Pod>().list(budget->metadata.namespace_))
            if (covers(*budget, *pod) && !isFinished(*pod))
                pods.push_back(pod);
        const auto about = client::EventRecorder::referenceTo(*budget);
        if (pods.empty())
            events_.record(about, "Normal", "NoPods", "No matching pods found");
        int expected = static_cast<int>(pods.size());
        const auto& least = budget->spec->minAvailable;
        if (budget->spec->maxUnavailable || (least && !least->isInt)) {
            const auto wanted = expectedPods(pods, *client_, kinds_);
            if (!wanted)
                return fail(*budget, "Failed to calculate the number of expected pods: " + wanted.error().message);
            expected = *wanted;
        }
        const auto needs = disruptionNeeds(*budget->spec, expected, static_cast<int>(pods.size()));
        const auto [status, wait] = disruptionStatus(*budget, needs, pods, std::chrono::system_clock::now());
        if (auto written = writeStatusIfChanged(*budget, status); !written)
            return std::unexpected(written.error());
        // What controllers want may change without a pod changing.
        const bool counts = budget->spec->maxUnavailable || (least && !least->isInt);
        return SyncResult{wait.count() > 0          ? std::optional(wait)
                          : counts && !pods.empty() ? std::optional(std::chrono::milliseconds(30'000))
                                                    : std::nullopt};
    }

    client::Result<SyncResult> fail(const PodDisruptionBudget& budget, const std::string& message) {
        const auto about = client::EventRecorder::referenceTo(budget);
        events_.record(about, "Warning", "CalculateExpectedPodCountFailed", message);
        if (auto written = writeStatusIfChanged(budget, failedStatus(budget, message, base::nowRfc3339())); !written)
            return std::unexpected(written.error());
        return SyncResult{std::chrono::seconds(30)};
    }

    const MetadataWatch& kinds_;
};

/// How long the condition of a pod that was to go is believed.
constexpr auto staleAfter = std::chrono::minutes(2);

class StaleDisruptionController : public Reconciler {
public:
    explicit StaleDisruptionController(const Context& context) : Reconciler(context) {
        watch<Pod>([this](const auto& before, const auto& after) {
            if (after && isCondemned(*after) && (!before || !isCondemned(*before)))
                enqueue(objectKey(after->metadata.namespace_, after->metadata.name));
        });
    }

private:
    static bool isCondemned(const Pod& pod) {
        const auto* target = condition(pod, "DisruptionTarget");
        return target != nullptr && target->status == "True" && !isTerminating(pod) && !isFinished(pod);
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto pod = caches_.of<Pod>().getKey(key);
        if (!pod || !isCondemned(*pod))
            return SyncResult{};
        const auto now = std::chrono::system_clock::now();
        const auto since = base::parseTime(condition(*pod, "DisruptionTarget")->lastTransitionTime).value_or(now);
        if (const auto left = since + staleAfter - now; left.count() > 0)
            return SyncResult{std::chrono::ceil<std::chrono::milliseconds>(left)};
        Pod next = *pod;
        for (auto& entry : next.status->conditions)
            if (entry.type == "DisruptionTarget") {
                entry.status = "False";
                entry.lastTransitionTime = base::formatTime(now);
            }
        const auto written = ignoreGone(client_->updateStatus(next));
        return written ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(written.error());
    }
};

} // namespace

std::unique_ptr<Reconciler> makeDisruptionController(const Context& context) {
    return std::make_unique<DisruptionController>(context);
}

std::unique_ptr<Reconciler> makeStaleDisruptionController(const Context& context) {
    return std::make_unique<StaleDisruptionController>(context);
}

} // namespace slipway::controllers
