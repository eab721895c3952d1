#include "cluster/apiserver/access_reviews.h"

#include "cluster/apiserver/json_lists.h"
#include "cluster/base/time.h"

#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;
namespace authz = authorization;

/// The request a review asks about.
authz::Attributes reviewedRequest(const JsonObject& review) {
    authz::Attributes attributes;
    if (const Json* path = api::find(review, {"spec", "nonResourceAttributes"}); path != nullptr && path->is_object()) {
        attributes.nonResourcePath = stringAt(*path, {"path"});
        attributes.verb = stringAt(*path, {"verb"});
        return attributes;
    }
    const auto text = [&](std::string_view member) {
        return std::string(stringAt(review, {"spec", "resourceAttributes", member}));
    };
    attributes.ns = text("namespace");
    attributes.verb = text("verb");
    attributes.group = text("group");
    attributes.version = text("version");
    attributes.resource = text("resource");
    attributes.subresource = text("subresource");
    attributes.name = text("name");
    return attributes;
}

std::vector<api::StatusCause> findings(const api::Resource& resource, const RequestInfo& info,
                                       const JsonObject& review) {
    std::vector<api::StatusCause> causes;
    const Json *things = api::find(review, {"spec", "resourceAttributes"}),
               *paths = api::find(review, {"spec", "nonResourceAttributes"});
    if (things != nullptr && paths != nullptr)
        causes.push_back(api::invalidValue("spec.nonResourceAttributes", *paths,
                                           "cannot be specified in combination with resourceAttributes"));
    if (things == nullptr && paths == nullptr)
        causes.push_back(
            api::invalidValue("spec.resourceAttributes", Json(),
                              "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
    if (!resource.name.starts_with("self") && stringAt(review, {"spec", "user"}).empty() &&
        textsAt(review, {"spec", "groups"}).empty())
        causes.push_back(api::invalidValue("spec.user", "", "at least one of user or group must be specified"));
    if (!resource.name.starts_with("local"))
        return causes;
    if (paths != nullptr)
        causes.push_back(api::invalidValue("spec.nonResourceAttributes", *paths, "disallowed on this kind of request"));
    if (const std::string_view ns = stringAt(review, {"spec", "resourceAttributes", "namespace"}); ns != info.ns)
        causes.push_back(
            api::invalidValue("spec.resourceAttributes.namespace", Json(ns), "must match metadata.namespace"));
    return causes;
}

Answer reviewAccess(const AccessControl& access, const RequestInfo& info, const api::Resource& resource,
                    JsonObject review, const User& user) {
    if (auto causes = findings(resource, info, review); !causes.empty())
        return replyWith(api::invalid(resource, {}, std::move(causes)));
    authz::Attributes attributes = reviewedRequest(review);
    const bool self = resource.name == "selfsubjectaccessreviews";
    attributes.user = self ? user.name : std::string(stringAt(review, {"spec", "user"}));
    attributes.groups = self ? user.groups : textsAt(review, {"spec", "groups"});
    const authz::Decision decision = access.decide(attributes);
    JsonObject status{{"allowed", decision.verdict == authz::Verdict::allowed}};
    if (decision.verdict == authz::Verdict::denied)
        status["denied"] = true;
    if (!decision.reason.empty())
        status["reason"] = decision.reason;
    review["status"] = std::move(status);
    return replyWith(review, 201);
}

Answer reviewRules(const AccessControl& access, JsonObject review, const User& user) {
    const std::string ns(stringAt(review, {"spec", "namespace"}));
    if (ns.empty())
        return replyWith(api::badRequest("no namespace on request"));
    JsonArray resourceRules, pathRules;
    for (const auto& rule : access.rulesFor(user, ns)) {
        JsonObject entry = api::toJson(rule);
        // A rule on both things and paths is told as one of each.
        if (!rule.resources.empty()) {
            JsonObject things = entry;
            things.erase("nonResourceURLs");
            resourceRules.push_back(std::move(things));
        }
        if (!rule.nonResourceURLs.empty())
            pathRules.push_back(JsonObject{{"verbs", entry["verbs"]}, {"nonResourceURLs", entry["nonResourceURLs"]}});
    }
    review["status"] = JsonObject{
        {"resourceRules", std::move(resourceRules)}, {"nonResourceRules", std::move(pathRules)}, {"incomplete", false}};
    return replyWith(review, 201);
}

} // namespace

bool isReview(const api::Resource& resource) {
    return resource.group == "authorization.k8s.io" || resource.group == "authentication.k8s.io";
}

Answer answerReview(const AccessControl& access, const Authentication& authentication, const RequestInfo& info,
                    const api::Resource& resource, JsonObject review, const User& user) {
    review["kind"] = resource.kind;
    review["apiVersion"] = std::format("{}/{}", resource.group, resource.version);
    JsonObject& metadata = api::objectAt(review, {"metadata"});
    if (resource.namespaced)
        metadata["namespace"] = info.ns;
    if (resource.name == "tokenreviews")
        return authentication.reviewToken(std::move(review));
    if (resource.name == "selfsubjectreviews") {
        metadata["creationTimestamp"] = base::nowRfc3339();
        review["status"] = JsonObject{{"userInfo", userInfo(user)}};
        return replyWith(review, 201);
    }
    if (resource.name == "selfsubjectrulesreviews")
        return reviewRules(access, std::move(review), user);
    if (resource.name.ends_with("accessreviews"))
        return reviewAccess(access, info, resource, std::move(review), user);
    return replyWith(api::unknownPath());
}

} // namespace slipway::apiserver
