#include "app/server/api_options.h"

#include "cluster/api/cel/value.h"

#include <CLI/CLI.hpp>

namespace slipway::server {
namespace {

/// An option whose value is written like 1m30s.
void addDuration(CLI::App& app, const char* name, std::chrono::milliseconds& into, const char* help) {
    app.add_option_function<std::string>(
        name,
        [name, &into](const std::string& text) {
            const auto duration = api::cel::parseDuration(text);
            if (!duration || duration->nanos < 0)
                throw CLI::ValidationError(name, text + " is no duration such as 30s");
            into = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(duration->nanos));
        },
        help);
}

} // namespace

void addAuditOptions(CLI::App& app, apiserver::audit::Options& into) {
    const auto mode = CLI::IsMember({"batch", "blocking"});
    app.add_option("--audit-policy-file", into.policyFile,
                   "Policy of audit.k8s.io/v1: which requests are noted, and how much of them")
        ->check(CLI::ExistingFile);
    app.add_option("--audit-log-path", into.logPath, "File of the audit log, a line an event; - is standard output");
    app.add_option("--audit-log-maxage", into.logMaxAge, "Days that former files are kept; 0: for ever")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--audit-log-maxbackup", into.logMaxBackup, "Former files that are kept; 0: all")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--audit-log-maxsize", into.logMaxSize, "MiB after which a new file is begun; 0: 100")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--audit-log-mode", into.logMode,
                   "What becomes of events that come faster than they are written: they are dropped (batch), or their "
                   "requests wait (blocking)")
        ->capture_default_str()
        ->check(mode);
    app.add_option("--audit-webhook-config-file", into.webhookConfig,
                   "kubeconfig of a server that events are posted to")
        ->check(CLI::ExistingFile);
    app.add_option("--audit-webhook-mode", into.webhookMode, "As --audit-log-mode")->capture_default_str()->check(mode);
    app.add_option("--audit-webhook-batch-max-size", into.webhookBatchSize, "Events posted at once")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    addDuration(app, "--audit-webhook-batch-max-wait", into.webhookBatchWait, "How long events wait for others (30s)");
    addDuration(app, "--audit-webhook-initial-backoff", into.webhookFirstPause,
                "How long to wait before the first repetition (10s)");
    app.add_option("--audit-buffer-size", into.bufferSize, "Events that may wait to be written")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
}

void addIdentityOptions(CLI::App& app, IdentityOptions& into) {
    auto* config = app.add_option("--authentication-config", into.configFile,
                                  "AuthenticationConfiguration: issuers whose tokens are believed, and who may come "
                                  "without any; read anew when it changes")
                       ->check(CLI::ExistingFile);
    auto* issuer = app.add_option("--oidc-issuer-url", into.issuer.url, "OpenID issuer whose tokens are believed");
    auto* client = app.add_option("--oidc-client-id", into.clientId, "Whom its tokens have to be for");
    issuer->needs(client)->excludes(config);
    client->needs(issuer);
    app.add_option("--oidc-username-claim", into.issuer.username.claim, "Claim that is the user's name")
        ->capture_default_str();
    app.add_option("--oidc-username-prefix", into.usernamePrefix,
                   "Before that name; - is none, and without this it is the issuer's URL and #");
    app.add_option("--oidc-groups-claim", into.issuer.groups.claim, "Claim that is the user's groups");
    app.add_option("--oidc-groups-prefix", into.issuer.groups.prefix, "Before each of them");
    app.add_option("--oidc-required-claim", into.requiredClaims, "NAME=VALUE that a token has to claim; repeatable");
    app.add_option("--oidc-ca-file", into.caFile, "Who signed the issuer's certificate")->check(CLI::ExistingFile);
    app.add_option("--oidc-signing-algs", into.issuer.algorithms, "Algorithms that its tokens may be signed with")
        ->delimiter(',')
        ->capture_default_str()
        ->check(CLI::IsMember(apiserver::authentication::jwtAlgorithms()));
    app.add_option("--anonymous-auth", into.anonymous, "Whether requests without credentials are let in at all")
        ->capture_default_str()
        ->excludes(config);
    app.add_option("--service-account-key-file", into.accountKeyFiles,
                   "Further keys (RSA or ECDSA, private or public) that service account tokens may be signed with")
        ->check(CLI::ExistingFile);
}

} // namespace slipway::server
