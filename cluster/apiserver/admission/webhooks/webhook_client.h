#pragma once

#include "cluster/apiserver/admission/cluster_state.h"

#include <chrono>
#include <expected>
#include <string>

namespace slipway::client {
class Transport;
}

namespace slipway::apiserver::admission {

/// Where a webhook listens: the address that is called, and the name its certificate is for.
struct WebhookPlace {
    std::string server, verifyName, path;
    std::string shown; ///< as errors name it
};

/// Where to find who a clientConfig names: its URL, or an endpoint of its service that is ready. Errors: as the client
/// of Kubernetes words them ("Post \"https://...\": service \"x\" not found").
std::expected<WebhookPlace, std::string> webhookPlace(const api::JsonObject& clientConfig, std::chrono::seconds timeout,
                                                      const ClusterState& cluster);

/// A connection to a webhook, verified by the caBundle of its clientConfig. Errors: likewise.
std::expected<std::shared_ptr<client::Transport>, std::string>
connectWebhook(const api::JsonObject& clientConfig, const WebhookPlace& place, std::chrono::seconds timeout);

/// Sends a review and gives what came back. Blocks up to the time limit. Errors: likewise.
std::expected<api::Json, std::string> postReview(client::Transport& transport, const WebhookPlace& place,
                                                 const api::JsonObject& review);

} // namespace slipway::apiserver::admission
