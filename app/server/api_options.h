#pragma once

#include "cluster/apiserver/audit/audit_options.h"

namespace CLI {
class App;
}

/// The command line's options about how the API server behaves, by the names Kubernetes' own has.
namespace slipway::server {

/// --audit-...; @p into outlives the parsing.
void addAuditOptions(CLI::App& app, apiserver::audit::Options& into);

} // namespace slipway::server
