#pragma once

#include "app/server/identity_options.h"
#include "cluster/apiserver/audit/audit_options.h"

namespace CLI {
class App;
}

/// The command line's options about how the API server behaves, by the names Kubernetes' own has.
namespace slipway::server {

/// --audit-...; @p into outlives the parsing.
void addAuditOptions(CLI::App& app, apiserver::audit::Options& into);

/// --oidc-..., --authentication-config, --anonymous-auth, --service-account-key-file; @p into outlives the parsing.
void addIdentityOptions(CLI::App& app, IdentityOptions& into);

} // namespace slipway::server
