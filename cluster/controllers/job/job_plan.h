#pragma once

#include "cluster/api/types/batch_v1.h"
#include "cluster/controllers/workload/owned_pods.h"

namespace slipway::controllers {

inline constexpr const char* jobFinalizer = "batch.kubernetes.io/job-tracking";
inline constexpr const char* completionIndex = "batch.kubernetes.io/job-completion-index";

/// What is to be done next for a job. The status is written before the finalizers of counted pods are taken away, so
/// that a pod that is gone is never forgotten and never counted twice.
struct JobPlan {
    api::batch_v1::JobStatus status;
    std::vector<int> create;     ///< completion indexes; -1 for a pod without one
    std::map<int, int> failures; ///< how often the indexes that are to be made again have failed
    std::vector<PodPtr> remove;
    std::vector<PodPtr> release; ///< pods that are counted, and may go
    std::chrono::milliseconds wait{0};
};

/// One step of a job (after kube-controller-manager's job controller): counting, success and failure by policy,
/// back-off, deadline, suspension, and the pods to make or delete. @p pods are the job's own, finished and terminating
/// included.
JobPlan planJob(const api::batch_v1::Job& job, const std::vector<PodPtr>& pods,
                std::chrono::system_clock::time_point now);

/// The condition of that type that is True, or null.
const api::batch_v1::JobCondition* trueCondition(const api::batch_v1::JobStatus& status, std::string_view type);

/// Complete or Failed.
bool isFinished(const api::batch_v1::Job& job);

/// A pod of the job, with its labels, finalizer and, for an index of 0 and more, what tells it which it is.
/// @p failures is how often the index has failed, for a job that counts by index.
api::core_v1::Pod jobPod(const api::batch_v1::Job& job, int index, int failures = 0);

} // namespace slipway::controllers
