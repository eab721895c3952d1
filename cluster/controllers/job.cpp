#include "cluster/controllers/job.h"

#include "cluster/base/time.h"
#include "cluster/controllers/job_plan.h"

#include <algorithm>

namespace slipway::controllers {

using api::batch_v1::Job;
using api::core_v1::Pod;
using client::objectKey;

namespace {

class JobController : public WorkloadController {
public:
    JobController(Informers& informers, std::shared_ptr<const client::Client> client)
        : informers_(informers)
        , client_(client)
        , pods_(informers, client, "job-controller", "batch/v1", "Job",
                [this](const std::string& key) { controller_.enqueue(key); })
        , controller_("job", [this](const std::string& key) { return sync(key); }, 2) {
        informers_.jobs.onChange([this](const auto& before, const auto& after) {
            const auto& object = after ? after : before;
            controller_.enqueue(objectKey(object->metadata.namespace_, object->metadata.name));
        });
        pods_.onOrphan([this](const Pod& pod) {
            for (const auto& job : informers_.jobs.list(pod.metadata.namespace_))
                if (job->spec && job->spec->selector && api::matches(*job->spec->selector, pod.metadata.labels))
                    controller_.enqueue(objectKey(job->metadata.namespace_, job->metadata.name));
        });
    }
    void start() override { controller_.start(); }
    void stop() override { controller_.stop(); }

private:
    client::Result<SyncResult> sync(const std::string& key) {
        const auto job = informers_.jobs.getKey(key);
        if (!job) {
            pods_.forget(key);
            return releaseAll(key);
        }
        if (!job->spec || !job->spec->selector ||
            (!job->spec->managedBy.empty() && job->spec->managedBy != "kubernetes.io/job-controller"))
            return SyncResult{};
        auto claimed = pods_.claim(*job, *job->spec->selector);
        if (!claimed)
            return std::unexpected(claimed.error());
        JobPlan plan = planJob(*job, *claimed, std::chrono::system_clock::now());
        if (auto written = writeStatus(*job, plan); !written)
            return std::unexpected(written.error());
        for (const PodPtr& pod : plan.release)
            if (auto done = release(*pod); !done)
                return std::unexpected(done.error());
        if (auto done = changePods(*job, key, plan); !done)
            return std::unexpected(done.error());
        if (const auto left = timeToLive(*job))
            return expire(*job, *left);
        return SyncResult{plan.wait.count() > 0 ? std::optional(plan.wait) : std::nullopt};
    }

    client::Result<void> writeStatus(const Job& job, const JobPlan& plan) {
        if (job.status && plan.status == *job.status)
            return {};
        Job next = job;
        next.status = plan.status;
        const auto written = client_->updateStatus(next);
        if (!written && written.error().kind != client::Errc::notFound)
            return std::unexpected(written.error());
        tell(job, plan.status);
        return {};
    }

    /// Says once that a job has begun to be suspended, is resumed, complete or failed.
    void tell(const Job& job, const api::batch_v1::JobStatus& now) {
        const auto owner = client::EventRecorder::referenceTo(job);
        const auto became = [&](const char* type) {
            return trueCondition(now, type) != nullptr && (!job.status || trueCondition(*job.status, type) == nullptr);
        };
        if (became("Complete"))
            pods_.events().record(owner, "Normal", "Completed", "Job completed");
        if (became("Failed"))
            pods_.events().record(owner, "Warning", trueCondition(now, "Failed")->reason,
                                  trueCondition(now, "Failed")->message);
        if (became("Suspended"))
            pods_.events().record(owner, "Normal", "Suspended", "Job suspended");
        if (job.status && trueCondition(*job.status, "Suspended") && !trueCondition(now, "Suspended"))
            pods_.events().record(owner, "Normal", "Resumed", "Job resumed");
    }

    client::Result<void> changePods(const Job& job, const std::string& key, const JobPlan& plan) {
        if (!job.metadata.deletionTimestamp.empty() || !pods_.settled(key))
            return {};
        const auto owner = client::EventRecorder::referenceTo(job);
        for (const PodPtr& pod : plan.remove) {
            if (auto done = release(*pod); !done) // what the job itself ends is no failure
                return done;
            if (auto done = pods_.remove(owner, *pod); !done)
                return done;
        }
        return pods_.createMany(owner, plan.create.size(), [&](std::size_t i) { return jobPod(job, plan.create[i]); });
    }

    client::Result<void> release(const Pod& pod) {
        const api::JsonObject patch{
            {"metadata", api::JsonObject{{"uid", pod.metadata.uid},
                                         {"$deleteFromPrimitiveList/finalizers", api::JsonArray{jobFinalizer}}}}};
        const auto done = client_->patch(client::resourceOf<Pod>(), pod.metadata.namespace_, pod.metadata.name,
                                         client::PatchKind::strategicMerge, patch);
        if (!done && done.error().kind != client::Errc::notFound && done.error().kind != client::Errc::conflict)
            return std::unexpected(done.error());
        return {};
    }

    /// The pods of a job that is gone are held by nobody.
    client::Result<SyncResult> releaseAll(const std::string& key) {
        const auto [ns, name] = client::splitKey(key);
        for (const PodPtr& pod : informers_.pods.list(ns)) {
            const auto* owner = controllerOf(pod->metadata);
            if (std::ranges::find(pod->metadata.finalizers, jobFinalizer) == pod->metadata.finalizers.end())
                continue;
            if (owner != nullptr && (owner->kind != "Job" || owner->name != name))
                continue;
            if (auto done = release(*pod); !done)
                return std::unexpected(done.error());
        }
        return SyncResult{};
    }

    /// How long until a finished job is deleted (ttlSecondsAfterFinished); nothing for one that stays.
    static std::optional<std::chrono::milliseconds> timeToLive(const Job& job) {
        if (!isFinished(job) || !job.spec->ttlSecondsAfterFinished || !job.metadata.deletionTimestamp.empty())
            return {};
        const auto* end = trueCondition(*job.status, "Complete");
        if (end == nullptr)
            end = trueCondition(*job.status, "Failed");
        const auto since = base::parseTime(end->lastTransitionTime);
        if (!since)
            return {};
        return std::chrono::ceil<std::chrono::milliseconds>(
            *since + std::chrono::seconds(*job.spec->ttlSecondsAfterFinished) - std::chrono::system_clock::now());
    }

    client::Result<SyncResult> expire(const Job& job, std::chrono::milliseconds left) {
        if (left.count() > 0)
            return SyncResult{left};
        client::DeleteOptions options;
        options.uid = job.metadata.uid;
        options.propagationPolicy = "Foreground";
        const auto done =
            client_->remove(client::resourceOf<Job>(), job.metadata.namespace_, job.metadata.name, options);
        if (!done && done.error().kind != client::Errc::notFound)
            return std::unexpected(done.error());
        return SyncResult{};
    }

    Informers& informers_;
    const std::shared_ptr<const client::Client> client_;
    OwnedPods pods_;
    Controller controller_;
};

} // namespace

std::unique_ptr<WorkloadController> makeJobController(Informers& informers,
                                                      std::shared_ptr<const client::Client> client) {
    return std::make_unique<JobController>(informers, std::move(client));
}

} // namespace slipway::controllers
