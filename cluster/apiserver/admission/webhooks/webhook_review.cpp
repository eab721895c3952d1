#include "cluster/api/base64.h"
#include "cluster/apiserver/admission/webhooks/webhook.h"

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

JsonObject kindOf(const api::Resource& resource) {
    return {{"group", resource.group}, {"version", resource.version}, {"kind", resource.kind}};
}

JsonObject resourceOf(const api::Resource& resource) {
    return {{"group", resource.group}, {"version", resource.version}, {"resource", resource.name}};
}

JsonObject optionsOf(const Request& request) {
    if (request.operation == Operation::connect)
        return request.object;
    const std::string_view kind = request.operation == Operation::create   ? "CreateOptions"
                                  : request.operation == Operation::update ? "UpdateOptions"
                                                                           : "DeleteOptions";
    JsonObject options{{"kind", kind}, {"apiVersion", "meta.k8s.io/v1"}};
    if (request.dryRun)
        options["dryRun"] = JsonArray{"All"};
    return options;
}

api::Status refusalOf(const Webhook& hook, const Json* status) {
    const std::string denied = std::format("admission webhook {} denied the request", quotedText(hook.name));
    const std::string message(status == nullptr ? "" : stringAt(*status, {"message"})),
        reason(status == nullptr ? "" : stringAt(*status, {"reason"}));
    api::Status refusal;
    refusal.code = 400;
    if (status != nullptr && status->is_object())
        if (const auto code = api::intAt(status->get_object(), {"code"}).value_or(0); code >= 400 && code < 600)
            refusal.code = int(code);
    refusal.reason = reason;
    refusal.message = !message.empty()  ? denied + ": " + message
                      : !reason.empty() ? denied + ": " + reason
                                        : denied + " without explanation";
    return refusal;
}

std::expected<std::optional<Json>, std::string> patchOf(const Json& response) {
    const std::string_view text = stringAt(response, {"patch"}), type = stringAt(response, {"patchType"});
    if (text.empty())
        return std::nullopt;
    if (type != "JSONPatch")
        return std::unexpected(std::format("invalid response.patchType, not JSONPatch: {}", quotedText(type)));
    const auto decoded = api::decodeBase64(text);
    const auto patch = decoded ? api::parseJson(*decoded) : std::unexpected(api::JsonError());
    if (!patch)
        return std::unexpected("the patch is not JSON");
    return *patch;
}

} // namespace

JsonObject reviewOf(const Request& request, const std::string& uid) {
    const bool gone = request.operation == Operation::remove, connects = request.operation == Operation::connect;
    JsonObject body{{"uid", uid},
                    {"kind", kindOf(request.resource)},
                    {"resource", resourceOf(request.resource)},
                    {"requestKind", kindOf(request.resource)},
                    {"requestResource", resourceOf(request.resource)},
                    {"operation", operationName(request.operation)},
                    {"userInfo", userInfo(request.user)},
                    {"object", gone ? Json() : Json(request.object)},
                    {"oldObject", gone                        ? Json(request.object)
                                  : request.before != nullptr ? Json(*request.before)
                                                              : Json()},
                    {"dryRun", request.dryRun},
                    {"options", optionsOf(request)}};
    if (!request.subresource.empty()) {
        body["subResource"] = request.subresource;
        body["requestSubResource"] = request.subresource;
    }
    const std::string_view name = connects ? request.connectedName : request.name(),
                           ns = connects ? request.connectedNs : request.ns();
    if (!name.empty())
        body["name"] = name;
    if (!ns.empty())
        body["namespace"] = ns;
    else if (request.resource.name == "namespaces" && request.resource.group.empty())
        body["namespace"] = name;
    if (connects) {
        const std::string kind(stringAt(request.object, {"kind"}));
        body["kind"] = JsonObject{{"group", ""}, {"version", "v1"}, {"kind", kind}};
        body["requestKind"] = body["kind"];
    }
    return {{"kind", "AdmissionReview"}, {"apiVersion", "admission.k8s.io/v1"}, {"request", std::move(body)}};
}

std::expected<WebhookAnswer, std::string> readAnswer(const Webhook& hook, const Json& review, const std::string& uid) {
    const Json* response = api::find(review, {"response"});
    if (response == nullptr || !response->is_object())
        return std::unexpected("webhook response was absent");
    if (const std::string_view version = stringAt(review, {"apiVersion"}), kind = stringAt(review, {"kind"});
        version != "admission.k8s.io/v1" || kind != "AdmissionReview")
        return std::unexpected(std::format("expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, "
                                           "got {}, Kind={}",
                                           version, kind));
    if (const std::string_view got = stringAt(*response, {"uid"}); got != uid)
        return std::unexpected(std::format("expected response.uid={}, got {}", quotedText(uid), quotedText(got)));
    WebhookAnswer answer;
    answer.allowed = api::boolAt(response->get_object(), {"allowed"});
    if (const Json* warnings = api::find(*response, {"warnings"}); warnings != nullptr && warnings->is_array())
        for (const Json& warning : warnings->get_array())
            if (warning.is_string())
                answer.warnings.emplace_back(api::view(warning.get_string()));
    if (!answer.allowed) {
        answer.refusal = refusalOf(hook, api::find(*response, {"status"}));
        return answer;
    }
    auto patch = patchOf(*response);
    if (!patch)
        return std::unexpected(patch.error());
    answer.patch = std::move(*patch);
    return answer;
}

} // namespace slipway::apiserver::admission
