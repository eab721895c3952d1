#include "cluster/apiserver/authentication.h"

#include "cluster/base/random.h"
#include "cluster/base/time.h"
#include "cluster/pki/pki.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

constexpr std::int64_t shortestToken = 600, defaultToken = 3600, longestToken = 366L * 24 * 3600;

std::int64_t nowSeconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// True while the object a token is bound to is there, with the same uid.
bool stillThere(const WatchCache& cache, std::string_view resource, std::string_view ns, const Json* reference) {
    if (reference == nullptr)
        return true;
    const api::Resource& kind = *api::findResource("", "v1", resource);
    const auto found =
        cache.of(kind).get(WatchCache::key(kind, kind.namespaced ? ns : "", stringAt(*reference, {"name"})));
    return found &&
           found->bytes->find(std::format("\"uid\":\"{}\"", stringAt(*reference, {"uid"}))) != std::string::npos;
}

} // namespace

std::expected<User, api::Status> Authentication::authenticate(const Request& request) const {
    if (request.trustedUser)
        return *request.trustedUser;
    constexpr std::string_view bearer = "Bearer ";
    if (request.authorization.starts_with(bearer))
        return userOfToken(std::string_view(request.authorization).substr(bearer.size()));
    if (!request.authorization.empty())
        return std::unexpected(api::unauthorized());
    if (!request.certificateUser.empty()) {
        User user{request.certificateUser, request.certificateGroups, {}, {}};
        user.groups.emplace_back("system:authenticated");
        return user;
    }
    return User();
}

std::expected<User, api::Status> Authentication::userOfToken(std::string_view token) const {
    const auto claims = pki::verifyToken(key_, token);
    const auto parsed = claims ? api::parseJson(*claims) : std::unexpected(api::JsonError());
    if (!parsed || !parsed->is_object())
        return std::unexpected(api::unauthorized());
    const JsonObject& body = parsed->get_object();
    if (stringAt(body, {"iss"}) != issuer_ || api::intAt(body, {"exp"}).value_or(0) <= nowSeconds() ||
        api::intAt(body, {"nbf"}).value_or(0) > nowSeconds() + 60)
        return std::unexpected(api::unauthorized());
    const std::string ns(stringAt(body, {"kubernetes.io", "namespace"}));
    const Json* account = api::find(body, {"kubernetes.io", "serviceaccount"});
    const Json* pod = api::find(body, {"kubernetes.io", "pod"});
    if (account == nullptr || !stillThere(cache_, "serviceaccounts", ns, account) ||
        !stillThere(cache_, "pods", ns, pod))
        return std::unexpected(api::unauthorized());
    User user;
    user.name = std::format("system:serviceaccount:{}:{}", ns, stringAt(*account, {"name"}));
    user.uid = stringAt(*account, {"uid"});
    user.groups = {"system:serviceaccounts", "system:serviceaccounts:" + ns, "system:authenticated"};
    user.extra["authentication.kubernetes.io/credential-id"] = {std::format("JTI={}", stringAt(body, {"jti"}))};
    if (pod != nullptr) {
        user.extra["authentication.kubernetes.io/pod-name"] = {std::string(stringAt(*pod, {"name"}))};
        user.extra["authentication.kubernetes.io/pod-uid"] = {std::string(stringAt(*pod, {"uid"}))};
    }
    return user;
}

std::expected<JsonObject, api::Status> Authentication::issueToken(std::string_view ns, std::string_view account,
                                                                  std::string_view accountUid,
                                                                  JsonObject request) const {
    JsonObject& spec = api::objectAt(request, {"spec"});
    const std::int64_t asked = api::intAt(spec, {"expirationSeconds"}).value_or(defaultToken);
    if (asked < shortestToken) {
        api::Status status;
        status.code = 422;
        status.reason = "Invalid";
        status.message = std::format(
            "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: {}: "
            "may not specify a duration less than 10 minutes",
            asked);
        return std::unexpected(std::move(status));
    }
    const std::int64_t lifetime = std::min(asked, longestToken), now = nowSeconds();
    JsonArray audiences;
    if (const Json* list = spec.if_contains("audiences"); list != nullptr && list->is_array())
        audiences = list->get_array();
    if (audiences.empty())
        audiences.emplace_back(issuer_);
    JsonObject binding{{"namespace", ns}, {"serviceaccount", JsonObject{{"name", account}, {"uid", accountUid}}}};
    if (const Json* bound = spec.if_contains("boundObjectRef"); bound != nullptr && bound->is_object()) {
        const std::string kind(stringAt(*bound, {"kind"}));
        if (kind == "Pod" || kind == "Secret" || kind == "Node")
            binding[kind == "Pod"      ? "pod"
                    : kind == "Secret" ? "secret"
                                       : "node"] =
                JsonObject{{"name", stringAt(*bound, {"name"})}, {"uid", stringAt(*bound, {"uid"})}};
    }
    const JsonObject claims{{"aud", audiences},
                            {"exp", now + lifetime},
                            {"iat", now},
                            {"nbf", now},
                            {"iss", issuer_},
                            {"jti", base::newUuid()},
                            {"sub", std::format("system:serviceaccount:{}:{}", ns, account)},
                            {"kubernetes.io", binding}};
    auto token = pki::signToken(key_, api::printJson(claims));
    if (!token)
        return std::unexpected(api::internalError(token.error().message));
    spec["audiences"] = audiences;
    spec["expirationSeconds"] = lifetime;
    request["kind"] = "TokenRequest";
    request["apiVersion"] = "authentication.k8s.io/v1";
    request["status"] = JsonObject{
        {"token", *token},
        {"expirationTimestamp", base::formatTime(std::chrono::system_clock::now() + std::chrono::seconds(lifetime))}};
    return request;
}

} // namespace slipway::apiserver
