#include "cluster/controllers/job/job.h"

#include "cluster/base/time.h"
#include "cluster/controllers/job/job_plan.h"

#include <algorithm>

namespace slipway::controllers {

using api::batch_v1::Job;
using api::core_v1::Pod;
using client::objectKey;

namespace {

class JobController : public Reconciler {
public:
    explicit JobController(const Context& context)
        : Reconciler(context, 4)
        , pods_(context, events_, "batch/v1", "Job", [this](const std::string& key) { enqueue(key); }) {
        watch<Job>();
        pods_.onOrphan([this](const Pod& pod) {
            for (const auto& job : caches_.of<Job>().list(pod.metadata.namespace_))
                if (job->spec && job->spec->selector && api::matches(*job->spec->selector, pod.metadata.labels))
                    enqueue(objectKey(job->metadata.namespace_, job->metadata.name));
        });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto job = caches_.of<Job>().getKey(key);
        if (!job) {
            pods_.forget(key);
            return releaseAll(key);
        }
        if (!job->spec || !job->spec->selector ||
            (!job->spec->managedBy.empty() && job->spec->managedBy != "kubernetes.io/job-controller"))
            return SyncResult{};
        const bool settled = pods_.settled(key); // asked before the pods are: they may only be newer
        auto claimed = pods_.claim(*job, *job->spec->selector);
        if (!claimed)
            return std::unexpected(claimed.error());
        JobPlan plan = planJob(*job, *claimed, std::chrono::system_clock::now());
        if (auto written = writeStatus(*job, plan); !written)
            return std::unexpected(written.error());
        if (auto done = releaseMany(plan.release); !done)
            return std::unexpected(done.error());
        if (auto done = settled ? changePods(*job, plan) : client::Result<void>(); !done)
            return std::unexpected(done.error());
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
            events_.record(owner, "Normal", "Completed", "Job completed");
        if (became("Failed"))
            events_.record(owner, "Warning", trueCondition(now, "Failed")->reason,
                           trueCondition(now, "Failed")->message);
        if (became("Suspended"))
            events_.record(owner, "Normal", "Suspended", "Job suspended");
        if (job.status && trueCondition(*job.status, "Suspended") && !trueCondition(now, "Suspended"))
            events_.record(owner, "Normal", "Resumed", "Job resumed");
    }

    client::Result<void> changePods(const Job& job, const JobPlan& plan) {
        if (!job.metadata.deletionTimestamp.empty())
            return {};
        const auto owner = client::EventRecorder::referenceTo(job);
        if (auto done = releaseMany(plan.remove); !done) // what the job itself ends is no failure
            return done;
        if (auto done = pods_.removeMany(owner, plan.remove); !done)
            return done;
        return pods_.createMany(owner, plan.create.size(), [&](std::size_t i) {
            const auto failures = plan.failures.find(plan.create[i]);
            return jobPod(job, plan.create[i], failures == plan.failures.end() ? 0 : failures->second);
        });
    }

    client::Result<void> releaseMany(const std::vector<PodPtr>& pods) {
        std::mutex mutex;
        client::Result<void> result;
        fanOut_.run(pods.size(), [&](std::size_t i) {
            auto done = release(*pods[i]);
            std::lock_guard lock(mutex);
            if (!done)
                result = std::move(done);
        });
        return result;
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
        for (const PodPtr& pod : caches_.of<Pod>().list(ns)) {
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

    OwnedPods pods_;
};

} // namespace

std::unique_ptr<Reconciler> makeJobController(const Context& context) {
    return std::make_unique<JobController>(context);
}

} // namespace slipway::controllers
