#pragma once

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/request.h"

#include <chrono>
#include <expected>
#include <string>
#include <vector>

/// Admission webhooks (admissionregistration.k8s.io/v1): which are asked, what they are asked, what they answer. Plain
/// functions; the call itself is in webhook_call.h.
namespace slipway::apiserver::admission {

/// One webhook of a configuration, read.
struct Webhook {
    std::string name;
    api::JsonObject spec; ///< the entry as it stands in the configuration
    bool failsClosed = true;
    bool reinvoked = false; ///< asked again when a later one changed the object
    std::chrono::seconds timeout{10};
};

/// The webhooks of all configurations of a kind ("mutatingwebhookconfigurations", "validating..."), in the order they
/// are asked.
std::vector<Webhook> configuredWebhooks(const ClusterState& cluster, std::string_view resource);

/// Whether rules (at @p rulesMember) with a namespaceSelector and an objectSelector beside them take in a request:
/// those of a webhook, or of a policy's constraints, whose excluded rules are heeded.
bool reaches(const api::JsonObject& scope, std::string_view rulesMember, const Request& request,
             const ClusterState& cluster);
/// Whether a label selector takes in an object.
bool selectorMatches(const api::JsonObject& selector, const api::JsonObject& object);

/// Whether a webhook's rules and selectors take in a request.
bool matches(const Webhook& hook, const Request& request, const ClusterState& cluster);

/// "CREATE", "UPDATE", "DELETE" or "CONNECT".
std::string_view operationName(Operation operation);

/// The AdmissionReview (admission.k8s.io/v1) a webhook is sent.
api::JsonObject reviewOf(const Request& request, const std::string& uid);

/// What a webhook answered.
struct WebhookAnswer {
    bool allowed = false;
    std::optional<api::Json> patch; ///< a JSON patch
    std::vector<std::string> warnings;
    api::Status refusal; ///< when it is not allowed
};
/// The error says what is wrong with the answer.
std::expected<WebhookAnswer, std::string> readAnswer(const Webhook& hook, const api::Json& review,
                                                     const std::string& uid);

} // namespace slipway::apiserver::admission
