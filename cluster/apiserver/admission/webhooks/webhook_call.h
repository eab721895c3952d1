#pragma once

#include "cluster/apiserver/admission/webhooks/webhook.h"

namespace slipway::apiserver::admission {

/// Sends a webhook its review over TLS, to its URL or to an endpoint of its service, and reads what it answers. Blocks
/// up to the webhook's time limit. The error says why it could not be asked.
std::expected<WebhookAnswer, std::string> callWebhook(const Webhook& hook, const Request& request,
                                                      const ClusterState& cluster);

} // namespace slipway::apiserver::admission
