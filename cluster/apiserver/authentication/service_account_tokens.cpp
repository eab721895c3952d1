#include "cluster/apiserver/authentication/service_account_tokens.h"

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/authentication/verified_tokens.h"
#include "cluster/base/random.h"
#include "cluster/base/time.h"
#include "cluster/pki/pki.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver::authentication {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

constexpr std::int64_t shortest = 600, usual = 3600, longest = 366L * 24 * 3600, mostAsked = 1L << 32;

std::int64_t nowSeconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// True while the object a token is bound to is there, with the same uid, and not long since marked for deletion.
bool stillThere(const admission::ClusterState& cluster, std::string_view resource, std::string_view ns,
                const Json* reference) {
    if (reference == nullptr)
        return true;
    constexpr auto leeway = std::chrono::seconds(60);
    const auto found = cluster.find("", resource, ns, stringAt(*reference, {"name"}));
    if (!found || stringAt(*found, {"metadata", "uid"}) != stringAt(*reference, {"uid"}))
        return false;
    const auto deleted = base::parseTime(stringAt(*found, {"metadata", "deletionTimestamp"}));
    return !deleted || *deleted + leeway > std::chrono::system_clock::now();
}

std::vector<std::string> audiencesIn(const JsonObject& claims) {
    std::vector<std::string> list;
    const Json* audiences = claims.if_contains("aud");
    if (audiences != nullptr && audiences->is_string())
        list.emplace_back(api::view(audiences->get_string()));
    if (audiences != nullptr && audiences->is_array())
        for (const Json& entry : audiences->get_array())
            if (entry.is_string())
                list.emplace_back(api::view(entry.get_string()));
    return list;
}

User userOf(const JsonObject& claims, const std::string& ns, const Json& account) {
    User user;
    user.name = std::format("system:serviceaccount:{}:{}", ns, stringAt(account, {"name"}));
    user.uid = stringAt(account, {"uid"});
    user.groups = {"system:serviceaccounts", "system:serviceaccounts:" + ns, "system:authenticated"};
    user.extra["authentication.kubernetes.io/credential-id"] = {std::format("JTI={}", stringAt(claims, {"jti"}))};
    for (std::string_view kind : {"pod", "node"})
        if (const Json* bound = api::find(claims, {"kubernetes.io", kind}))
            for (std::string_view member : {"name", "uid"})
                user.extra[std::format("authentication.kubernetes.io/{}-{}", kind, member)] = {
                    std::string(stringAt(*bound, {member}))};
    return user;
}

JsonObject nameAndUid(const JsonObject& object) {
    return {{"name", stringAt(object, {"metadata", "name"})}, {"uid", stringAt(object, {"metadata", "uid"})}};
}

/// Adds what the token is bound to; the refusal when that is not there or does not fit the account.
std::optional<api::Status> bind(const admission::ClusterState& cluster, const Account& account, const Json& reference,
                                JsonObject& binding) {
    const std::string kind(stringAt(reference, {"kind"})), name(stringAt(reference, {"name"}));
    const std::string_view version = stringAt(reference, {"apiVersion"}), uid = stringAt(reference, {"uid"});
    const bool known = kind == "Pod" || kind == "Secret" || kind == "Node";
    if (!known || (!version.empty() && version != "v1"))
        return api::badRequest(std::format("cannot bind token to object of type {}",
                                           version.empty() ? kind : std::format("{}, Kind={}", version, kind)));
    const std::string_view resource = kind == "Pod" ? "pods" : kind == "Secret" ? "secrets" : "nodes";
    const auto found = cluster.find("", resource, kind == "Node" ? "" : account.ns, name);
    if (!found)
        return api::notFound(admission::builtIn("", resource), name);
    if (kind == "Pod" && stringAt(*found, {"spec", "serviceAccountName"}) != account.name)
        return api::badRequest(std::format(
            "cannot bind token for serviceaccount \"{}\" to pod running with different serviceaccount name.",
            account.name));
    if (const std::string_view is = stringAt(*found, {"metadata", "uid"}); !uid.empty() && uid != is)
        return api::conflict(admission::builtIn("", resource), name,
                             std::format("the UID in the bound object reference ({}) does not match the UID in record. "
                                         "The object might have been deleted and then recreated",
                                         uid));
    binding[kind == "Pod" ? "pod" : kind == "Secret" ? "secret" : "node"] = nameAndUid(*found);
    if (kind == "Pod")
        if (const auto node = cluster.find("", "nodes", {}, stringAt(*found, {"spec", "nodeName"})))
            binding["node"] = nameAndUid(*node);
    return {};
}

std::optional<api::Status> judgeLifetime(std::int64_t asked) {
    if (asked >= shortest && asked <= mostAsked)
        return {};
    const auto cause = api::invalidValue("spec.expirationSeconds", Json(asked),
                                         asked < shortest ? "may not specify a duration less than 10 minutes"
                                                          : "may not specify a duration larger than 2^32 seconds");
    api::Status status;
    status.code = 422;
    status.reason = "Invalid";
    status.group = "authentication.k8s.io";
    status.kind = "TokenRequest";
    status.message =
        std::format("TokenRequest.authentication.k8s.io \"\" is invalid: {}: {}", cause.field, cause.message);
    status.causes = {cause};
    return status;
}

} // namespace

std::optional<AccountToken> verifyAccountToken(const WatchCache& cache, const std::string& keyPem,
                                               std::string_view issuer, std::string_view token) {
    const auto known = VerifiedTokens::process().claimsOf(keyPem, token);
    if (known == nullptr)
        return {};
    const JsonObject& claims = *known;
    if (stringAt(claims, {"iss"}) != issuer || api::intAt(claims, {"exp"}).value_or(0) <= nowSeconds() ||
        api::intAt(claims, {"nbf"}).value_or(0) > nowSeconds() + 60)
        return {};
    const admission::ClusterState cluster(cache, nullptr);
    const std::string ns(stringAt(claims, {"kubernetes.io", "namespace"}));
    const auto bound = [&](std::string_view kind) { return api::find(claims, {"kubernetes.io", kind}); };
    const Json *account = bound("serviceaccount"), *pod = bound("pod");
    // A pod's node is only told, not checked: the pod goes with it.
    if (account == nullptr || !stillThere(cluster, "serviceaccounts", ns, account) ||
        !stillThere(cluster, "pods", ns, pod) || !stillThere(cluster, "secrets", ns, bound("secret")) ||
        (pod == nullptr && !stillThere(cluster, "nodes", {}, bound("node"))))
        return {};
    return AccountToken{userOf(claims, ns, *account), audiencesIn(claims)};
}

std::expected<JsonObject, api::Status> issueAccountToken(const WatchCache& cache, const std::string& keyPem,
                                                         const std::string& issuer, const Account& account,
                                                         JsonObject request) {
    JsonObject& spec = api::objectAt(request, {"spec"});
    const std::int64_t asked = api::intAt(spec, {"expirationSeconds"}).value_or(usual);
    if (auto refusal = judgeLifetime(asked))
        return std::unexpected(std::move(*refusal));
    const std::int64_t lifetime = std::min(asked, longest), now = nowSeconds();
    JsonArray audiences;
    if (const Json* list = spec.if_contains("audiences"); list != nullptr && list->is_array())
        audiences = list->get_array();
    if (audiences.empty())
        audiences.emplace_back(issuer);
    JsonObject binding{{"namespace", account.ns},
                       {"serviceaccount", JsonObject{{"name", account.name}, {"uid", account.uid}}}};
    if (const Json* reference = spec.if_contains("boundObjectRef"); reference != nullptr && reference->is_object())
        if (auto refusal = bind(admission::ClusterState(cache, nullptr), account, *reference, binding))
            return std::unexpected(std::move(*refusal));
    const JsonObject claims{{"aud", audiences},
                            {"exp", now + lifetime},
                            {"iat", now},
                            {"nbf", now},
                            {"iss", issuer},
                            {"jti", base::newUuid()},
                            {"sub", std::format("system:serviceaccount:{}:{}", account.ns, account.name)},
                            {"kubernetes.io", binding}};
    auto token = pki::signToken(keyPem, api::printJson(claims));
    if (!token)
        return std::unexpected(api::internalError(token.error().message));
    spec["audiences"] = audiences;
    spec["expirationSeconds"] = lifetime;
    request["kind"] = "TokenRequest";
    request["apiVersion"] = "authentication.k8s.io/v1";
    JsonObject& metadata = api::objectAt(request, {"metadata"});
    metadata["name"] = account.name;
    metadata["namespace"] = account.ns;
    metadata["creationTimestamp"] = base::nowRfc3339();
    request["status"] = JsonObject{
        {"token", *token},
        {"expirationTimestamp", base::formatTime(std::chrono::system_clock::now() + std::chrono::seconds(lifetime))}};
    return request;
}

} // namespace slipway::apiserver::authentication
