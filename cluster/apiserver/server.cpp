#include "cluster/apiserver/server.h"

#include "cluster/api/openapi.h"
#include "cluster/apiserver/access_control.h"
#include "cluster/apiserver/access_reviews.h"
#include "cluster/apiserver/admission/connect.h"
#include "cluster/apiserver/health.h"
#include "cluster/apiserver/metrics_api.h"
#include "cluster/apiserver/node_connections.h"
#include "cluster/apiserver/pod_binding.h"
#include "cluster/apiserver/protobuf_answer.h"
#include "cluster/apiserver/request_metrics.h"
#include "cluster/apiserver/resource_requests.h"
#include "cluster/apiserver/subresources.h"
#include "cluster/base/log.h"
#include "cluster/pki/pki.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;

JsonObject versionInfo() {
    return {{"major", "1"},         {"minor", "34"},           {"gitVersion", "v1.34.0+slipway"},
            {"gitCommit", ""},      {"gitTreeState", "clean"}, {"buildDate", "2025-08-27T00:00:00Z"},
            {"goVersion", "c++23"}, {"compiler", "gcc"},       {"platform", "linux/amd64"}};
}

/// "apis/apps/v1" of "/openapi/v3/apis/apps/v1".
Answer openApi(const Request& request, const RequestInfo& info) {
    constexpr std::string_view v3 = "/openapi/v3";
    if (info.path == "/openapi/v2" && request.accept.find("proto-openapi.spec.v2") != std::string::npos) {
        static const std::string document = api::openApiV2Protobuf();
        // Asked for with an @, which no media type may have; Kubernetes answers with this one too.
        return Reply{200, document, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf", {}};
    }
    if (info.path == "/openapi/v2")
        return replyWith(api::openApiV2Document());
    std::string_view rest = std::string_view(info.path).substr(v3.size());
    while (rest.starts_with('/'))
        rest.remove_prefix(1);
    if (rest.empty())
        return replyWith(api::openApiV3Index());
    JsonObject document = api::openApiV3Document(rest);
    return document.empty() ? Answer(replyWith(api::unknownPath())) : replyWith(document);
}

bool wantsAggregated(std::string_view accept) {
    return accept.find("as=APIGroupDiscoveryList") != std::string_view::npos;
}

Answer discovery(const Request& request, const RequestInfo& info, std::string_view address) {
    std::vector<std::string> parts;
    for (std::string_view rest = info.path; !rest.empty();) {
        const std::size_t slash = rest.find('/');
        if (slash != 0)
            parts.emplace_back(rest.substr(0, slash));
        rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    }
    const bool core = parts[0] == "api";
    if (parts.size() == 1) {
        if (wantsAggregated(request.accept)) {
            JsonObject groups = api::discoveryAggregated(core);
            if (!core)
                addMetricsGroup(groups);
            Reply reply = replyWith(groups);
            reply.contentType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
            return reply;
        }
        if (core)
            return replyWith(api::discoveryApiVersions(address));
        JsonObject groups = api::discoveryGroups();
        addMetricsGroup(groups);
        return replyWith(groups);
    }
    JsonObject document;
    if (!core && parts[1] == metricsGroup)
        document = metricsDiscovery(parts);
    else if (core && parts.size() == 2)
        document = api::discoveryResources("", parts[1]);
    else if (!core && parts.size() == 2)
        document = api::discoveryGroup(parts[1]);
    else if (!core && parts.size() == 3)
        document = api::discoveryResources(parts[1], parts[2]);
    return document.empty() ? Answer(replyWith(api::unknownPath())) : replyWith(document);
}

bool isBelow(std::string_view path, std::string_view folder) {
    return path == folder || (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

} // namespace

ApiServer::ApiServer(store::Store& store, ServerOptions options)
    : options_(std::move(options))
    , store_(store)
    , cache_(store)
    , access_(std::make_unique<AccessControl>(cache_))
    , admission_(cache_, Ipv4Network::parse(options_.serviceCidr).value_or(Ipv4Network{10U << 24 | 96U << 16, 16}),
                 access_.get())
    , registry_(store, cache_, admission_)
    , authentication_(cache_, options_.serviceAccountKeyPem, options_.issuer, options_.staticTokens)
    , flows_(cache_)
    , nodes_(std::make_unique<NodeConnections>(cache_, options_.caPem, options_.agentClientCertPem,
                                               options_.agentClientKeyPem)) {}

ApiServer::~ApiServer() = default;

void ApiServer::tick() {
    cache_.sendBookmarks();
}

Answer ApiServer::handle(const Request& request) {
    const auto begun = std::chrono::steady_clock::now();
    const RequestInFlight counted(request.method);
    RequestInfo info;
    Answer answer = decide(request, info);
    const auto* reply = std::get_if<Reply>(&answer);
    noteRequest(info, request.method,
                reply != nullptr       ? reply->code
                : info.verb == "watch" ? 200
                                       : 0,
                std::chrono::steady_clock::now() - begun);
    return answer;
}

Answer ApiServer::decide(const Request& request, RequestInfo& info) {
    try {
        info = understand(request);
        auto user = authentication_.authenticate(request);
        if (!user)
            return replyWith(user.error());
        if (request.impersonates())
            if (auto refusal = access_->impersonate(request, *user))
                return replyWith(*refusal);
        if (auto refusal = access_->refuse(info, *user))
            return replyWith(*refusal);
        return dispatch(request, info, *user);
    } catch (const std::exception& problem) {
        // A bug must cost one request, not the server.
        base::error("apiserver", "request {} {} failed: {}", request.method,
                    request.target.substr(0, request.target.find('?')), problem.what());
        return replyWith(api::internalError("the request could not be carried out"));
    }
}

FlowSchemas::Match ApiServer::classify(const Request& request) const {
    try {
        const auto user = authentication_.authenticate(request);
        return flows_.match(understand(request), user ? *user : User());
    } catch (const std::exception&) {
        return {};
    }
}

std::vector<HealthCheck> ApiServer::healthChecks(std::string_view endpoint) const {
    std::vector<HealthCheck> checks{{"ping", [] { return true; }},
                                    {"log", [] { return true; }},
                                    {"etcd", [this] { return store_.get("/registry/health").has_value(); }}};
    if (endpoint == "/readyz")
        checks.push_back({"informer-sync", [this] { return bootstrapped_.load(); }});
    for (const char* hook : {"rbac/bootstrap-roles", "scheduling/bootstrap-system-priority-classes",
                             "priority-and-fairness-config-producer", "start-system-namespaces-controller"})
        checks.push_back({std::string("poststarthook/") + hook, [this] { return bootstrapped_.load(); }});
    if (endpoint == "/readyz")
        checks.push_back({"shutdown", [this] { return !stopping_.load(); }});
    return checks;
}

Answer ApiServer::dispatch(const Request& request, RequestInfo& info, const User& user) {
    return info.isResource ? inFormOf(request.accept, resource(request, info, user)) : nonResource(request, info);
}

Answer ApiServer::nonResource(const Request& request, const RequestInfo& info) {
    static constexpr std::array<std::string_view, 3> health{"/readyz", "/livez", "/healthz"};
    for (std::string_view path : health)
        if (isBelow(info.path, path)) {
            auto reply = answerHealth(info, healthChecks(path));
            return reply ? Answer(std::move(*reply)) : replyWith(api::unknownPath());
        }
    if (info.path == "/version" || info.path == "/version/")
        return replyWith(versionInfo());
    if (isBelow(info.path, "/openapi/v2") || isBelow(info.path, "/openapi/v3"))
        return openApi(request, info);
    if (isBelow(info.path, "/api") || isBelow(info.path, "/apis"))
        return discovery(request, info, std::format("{}:{}", options_.advertiseAddress, options_.securePort));
    if (info.path == "/openid/v1/jwks") {
        const auto keys = pki::publicKeySet(options_.serviceAccountKeyPem);
        return keys ? Answer(Reply{200, *keys, "application/jwk-set+json", {}})
                    : replyWith(api::internalError(keys.error().message));
    }
    if (info.path == "/.well-known/openid-configuration")
        return replyWith(JsonObject{{"issuer", options_.issuer},
                                    {"jwks_uri", options_.issuer + "/openid/v1/jwks"},
                                    {"response_types_supported", api::JsonArray{"id_token"}},
                                    {"subject_types_supported", api::JsonArray{"public"}},
                                    {"id_token_signing_alg_values_supported", api::JsonArray{"ES256"}}});
    if (info.path == "/metrics")
        return Reply{200, metricsText(cache_), "text/plain; version=0.0.4; charset=utf-8", {}, {}};
    if (info.path == "/")
        return replyWith(JsonObject{{"paths", api::JsonArray{"/api", "/apis", "/healthz", "/livez", "/metrics",
                                                             "/openapi/v2", "/openapi/v3", "/readyz", "/version"}}});
    return replyWith(api::unknownPath());
}

Answer ApiServer::resource(const Request& request, const RequestInfo& info, const User& user) {
    if (info.group == metricsGroup)
        return answerMetrics(request, info, cache_, *nodes_);
    const api::Resource* found = api::findResource(info.group, info.version, info.resource);
    if (found == nullptr)
        return replyWith(api::unknownPath());
    const ResourceRequest r{request, info, *found, user, registry_, cache_, store_};
    if (!info.subresource.empty()) {
        if (auto refusal = judgeConnection(r, admission_))
            return replyWith(*refusal);
        return handleSubresource(r, authentication_, *nodes_);
    }
    if (!found->hasVerb(info.verb))
        return replyWith(api::methodNotAllowed(info.verb));
    if (isReview(*found)) {
        auto context = r.writeContext();
        auto body = api::decodeBody(request.body, request.contentType);
        if (!context || !body)
            return replyWith(context ? body.error() : context.error());
        auto review = registry_.accept(*found, std::move(*body), *context);
        return review ? answerReview(*access_, authentication_, info, *found, std::move(*review), user)
                      : replyWith(review.error());
    }
    if (found->group.empty() && found->name == "bindings")
        return bindPod(r, {});
    if (found->name == "componentstatuses")
        return replyWith(JsonObject{{"kind", "ComponentStatusList"},
                                    {"apiVersion", "v1"},
                                    {"metadata", JsonObject()},
                                    {"items", api::JsonArray()}});
    if (found->namespaced && info.ns.empty() && info.verb != "list" && info.verb != "watch")
        return replyWith(api::methodNotAllowed(info.verb));
    if (info.verb == "get")
        return getOne(r);
    if (info.verb == "list")
        return listAll(r);
    if (info.verb == "watch")
        return watchAll(r);
    if (info.verb == "create")
        return createOne(r);
    if (info.verb == "update")
        return replaceOne(r);
    if (info.verb == "patch")
        return patchOne(r);
    if (info.verb == "delete")
        return deleteOne(r);
    if (info.verb == "deletecollection")
        return deleteAll(r);
    return replyWith(api::methodNotAllowed(info.verb));
}

} // namespace slipway::apiserver
