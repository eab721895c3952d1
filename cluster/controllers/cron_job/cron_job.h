#pragma once

#include "cluster/api/types/batch_v1.h"
#include "cluster/controllers/runtime/reconciler.h"

namespace slipway::controllers {

/// What a cron job is to do now.
struct CronPlan {
    std::optional<std::chrono::sys_seconds> start; ///< the scheduled time whose job is to be made
    bool replace = false;                          ///< delete what runs first (concurrencyPolicy Replace)
    std::chrono::milliseconds wait{0};             ///< until the next scheduled time; 0: never
    std::string warning, reason;                   ///< to be told in an event
};

/// Decides from the schedule, the time of the last start and what still runs. Missed times are caught up with the
/// latest one, unless it is older than startingDeadlineSeconds; more than 100 missed ones are told of.
CronPlan planCronJob(const api::batch_v1::CronJob& cronJob, bool running, std::chrono::system_clock::time_point now);

/// Makes jobs by the clock, and keeps as many finished ones as the history limits say.
std::unique_ptr<Reconciler> makeCronJobController(const Context& context);

} // namespace slipway::controllers
