#include "cluster/apiserver/admission/webhooks/webhook_call.h"

#include "cluster/apiserver/admission/webhooks/webhook_client.h"
#include "cluster/base/random.h"
#include "cluster/client/transport.h"

#include <format>

namespace slipway::apiserver::admission {

std::expected<WebhookAnswer, std::string> callWebhook(const Webhook& hook, const Request& request,
                                                      const ClusterState& cluster) {
    const api::Json* config = hook.spec.if_contains("clientConfig");
    if (config == nullptr || !config->is_object())
        return std::unexpected("failed to call webhook: it has no clientConfig");
    const auto failed = [](const std::string& why) { return std::unexpected("failed to call webhook: " + why); };
    const auto place = webhookPlace(config->get_object(), hook.timeout, cluster);
    if (!place)
        return failed(place.error());
    const auto transport = connectWebhook(config->get_object(), *place, hook.timeout);
    if (!transport)
        return failed(transport.error());
    const std::string uid = base::newUuid();
    const auto review = postReview(**transport, *place, reviewOf(request, uid));
    if (!review)
        return failed(review.error());
    return readAnswer(hook, *review, uid).transform_error([](const std::string& why) {
        return "received invalid webhook response: " + why;
    });
}

} // namespace slipway::apiserver::admission
