#include "cluster/apiserver/admission/webhooks/webhooks.h"

#include "cluster/api/patch.h"
#include "cluster/apiserver/admission/policies/match_conditions.h"
#include "cluster/apiserver/admission/webhooks/webhook_call.h"
#include "cluster/base/log.h"

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;

/// Nobody is locked out of the configurations by what they configure, nor the server by itself.
bool isExemptFromWebhooks(const Request& request) {
    return (request.resource.group == "admissionregistration.k8s.io" &&
            request.resource.name.ends_with("webhookconfigurations")) ||
           request.user.name == "system:apiserver" || request.resource.name.ends_with("reviews");
}

api::Status failedCall(const Webhook& hook, const std::string& why) {
    return api::internalError(std::format("failed calling webhook {}: {}", quotedText(hook.name), why));
}

/// Asks one webhook, if its conditions hold; true when it changed the object.
std::expected<bool, api::Status> askOne(const Webhook& hook, Request& request, const ClusterState& cluster) {
    if (hook.spec.contains("matchConditions")) {
        const auto holds = conditionsHold(hook.spec, variablesOf(request, cluster));
        if (!holds && hook.failsClosed)
            return std::unexpected(refuse(request, "{}", holds.error()));
        if (!holds || !*holds)
            return false;
    }
    auto answer = callWebhook(hook, request, cluster);
    if (!answer) {
        if (hook.failsClosed)
            return std::unexpected(failedCall(hook, answer.error()));
        base::warn("admission", "failed calling webhook {}, failing open: {}", hook.name, answer.error());
        return false;
    }
    for (std::string& warning : answer->warnings)
        request.warnings.push_back(std::move(warning));
    if (!answer->allowed)
        return std::unexpected(std::move(answer->refusal));
    if (!answer->patch || request.operation == Operation::remove || request.operation == Operation::connect)
        return false;
    auto patched = api::applyJsonPatch(request.object, *answer->patch);
    if (!patched)
        return std::unexpected(failedCall(hook, patched.error().message));
    if (!request.accept)
        return std::unexpected(failedCall(hook, "the object cannot be changed here"));
    auto accepted = request.accept(std::move(*patched));
    if (!accepted)
        return std::unexpected(std::move(accepted.error()));
    const bool changed = *accepted != request.object;
    request.object = std::move(*accepted);
    return changed;
}

} // namespace

Refusal askMutatingWebhooks(Request& request, const ClusterState& cluster) {
    if (isExemptFromWebhooks(request))
        return {};
    const auto hooks = configuredWebhooks(cluster, "mutatingwebhookconfigurations");
    std::vector<const Webhook*> again; ///< asked, and the object has changed since
    std::vector<const Webhook*> asked;
    for (const Webhook& hook : hooks) {
        if (!matches(hook, request, cluster))
            continue;
        const auto changed = askOne(hook, request, cluster);
        if (!changed)
            return changed.error();
        if (*changed)
            again = asked;
        if (hook.reinvoked)
            asked.push_back(&hook);
    }
    for (const Webhook* hook : again)
        if (matches(*hook, request, cluster))
            if (const auto changed = askOne(*hook, request, cluster); !changed)
                return changed.error();
    return {};
}

Refusal askValidatingWebhooks(Request& request, const ClusterState& cluster) {
    if (isExemptFromWebhooks(request))
        return {};
    for (const Webhook& hook : configuredWebhooks(cluster, "validatingwebhookconfigurations"))
        if (matches(hook, request, cluster))
            if (const auto answer = askOne(hook, request, cluster); !answer)
                return answer.error();
    return {};
}

} // namespace slipway::apiserver::admission
