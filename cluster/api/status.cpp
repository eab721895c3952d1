#include "cluster/api/status.h"

#include "cluster/api/schema.h"

#include <algorithm>
#include <format>

namespace slipway::api {
namespace {

std::string qualified(std::string_view name, std::string_view group) {
    return group.empty() ? std::string(name) : std::format("{}.{}", name, group);
}

Status about(const Resource& resource, std::string_view name, int code, std::string_view reason, std::string message) {
    Status status;
    status.code = code;
    status.reason = reason;
    status.message = std::move(message);
    status.name = name;
    status.group = resource.group;
    status.kind = resource.name; // the details name the plural resource here, as Kubernetes does
    return status;
}

Status plain(int code, std::string_view reason, std::string message) {
    Status status;
    status.code = code;
    status.reason = reason;
    status.message = std::move(message);
    return status;
}

std::string joinCauses(const std::vector<StatusCause>& causes) {
    std::string text;
    for (const StatusCause& cause : causes)
        text += (text.empty() ? "" : ", ") + cause.field + ": " + cause.message;
    return causes.size() > 1 ? "[" + text + "]" : text;
}

JsonObject details(const Status& status) {
    JsonObject out;
    const auto put = [&](std::string_view key, const std::string& value) {
        if (!value.empty())
            out[key] = value;
    };
    put("name", status.name);
    put("group", status.group);
    put("kind", status.kind);
    put("uid", status.uid);
    if (!status.causes.empty()) {
        JsonArray& causes = out["causes"].emplace_array();
        for (const StatusCause& cause : status.causes) {
            JsonObject entry;
            if (!cause.reason.empty())
                entry["reason"] = cause.reason;
            entry["message"] = cause.message;
            if (!cause.field.empty())
                entry["field"] = cause.field;
            causes.push_back(std::move(entry));
        }
    }
    if (status.retryAfterSeconds > 0)
        out["retryAfterSeconds"] = status.retryAfterSeconds;
    return out;
}

} // namespace

JsonObject Status::toJson() const {
    JsonObject out{{"kind", "Status"},
                   {"apiVersion", "v1"},
                   {"metadata", JsonObject()},
                   {"status", "Failure"},
                   {"message", message}};
    if (!continueToken.empty())
        out["metadata"] = JsonObject{{"continue", continueToken}};
    if (!reason.empty())
        out["reason"] = reason;
    if (JsonObject extra = details(*this); !extra.empty())
        out["details"] = std::move(extra);
    out["code"] = code;
    return out;
}

Status badRequest(std::string message) {
    return plain(400, "BadRequest", std::move(message));
}
Status unauthorized() {
    return plain(401, "Unauthorized", "Unauthorized");
}

Status forbidden(const Resource& resource, std::string_view name, std::string_view why) {
    return about(resource, name, 403, "Forbidden",
                 name.empty()
                     ? std::format("{} is forbidden: {}", qualified(resource.name, resource.group), why)
                     : std::format("{} \"{}\" is forbidden: {}", qualified(resource.name, resource.group), name, why));
}

Status notFound(const Resource& resource, std::string_view name) {
    return about(resource, name, 404, "NotFound",
                 std::format("{} \"{}\" not found", qualified(resource.name, resource.group), name));
}

Status unknownPath() {
    return plain(404, "NotFound", "the server could not find the requested resource");
}

Status alreadyExists(const Resource& resource, std::string_view name) {
    return about(resource, name, 409, "AlreadyExists",
                 std::format("{} \"{}\" already exists", qualified(resource.name, resource.group), name));
}

Status conflict(const Resource& resource, std::string_view name, std::string_view why) {
    return about(resource, name, 409, "Conflict",
                 std::format("Operation cannot be fulfilled on {} \"{}\": {}", qualified(resource.name, resource.group),
                             name, why));
}

Status modifiedConflict(const Resource& resource, std::string_view name) {
    return conflict(resource, name,
                    "the object has been modified; please apply your changes to the latest version and try again");
}

Status invalid(const Resource& resource, std::string_view name, std::vector<StatusCause> causes) {
    Status status = about(
        resource, name, 422, "Invalid",
        std::format("{} \"{}\" is invalid: {}", qualified(resource.kind, resource.group), name, joinCauses(causes)));
    status.kind = resource.kind;
    status.causes = std::move(causes);
    return status;
}

Status methodNotAllowed(std::string_view) {
    return plain(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
}

Status unsupportedMediaType(std::string_view accepted) {
    return plain(
        415, "UnsupportedMediaType",
        std::format("the body of the request was in an unknown format - accepted media types include: {}", accepted));
}

Status notAcceptable(std::string_view accepted) {
    return plain(406, "NotAcceptable", std::format("only the following media types are accepted: {}", accepted));
}

Status expired(std::string message) {
    return plain(410, "Expired", std::move(message));
}

Status internalError(std::string_view message) {
    return plain(500, "InternalError", std::format("Internal error occurred: {}", message));
}

Status unavailable(std::string_view message) {
    Status status = plain(503, "ServiceUnavailable", std::string(message));
    status.retryAfterSeconds = 1;
    return status;
}

StatusCause requiredValue(std::string field, std::string_view detail) {
    return {"FieldValueRequired", detail.empty() ? "Required value" : std::format("Required value: {}", detail),
            std::move(field)};
}

StatusCause invalidValue(std::string field, const Json& value, std::string_view detail) {
    return {"FieldValueInvalid", std::format("Invalid value: {}: {}", printJson(value), detail), std::move(field)};
}

StatusCause notSupported(std::string field, const Json& value, std::vector<std::string> allowed) {
    std::ranges::sort(allowed);
    std::string list;
    for (const std::string& word : allowed)
        list += (list.empty() ? "\"" : ", \"") + word + "\"";
    return {"FieldValueNotSupported",
            std::format("Unsupported value: {}: supported values: {}", printJson(value), list), std::move(field)};
}

StatusCause duplicateValue(std::string field, const Json& value) {
    return {"FieldValueDuplicate", std::format("Duplicate value: {}", printJson(value)), std::move(field)};
}

StatusCause forbiddenField(std::string field, std::string_view detail) {
    return {"FieldValueForbidden", std::format("Forbidden: {}", detail), std::move(field)};
}

} // namespace slipway::api
