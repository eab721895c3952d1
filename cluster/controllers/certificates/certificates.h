#pragma once

#include "cluster/controllers/runtime/reconciler.h"

#include <memory>

namespace slipway::controllers {

/// Signs approved certificate signing requests with the cluster's authority.
std::unique_ptr<Reconciler> makeCertificateSigner(const Context& context);
/// Approves the client certificates that nodes ask for, where their users may have them.
std::unique_ptr<Reconciler> makeCertificateApprover(const Context& context);
/// Deletes requests that are long decided, or that nobody decides.
std::unique_ptr<Reconciler> makeCertificateCleaner(const Context& context);

} // namespace slipway::controllers
