#include "cluster/controllers/ttl_after_finished/ttl_after_finished.h"

#include "cluster/base/time.h"
#include "cluster/controllers/job/job_plan.h"

namespace slipway::controllers {

using api::batch_v1::Job;
using std::chrono::milliseconds;

namespace {

/// How long until the job is to be deleted; nothing for one that stays.
std::optional<milliseconds> timeLeft(const Job& job) {
    if (!job.spec || !job.spec->ttlSecondsAfterFinished || !isFinished(job) || !job.metadata.deletionTimestamp.empty())
        return {};
    const auto* end = trueCondition(*job.status, "Complete");
    if (end == nullptr)
        end = trueCondition(*job.status, "Failed");
    const auto since = base::parseTime(end->lastTransitionTime);
    if (!since)
        return {};
    return std::chrono::ceil<milliseconds>(*since + std::chrono::seconds(*job.spec->ttlSecondsAfterFinished) -
                                           std::chrono::system_clock::now());
}

class TtlAfterFinishedController : public Reconciler {
public:
    explicit TtlAfterFinishedController(const Context& context) : Reconciler(context) { watch<Job>(); }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto job = caches_.of<Job>().getKey(key);
        const auto left = job ? timeLeft(*job) : std::nullopt;
        if (!left)
            return SyncResult{};
        if (left->count() > 0)
            return SyncResult{*left};
        const auto live = client_->get<Job>(job->metadata.namespace_, job->metadata.name); // the time may be longer now
        if (!live || timeLeft(*live).value_or(milliseconds(1)).count() > 0)
            return SyncResult{};
        client::DeleteOptions options;
        options.uid = job->metadata.uid;
        options.propagationPolicy = "Foreground";
        const auto gone = ignoreGone(
            client_->remove(client::resourceOf<Job>(), job->metadata.namespace_, job->metadata.name, options));
        return gone ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(gone.error());
    }
};

} // namespace

std::unique_ptr<Reconciler> makeTtlAfterFinishedController(const Context& context) {
    return std::make_unique<TtlAfterFinishedController>(context);
}

} // namespace slipway::controllers
