#include "cluster/apiserver/audit/audit.h"

#include "cluster/api/decode.h"
#include "cluster/api/defaults.h"
#include "cluster/base/metrics.h"
#include "cluster/base/random.h"
#include "cluster/base/time.h"

namespace slipway::apiserver::audit {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

std::string now() {
    return base::formatMicroTime(std::chrono::system_clock::now());
}

JsonObject referenceTo(const RequestInfo& info) {
    JsonObject reference;
    for (const auto& [member, value] : {std::pair<std::string_view, std::string_view>{"resource", info.resource},
                                        {"namespace", namespaceOf(info)},
                                        {"name", info.name},
                                        {"apiGroup", info.group},
                                        {"apiVersion", info.version},
                                        {"subresource", info.subresource}})
        if (!value.empty())
            reference[member] = value;
    return reference;
}

void dropManagedFields(Json& value) {
    JsonObject* object = value.if_object();
    if (object == nullptr)
        return;
    if (Json* metadata = object->if_contains("metadata"); metadata != nullptr && metadata->is_object())
        metadata->get_object().erase("managedFields");
    for (std::string_view list : {"items", "rows"})
        if (Json* items = object->if_contains(list); items != nullptr && items->is_array())
            for (Json& item : items->get_array()) {
                dropManagedFields(item);
                if (Json* row = item.is_object() ? item.get_object().if_contains("object") : nullptr)
                    dropManagedFields(*row);
            }
}

/// What of a Status events carry.
JsonObject responseStatus(int code, const Json* body) {
    JsonObject status{{"metadata", JsonObject()}};
    if (body != nullptr && stringAt(*body, {"kind"}) == "Status" && stringAt(*body, {"apiVersion"}) == "v1")
        for (const char* member : {"status", "message", "reason", "details"})
            if (const Json* found = api::find(*body, {member}))
                status[member] = *found;
    status["code"] = code;
    return status;
}

/// A request whose answer is a stream or a connection, however long it takes.
bool isLong(const RequestInfo& info) {
    const std::string& sub = info.subresource;
    return info.isResource && (info.verb == "watch" || sub == "attach" || sub == "exec" || sub == "proxy" ||
                               sub == "log" || sub == "portforward");
}

} // namespace

std::shared_ptr<AuditedRequest> Audit::begin(const Request& request, const RequestInfo& info, const User* user) {
    const Verdict verdict = policy_.judge(info, user);
    base::Metrics::process()
        .counter("apiserver_audit_level_total", "Requests by how much of them is noted.",
                 {{"level", std::string(nameOf(verdict.level))}})
        .add();
    if (verdict.level == Level::none)
        return nullptr;
    JsonObject event{{"kind", "Event"}, {"apiVersion", "audit.k8s.io/v1"}, {"level", nameOf(verdict.level)}};
    event["auditID"] = request.auditId.empty() ? base::newUuid() : request.auditId; // none of requests in memory
    event["stage"] = nullptr; // stands here, as in Kubernetes' own lines
    event["requestURI"] = request.target;
    event["verb"] = info.verb;
    event["user"] = user != nullptr ? userInfo(*user) : JsonObject();
    event["impersonatedUser"] = nullptr;
    JsonArray addresses;
    if (!request.remoteAddress.empty())
        addresses.emplace_back(request.remoteAddress);
    event["sourceIPs"] = std::move(addresses);
    event["userAgent"] = request.userAgent;
    if (info.isResource)
        event["objectRef"] = referenceTo(info);
    for (const char* later : {"responseStatus", "requestObject", "responseObject"})
        event[later] = nullptr;
    event["requestReceivedTimestamp"] = now();
    return std::make_shared<AuditedRequest>(*this, verdict, std::move(event));
}

void Audit::write(const JsonObject& event) {
    base::Metrics::process().counter("apiserver_audit_event_total", "Audit events that were made.").add();
    const std::string text = api::printJson(event);
    for (const auto& backend : backends_)
        backend->add(text);
}

AuditedRequest::AuditedRequest(Audit& audit, Verdict verdict, JsonObject event)
    : audit_(audit), verdict_(verdict), event_(std::move(event)) {
    write(Stage::requestReceived);
}

AuditedRequest::~AuditedRequest() {
    if (over_ || !goesOn_)
        return;
    if (const int code = forwardedCode_)
        event_["responseStatus"] = responseStatus(code, nullptr);
    write(Stage::responseComplete);
}

void AuditedRequest::impersonated(const User& user) {
    event_["impersonatedUser"] = userInfo(user);
}

void AuditedRequest::judged(bool allowed, const std::string& reason) {
    annotations_["authorization.k8s.io/decision"] = allowed ? "allow" : "forbid";
    annotations_["authorization.k8s.io/reason"] = reason;
}

void AuditedRequest::sent(const Request& request, const RequestInfo& info) {
    if (request.body.empty() || !info.isResource)
        return;
    auto body = api::decodeBody(request.body, request.contentType);
    if (!body)
        return;
    // What is created is named in the body alone.
    if (info.verb == "create" || info.verb == "update") {
        JsonObject& reference = api::objectAt(event_, {"objectRef"});
        for (const char* member : {"namespace", "name", "uid", "resourceVersion"})
            if (const std::string_view value = stringAt(*body, {"metadata", member});
                !value.empty() && !reference.contains(member))
                reference[member] = value;
    }
    if (verdict_.level < Level::request)
        return;
    if (const api::Resource* resource = api::findResource(info.group, info.version, info.resource);
        resource != nullptr && info.subresource.empty() && body->is_object() &&
        (info.verb == "create" || info.verb == "update"))
        api::applyDefaults(*resource, body->get_object());
    if (verdict_.omitManagedFields)
        dropManagedFields(*body);
    event_["requestObject"] = std::move(*body);
}

void AuditedRequest::answered(const Answer& answer, const RequestInfo& info) {
    if (const auto* reply = std::get_if<Reply>(&answer)) {
        takeReply(*reply);
        if (isLong(info))
            write(Stage::responseStarted);
        write(Stage::responseComplete);
        over_ = true;
        return;
    }
    goesOn_ = true;
    if (std::holds_alternative<Forward>(answer))
        return; // what the other side says is told by forwarded()
    event_["responseStatus"] = responseStatus(200, nullptr);
    write(Stage::responseStarted);
}

void AuditedRequest::takeReply(const Reply& reply) {
    std::optional<Json> body;
    const bool refused = reply.code >= 400;
    if (refused || verdict_.level == Level::requestResponse)
        if (auto decoded = api::decodeBody(reply.body, reply.contentType))
            body = std::move(*decoded);
    event_["responseStatus"] = responseStatus(reply.code, body ? &*body : nullptr);
    if (!body || verdict_.level != Level::requestResponse || !event_.contains("objectRef"))
        return;
    if (verdict_.omitManagedFields)
        dropManagedFields(*body);
    event_["responseObject"] = std::move(*body);
}

void AuditedRequest::refused(const api::Status& status) {
    event_["responseStatus"] = JsonObject{{"metadata", JsonObject()},
                                          {"status", "Failure"},
                                          {"message", "Authentication failed, attempted: bearer"},
                                          {"code", status.code}};
    write(Stage::responseStarted);
    over_ = true;
}

void AuditedRequest::panicked() {
    event_["responseStatus"] =
        JsonObject{{"metadata", JsonObject()}, {"status", "Failure"}, {"reason", "InternalError"}, {"code", 500}};
    write(Stage::panic);
    over_ = true;
}

void AuditedRequest::forwarded(int code) {
    forwardedCode_ = code;
    event_["responseStatus"] = responseStatus(code, nullptr);
    write(Stage::responseStarted);
}

Answer noted(std::shared_ptr<AuditedRequest> audited, Answer answer, const RequestInfo& info) {
    audited->answered(answer, info);
    if (auto* stream = std::get_if<std::unique_ptr<StreamBody>>(&answer))
        (*stream)->hold(std::move(audited));
    else if (auto* forward = std::get_if<Forward>(&answer))
        forward->answered = [audited = std::move(audited)](int code) { audited->forwarded(code); };
    return answer;
}

void AuditedRequest::write(Stage stage) {
    if (!verdict_.notes(stage))
        return;
    JsonObject event;
    for (const auto& [name, value] : event_) {
        if (name == "stage")
            event[name] = nameOf(stage);
        else if (!value.is_null())
            event[name] = value;
    }
    event["stageTimestamp"] = now();
    if (!annotations_.empty()) {
        JsonObject notes;
        for (const auto& [key, text] : annotations_)
            notes[key] = text;
        event["annotations"] = std::move(notes);
    }
    audit_.write(event);
}

} // namespace slipway::apiserver::audit
