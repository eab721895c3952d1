#pragma once

#include "app/server/cluster_files.h"
#include "cluster/controllers/controllers.h"

namespace slipway::server {

/// What the controllers may have the cluster's keys do: sign certificate requests and tokens that live in Secrets.
/// @p issuer is the one the server's tokens name.
controllers::Signers makeSigners(const ClusterFiles& files, std::string issuer);

/// What objects take from resource quotas, as admission counts it.
controllers::QuotaEvaluation makeQuotaEvaluation();

} // namespace slipway::server
