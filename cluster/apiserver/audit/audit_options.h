#pragma once

#include "cluster/apiserver/audit/audit.h"

#include <chrono>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

namespace slipway::apiserver::audit {

/// What the audit log of a server is made from, as its command line says it.
struct Options {
    std::filesystem::path policyFile;                        ///< empty: nothing is noted
    std::string logPath;                                     ///< "-": standard output; empty: no log
    int logMaxAge = 0, logMaxBackup = 0, logMaxSize = 0;     ///< days, files, MiB (0: 100)
    std::string logMode = "blocking", webhookMode = "batch"; ///< "batch" drops what does not fit, "blocking" waits
    std::filesystem::path webhookConfig;                     ///< a kubeconfig; empty: no webhook
    int bufferSize = 10'000, webhookBatchSize = 400;
    std::chrono::milliseconds webhookBatchWait{30'000}, webhookFirstPause{10'000};
};

/// Opens the audit log; null when there is no policy, or no place for events. Errors: readable.
std::expected<std::shared_ptr<Audit>, std::string> openAudit(const Options& options);

} // namespace slipway::apiserver::audit
