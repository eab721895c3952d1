#include "cluster/client/client.h"

#include <format>

namespace slipway::client {
namespace {

using api::Json;
using api::JsonObject;

Errc kindOf(int code, std::string_view reason) {
    switch (code) {
    case 401:
        return Errc::unauthorized;
    case 403:
        return Errc::forbidden;
    case 404:
        return Errc::notFound;
    case 409:
        return reason == "AlreadyExists" ? Errc::alreadyExists : Errc::conflict;
    case 410:
        return Errc::gone;
    case 400:
    case 415:
    case 422:
        return Errc::invalid;
    case 429:
        return Errc::tooMany;
    default:
        return Errc::server;
    }
}

Result<Json> decodeAnswer(Result<Response> answer) {
    if (!answer)
        return std::unexpected(std::move(answer.error()));
    if (answer->code < 200 || answer->code > 299)
        return std::unexpected(errorFromResponse(*answer));
    auto parsed = api::parseJson(answer->body);
    if (!parsed)
        return std::unexpected(
            Error{Errc::decode, answer->code, "", "the answer is not JSON: " + parsed.error().message, {}});
    return std::move(*parsed);
}

/// Puts a query together.
class QueryText {
public:
    void add(std::string_view name, std::string_view value) {
        if (!value.empty())
            text_ += std::format("{}{}={}", text_.empty() ? "?" : "&", name, percentEncode(value));
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

std::string_view contentTypeOf(PatchKind kind) {
    switch (kind) {
    case PatchKind::json:
        return "application/json-patch+json";
    case PatchKind::merge:
        return "application/merge-patch+json";
    case PatchKind::strategicMerge:
        return "application/strategic-merge-patch+json";
    case PatchKind::apply:
        return "application/apply-patch+yaml";
    }
    return "application/json";
}

} // namespace

std::string percentEncode(std::string_view text) {
    std::string out;
    for (unsigned char c : text) {
        if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
            out += static_cast<char>(c);
        else
            out += std::format("%{:02X}", c);
    }
    return out;
}

Error errorFromResponse(const Response& response) {
    Error error{Errc::server, response.code, "", "", {}};
    if (auto parsed = api::parseJson(response.body);
        parsed && parsed->is_object() && api::stringAt(*parsed, {"kind"}) == "Status") {
        error.reason = api::stringAt(*parsed, {"reason"});
        error.message = api::stringAt(*parsed, {"message"});
        error.status = std::move(*parsed);
    } else {
        error.message = response.body.empty() ? std::format("the server answered {}", response.code)
                                              : response.body.substr(0, 1000);
    }
    error.kind = kindOf(response.code, error.reason);
    return error;
}

std::string ResourceRef::path(std::string_view ns, std::string_view name, std::string_view subresource) const {
    std::string text = group.empty() ? std::format("/api/{}", version) : std::format("/apis/{}/{}", group, version);
    if (namespaced && !ns.empty())
        text += std::format("/namespaces/{}", percentEncode(ns));
    text += "/" + resource;
    if (!name.empty())
        text += "/" + percentEncode(name);
    if (!subresource.empty())
        text += std::format("/{}", subresource);
    return text;
}

Client::Client(std::shared_ptr<Transport> transport) : transport_(std::move(transport)) {}

Result<Json> Client::get(const ResourceRef& resource, std::string_view ns, std::string_view name) const {
    return getJson(resource.path(ns, name));
}

Result<Json> Client::getJson(std::string target, std::string accept) const {
    Request request;
    request.target = std::move(target);
    request.accept = std::move(accept);
    return decodeAnswer(transport_->send(request));
}

Result<List> Client::list(const ResourceRef& resource, std::string_view ns, const ListOptions& options) const {
    QueryText query;
    query.add("labelSelector", options.labelSelector);
    query.add("fieldSelector", options.fieldSelector);
    query.add("resourceVersion", options.resourceVersion);
    query.add("resourceVersionMatch", options.resourceVersionMatch);
    query.add("continue", options.continueToken);
    if (options.limit > 0)
        query.add("limit", std::to_string(options.limit));
    auto answer = getJson(resource.path(ns) + query.text(), options.metadataOnly ? partialMetadata : "");
    if (!answer)
        return std::unexpected(std::move(answer.error()));
    List list;
    list.resourceVersion = api::stringAt(*answer, {"metadata", "resourceVersion"});
    list.continueToken = api::stringAt(*answer, {"metadata", "continue"});
    if (JsonObject* body = answer->if_object())
        if (Json* items = body->if_contains("items"); items != nullptr && items->is_array())
            for (Json& item : items->get_array()) {
                if (JsonObject* object = item.if_object(); object != nullptr && !object->contains("kind")) {
                    (*object)["apiVersion"] = resource.apiVersion(); // typed servers leave them out in lists
                    (*object)["kind"] = resource.kind;
                }
                list.items.push_back(std::move(item));
            }
    return list;
}

Result<List> Client::listAll(const ResourceRef& resource, std::string_view ns, ListOptions options) const {
    if (options.limit == 0)
        options.limit = 500;
    auto result = list(resource, ns, options);
    while (result && !result->continueToken.empty()) {
        options.continueToken = result->continueToken;
        options.resourceVersion.clear();
        auto next = list(resource, ns, options);
        if (!next)
            return next;
        result->continueToken = next->continueToken;
        std::move(next->items.begin(), next->items.end(), std::back_inserter(result->items));
    }
    return result;
}

Result<Json> Client::create(const ResourceRef& resource, std::string_view ns, const JsonObject& object,
                            std::string_view subresource, std::string_view name) const {
    Request request;
    request.method = "POST";
    request.target = resource.path(ns, name, subresource);
    request.body = api::printJson(object);
    return decodeAnswer(transport_->send(request));
}

Result<Json> Client::update(const ResourceRef& resource, std::string_view ns, std::string_view name,
                            const JsonObject& object, std::string_view subresource) const {
    Request request;
    request.method = "PUT";
    request.target = resource.path(ns, name, subresource);
    request.body = api::printJson(object);
    return decodeAnswer(transport_->send(request));
}

Result<Json> Client::patch(const ResourceRef& resource, std::string_view ns, std::string_view name, PatchKind kind,
                           const Json& patch, const PatchOptions& options) const {
    QueryText query;
    query.add("fieldManager", options.fieldManager);
    query.add("force", options.force ? "true" : "");
    query.add("dryRun", options.dryRun ? "All" : "");
    Request request;
    request.method = "PATCH";
    request.target = resource.path(ns, name, options.subresource) + query.text();
    request.contentType = contentTypeOf(kind);
    request.body = api::printJson(patch);
    return decodeAnswer(transport_->send(request));
}

Result<void> Client::remove(const ResourceRef& resource, std::string_view ns, std::string_view name,
                            const DeleteOptions& options) const {
    JsonObject body{{"kind", "DeleteOptions"}, {"apiVersion", "v1"}};
    if (options.gracePeriodSeconds)
        body["gracePeriodSeconds"] = *options.gracePeriodSeconds;
    if (!options.propagationPolicy.empty())
        body["propagationPolicy"] = options.propagationPolicy;
    if (!options.uid.empty())
        api::objectAt(body, {"preconditions"})["uid"] = options.uid;
    if (!options.resourceVersion.empty())
        api::objectAt(body, {"preconditions"})["resourceVersion"] = options.resourceVersion;
    Request request;
    request.method = "DELETE";
    request.target = resource.path(ns, name);
    request.body = api::printJson(body);
    const auto answer = decodeAnswer(transport_->send(request));
    if (!answer)
        return std::unexpected(answer.error());
    return {};
}

} // namespace slipway::client
