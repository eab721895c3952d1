#include "cluster/controllers/cron_job/cron_job.h"

#include "cluster/base/time.h"
#include "cluster/client/event_recorder.h"
#include "cluster/controllers/cron_job/cron_schedule.h"
#include "cluster/controllers/job/job_plan.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::batch_v1::CronJob;
using api::batch_v1::Job;
using client::objectKey;
using JobPtr = std::shared_ptr<const Job>;
namespace chrono = std::chrono;

namespace {

const chrono::time_zone* zoneOf(const CronJob& cronJob) {
    try {
        return chrono::locate_zone(cronJob.spec->timeZone.empty() ? "Etc/UTC" : cronJob.spec->timeZone);
    } catch (const std::runtime_error&) {
        return nullptr;
    }
}

/// The last scheduled time after @p from and not after @p now, looked for in ever longer spans before now.
std::optional<chrono::sys_seconds> latestDue(const CronSchedule& schedule, const chrono::time_zone& zone,
                                             chrono::sys_seconds from, chrono::sys_seconds now) {
    for (int hours : {1, 24, 24 * 31, 24 * 366, 24 * 5 * 366}) {
        const auto begin = std::max(from, now - chrono::hours(hours));
        std::optional<chrono::sys_seconds> latest;
        for (auto at = schedule.next(begin, zone); at && *at <= now; at = schedule.next(*at, zone))
            latest = at;
        if (latest || begin == from)
            return latest;
    }
    return {};
}

CronPlan warned(const char* reason, std::string warning) {
    CronPlan plan;
    plan.reason = reason;
    plan.warning = std::move(warning);
    return plan;
}

} // namespace

CronPlan planCronJob(const CronJob& cronJob, bool running, chrono::system_clock::time_point now) {
    const auto& spec = *cronJob.spec;
    const auto schedule = CronSchedule::parse(spec.schedule);
    if (!schedule)
        return warned("UnparseableSchedule", "unparseable schedule: \"" + spec.schedule + "\" : " + schedule.error());
    const chrono::time_zone* zone = zoneOf(cronJob);
    if (zone == nullptr)
        return warned("UnknownTimeZone", "invalid timeZone: \"" + spec.timeZone + "\"");
    const auto moment = chrono::floor<chrono::seconds>(now);
    const auto last = cronJob.status ? base::parseTime(cronJob.status->lastScheduleTime) : std::nullopt;
    const auto made = base::parseTime(cronJob.metadata.creationTimestamp);
    auto from = chrono::floor<chrono::seconds>(last ? *last : made.value_or(now));
    if (spec.startingDeadlineSeconds)
        from = std::max(from, moment - chrono::seconds(*spec.startingDeadlineSeconds));
    CronPlan plan;
    if (const auto next = schedule->next(moment, *zone))
        plan.wait = chrono::ceil<chrono::milliseconds>(*next - now);
    if (spec.suspend.value_or(false))
        return plan;
    int missed = 0;
    for (auto at = schedule->next(from, *zone); at && *at <= moment && missed <= 100; at = schedule->next(*at, *zone))
        ++missed;
    if (missed == 0)
        return plan;
    if (missed > 100) {
        plan.reason = "TooManyMissedTimes";
        plan.warning = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
    }
    const auto due = latestDue(*schedule, *zone, from, moment);
    if (!due)
        return plan;
    if (running && spec.concurrencyPolicy == "Forbid") {
        plan.reason = "JobAlreadyActive";
        plan.warning = "Not starting job because prior execution is running and concurrency policy is Forbid";
        return plan;
    }
    plan.replace = running && spec.concurrencyPolicy == "Replace";
    plan.start = due;
    return plan;
}

namespace {

Job jobFor(const CronJob& cronJob, chrono::sys_seconds at) {
    Job job;
    const auto& made = cronJob.spec->jobTemplate;
    job.metadata.labels = made.metadata.labels;
    job.metadata.annotations = made.metadata.annotations;
    const auto local = zoneOf(cronJob)->to_local(at);
    job.metadata.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] =
        cronJob.spec->timeZone.empty()
            ? base::formatTime(at)
            : std::format("{:%FT%T}", local) + std::format("{:%Ez}", chrono::zoned_time(zoneOf(cronJob), at));
    job.metadata.name =
        std::format("{}-{}", cronJob.metadata.name, chrono::floor<chrono::minutes>(at).time_since_epoch().count());
    job.metadata.namespace_ = cronJob.metadata.namespace_;
    job.metadata.ownerReferences = {makeControllerReference("batch/v1", "CronJob", cronJob.metadata)};
    job.spec = made.spec;
    return job;
}

class CronJobController : public Reconciler {
public:
    explicit CronJobController(const Context& context) : Reconciler(context) {
        watch<CronJob>();
        watchOwned<Job>("CronJob");
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto cronJob = caches_.of<CronJob>().getKey(key);
        if (!cronJob || !cronJob->spec || !cronJob->metadata.deletionTimestamp.empty())
            return SyncResult{};
        const std::vector<JobPtr> own = caches_.ownedBy<Job>(cronJob->metadata.uid);
        if (auto done = prune(*cronJob, own); !done)
            return std::unexpected(done.error());
        CronJob next = *cronJob;
        if (!next.status)
            next.status.emplace();
        follow(next, own);
        const CronPlan plan = planCronJob(*cronJob, !next.status->active.empty(), chrono::system_clock::now());
        if (!plan.warning.empty())
            events_.record(client::EventRecorder::referenceTo(*cronJob), "Warning", plan.reason, plan.warning);
        if (plan.start)
            if (auto done = startJob(next, plan, own); !done)
                return std::unexpected(done.error());
        if (auto written = writeStatusIfChanged(*cronJob, *next.status); !written)
            return std::unexpected(written.error());
        return SyncResult{plan.wait.count() > 0 ? std::optional(plan.wait) : std::nullopt};
    }

    /// What runs, and the last success, as the jobs tell.
    void follow(CronJob& cronJob, const std::vector<JobPtr>& own) {
        auto& status = *cronJob.status;
        std::erase_if(status.active, [&](const auto& reference) {
            const auto found =
                std::ranges::find(own, reference.uid, [](const JobPtr& job) { return job->metadata.uid; });
            if (found == own.end())
                return isMissing(cronJob, reference);
            if (!isFinished(**found))
                return false;
            const bool well = trueCondition(*(*found)->status, "Complete") != nullptr;
            events_.record(
                client::EventRecorder::referenceTo(cronJob), "Normal", "SawCompletedJob",
                std::format("Saw completed job: {}, condition: {}", reference.name, well ? "Complete" : "Failed"));
            return true;
        });
        for (const JobPtr& job : own) {
            if (!isFinished(*job)) {
                if (std::ranges::find(status.active, job->metadata.uid, &api::core_v1::ObjectReference::uid) ==
                    status.active.end())
                    status.active.push_back(client::EventRecorder::referenceTo(*job));
            } else if (trueCondition(*job->status, "Complete")) {
                status.lastSuccessfulTime = std::max(status.lastSuccessfulTime, job->status->completionTime);
            }
        }
    }

    /// Whether a job that the cache does not have is gone; it may only not have come yet.
    bool isMissing(const CronJob& cronJob, const api::core_v1::ObjectReference& reference) {
        const auto found = client_->get<Job>(reference.namespace_, reference.name);
        if (found ? found->metadata.uid == reference.uid : found.error().kind != client::Errc::notFound)
            return false;
        events_.record(client::EventRecorder::referenceTo(cronJob), "Normal", "MissingJob",
                       "Active job went missing: " + reference.name);
        return true;
    }

    client::Result<void> startJob(CronJob& cronJob, const CronPlan& plan, const std::vector<JobPtr>& own) {
        const auto about = client::EventRecorder::referenceTo(cronJob);
        if (plan.replace) {
            for (const JobPtr& job : own)
                if (!isFinished(*job))
                    if (auto done = removeJob(cronJob, *job); !done)
                        return done;
            cronJob.status->active.clear();
        }
        auto made = client_->create(cronJob.metadata.namespace_, jobFor(cronJob, *plan.start));
        if (!made && made.error().kind != client::Errc::alreadyExists) {
            events_.record(about, "Warning", "FailedCreate", "Error creating job: " + made.error().message);
            return std::unexpected(made.error());
        }
        cronJob.status->lastScheduleTime = base::formatTime(*plan.start);
        if (!made)
            return {};
        cronJob.status->active.push_back(client::EventRecorder::referenceTo(*made));
        events_.record(about, "Normal", "SuccessfulCreate", "Created job " + made->metadata.name);
        return {};
    }

    client::Result<void> removeJob(const CronJob& cronJob, const Job& job) {
        client::DeleteOptions options;
        options.propagationPolicy = "Background";
        const auto done =
            client_->remove(client::resourceOf<Job>(), job.metadata.namespace_, job.metadata.name, options);
        if (!done && done.error().kind != client::Errc::notFound)
            return std::unexpected(done.error());
        events_.record(client::EventRecorder::referenceTo(cronJob), "Normal", "SuccessfulDelete",
                       "Deleted job " + job.metadata.name);
        return {};
    }

    /// Keeps the latest finished jobs, by the limit of their kind of end.
    client::Result<void> prune(const CronJob& cronJob, const std::vector<JobPtr>& own) {
        const auto keep = [&](const char* end, std::optional<std::int32_t> limit) -> client::Result<void> {
            if (!limit)
                return {};
            std::vector<JobPtr> ended;
            std::ranges::copy_if(own, std::back_inserter(ended), [&](const JobPtr& job) {
                return job->status && trueCondition(*job->status, end) && job->metadata.deletionTimestamp.empty();
            });
            std::ranges::sort(ended, {}, [](const JobPtr& job) { return job->status->startTime + job->metadata.name; });
            for (std::size_t i = 0; i + static_cast<std::size_t>(*limit) < ended.size(); ++i)
                if (auto done = removeJob(cronJob, *ended[i]); !done)
                    return done;
            return {};
        };
        if (auto done = keep("Complete", cronJob.spec->successfulJobsHistoryLimit); !done)
            return done;
        return keep("Failed", cronJob.spec->failedJobsHistoryLimit);
    }
};

} // namespace

std::unique_ptr<Reconciler> makeCronJobController(const Context& context) {
    return std::make_unique<CronJobController>(context);
}

} // namespace slipway::controllers
