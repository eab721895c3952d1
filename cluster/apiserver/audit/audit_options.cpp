#include "cluster/apiserver/audit/audit_options.h"

#include "cluster/base/files.h"
#include "cluster/client/kubeconfig.h"

namespace slipway::apiserver::audit {
namespace {

QueueLimits limitsOf(const Options& options, const std::string& mode) {
    QueueLimits limits;
    limits.events = static_cast<std::size_t>(options.bufferSize);
    limits.drops = mode == "batch";
    return limits;
}

std::expected<std::unique_ptr<Backend>, std::string> openLog(const Options& options) {
    Rotation rotation;
    if (options.logMaxSize > 0)
        rotation.largest = static_cast<std::uintmax_t>(options.logMaxSize) << 20;
    rotation.longest = std::chrono::days(options.logMaxAge);
    rotation.backups = options.logMaxBackup;
    auto file = std::make_unique<RotatingFile>(options.logPath, rotation);
    if (const auto opened = file->open(); !opened)
        return std::unexpected(opened.error());
    return std::make_unique<Backend>("log", makeLogSink(std::move(file)), limitsOf(options, options.logMode));
}

std::expected<std::unique_ptr<Backend>, std::string> openWebhook(const Options& options) {
    const auto settings = client::loadContext(options.webhookConfig);
    if (!settings)
        return std::unexpected(settings.error().message);
    // The path of the server's URL is the webhook's own; the transport puts it before any target.
    const std::size_t scheme = settings->server.find("://");
    const bool hasPath = settings->server.find('/', scheme == std::string::npos ? 0 : scheme + 3) != std::string::npos;
    const auto transport = client::makeHttpTransport(*settings);
    if (!transport)
        return std::unexpected(transport.error().message);
    QueueLimits limits = limitsOf(options, options.webhookMode);
    limits.batch = static_cast<std::size_t>(options.webhookBatchSize);
    limits.wait = options.webhookMode == "batch" ? options.webhookBatchWait : std::chrono::milliseconds(0);
    return std::make_unique<Backend>(
        "webhook", makeWebhookSink(*transport, hasPath ? "?timeout=30s" : "/?timeout=30s", options.webhookFirstPause),
        limits);
}

} // namespace

std::expected<std::shared_ptr<Audit>, std::string> openAudit(const Options& options) {
    if (options.policyFile.empty() || (options.logPath.empty() && options.webhookConfig.empty()))
        return nullptr;
    const auto text = base::readFile(options.policyFile);
    if (!text)
        return std::unexpected(text.error().message);
    auto policy = Policy::parse(*text);
    if (!policy)
        return std::unexpected(options.policyFile.string() + ": " + policy.error());
    std::vector<std::unique_ptr<Backend>> backends;
    for (auto [wanted, open] :
         {std::pair(!options.logPath.empty(), &openLog), std::pair(!options.webhookConfig.empty(), &openWebhook)}) {
        if (!wanted)
            continue;
        auto backend = open(options);
        if (!backend)
            return std::unexpected(backend.error());
        backends.push_back(std::move(*backend));
    }
    return std::make_shared<Audit>(std::move(*policy), std::move(backends));
}

} // namespace slipway::apiserver::audit
