#include "cluster/apiserver/server.h"

#include "cluster/api/custom/definition.h"
#include "cluster/apiserver/access_control.h"
#include "cluster/apiserver/access_reviews.h"
#include "cluster/apiserver/admission/connect.h"
#include "cluster/apiserver/audit/audit.h"
#include "cluster/apiserver/component_statuses.h"
#include "cluster/apiserver/health.h"
#include "cluster/apiserver/history_requests.h"
#include "cluster/apiserver/metrics_api.h"
#include "cluster/apiserver/negotiation.h"
#include "cluster/apiserver/node_connections.h"
#include "cluster/apiserver/pod_binding.h"
#include "cluster/apiserver/request_metrics.h"
#include "cluster/apiserver/resource_requests.h"
#include "cluster/apiserver/subresources.h"
#include "cluster/base/log.h"
#include "cluster/pki/pki.h"

#include <algorithm>
#include <array>
#include <boost/json/value_from.hpp>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;

constexpr std::size_t recentEventBytes = 8 << 20; // who asks for older ones gets them out of the history

JsonObject versionInfo() {
    return {{"major", "1"},         {"minor", "34"},           {"gitVersion", "v1.34.0+slipway"},
            {"gitCommit", ""},      {"gitTreeState", "clean"}, {"buildDate", "2025-08-27T00:00:00Z"},
            {"goVersion", "c++23"}, {"compiler", "gcc"},       {"platform", "linux/amd64"}};
}

/// Subresources that are answered with what the client and a program say to each other.
bool isConnection(std::string_view subresource) {
    static constexpr std::array<std::string_view, 5> names{"log", "exec", "attach", "portforward", "proxy"};
    return std::ranges::find(names, subresource) != names.end();
}

bool isBelow(std::string_view path, std::string_view folder) {
    return path == folder || (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

} // namespace

ApiServer::ApiServer(store::Store& store, ServerOptions options)
    : options_(std::move(options))
    , store_(store)
    , cache_(store, recentEventBytes)
    , access_(std::make_unique<AccessControl>(cache_))
    , admission_(cache_, Ipv4Network::parse(options_.serviceCidr).value_or(Ipv4Network{10U << 24 | 96U << 16, 16}),
                 access_.get())
    , registry_(store, cache_, admission_)
    , customResources_(cache_, registry_)
    , documents_(std::format("{}:{}", options_.advertiseAddress, options_.securePort))
    , authentication_(cache_, options_.serviceAccountKeyPem, options_.issuer, options_.staticTokens)
    , flows_(cache_)
    , nodes_(std::make_unique<NodeConnections>(cache_, options_.caPem, options_.agentClientCertPem,
                                               options_.agentClientKeyPem))
    , services_(registry_, cache_, {options_.caPem, options_.agentClientCertPem, options_.agentClientKeyPem}) {}

ApiServer::~ApiServer() = default;

void ApiServer::tick() {
    cache_.sendBookmarks();
}

Answer ApiServer::handle(const Request& request, Headers* headers) {
    const auto begun = std::chrono::steady_clock::now();
    const RequestInFlight counted(request.method);
    RequestInfo info;
    Answer answer = decide(request, info, headers);
    const auto* reply = std::get_if<Reply>(&answer);
    noteRequest(info, request.method,
                reply != nullptr                              ? reply->code
                : info.verb == "watch" || info.verb == "list" ? 200
                                                              : 0,
                std::chrono::steady_clock::now() - begun);
    return answer;
}

Answer ApiServer::decide(const Request& request, RequestInfo& info, Headers* headers) {
    std::shared_ptr<audit::AuditedRequest> audited;
    try {
        info = understand(request);
        if (store_.isShared() && wantsPresent(info))
            if (const auto done = store_.catchUp(); !done)
                return replyWith(api::internalError(done.error().message));
        auto user = authentication_.authenticate(request);
        if (options_.audit)
            audited = options_.audit->begin(request, info, user ? &*user : nullptr);
        if (!user) {
            if (audited)
                audited->refused(user.error());
            return replyWith(user.error());
        }
        Answer answer = admitted(request, info, *user, audited.get(), headers);
        return audited ? audit::noted(std::move(audited), std::move(answer), info) : std::move(answer);
    } catch (const std::exception& problem) {
        // A bug must cost one request, not the server.
        base::error("apiserver", "request {} {} failed: {}", request.method,
                    request.target.substr(0, request.target.find('?')), problem.what());
        if (audited)
            audited->panicked();
        return replyWith(api::internalError("the request could not be carried out"));
    }
}

/// The answer to a request whose sender is known.
Answer ApiServer::admitted(const Request& request, RequestInfo& info, User& user, audit::AuditedRequest* audited,
                           Headers* headers) {
    if (audited != nullptr)
        audited->sent(request, info);
    if (request.impersonates()) {
        if (auto refusal = access_->impersonate(request, user))
            return replyWith(*refusal);
        if (audited != nullptr)
            audited->impersonated(user);
    }
    if (headers != nullptr && !isConnection(info.subresource))
        if (const auto flow = flows_.match(info, user); !flow.schemaUid.empty()) {
            headers->emplace_back("X-Kubernetes-PF-FlowSchema-UID", flow.schemaUid);
            headers->emplace_back("X-Kubernetes-PF-PriorityLevel-UID", flow.levelUid);
        }
    std::string reason;
    auto refusal = access_->refuse(info, user, &reason);
    if (audited != nullptr)
        audited->judged(!refusal, reason);
    return refusal ? replyWith(*refusal) : dispatch(request, info, user, audited);
}

/// Reads that name a revision are content with one that is no older.
bool ApiServer::wantsPresent(const RequestInfo& info) const {
    if (!info.isResource)
        return false;
    if (info.verb != "get" && info.verb != "list" && info.verb != "watch")
        return true;
    const std::string_view version = info.query.get("resourceVersion");
    return version.empty() ? info.query.get("continue").empty()
                           : info.query.number("resourceVersion").value_or(0) > cache_.revision();
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

Answer ApiServer::dispatch(const Request& request, RequestInfo& info, const User& user,
                           audit::AuditedRequest* audited) {
    return info.isResource ? resource(request, info, user, audited) : nonResource(request, info);
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
        return documents_.openApi(request, info, *customResources_.catalog());
    if (isBelow(info.path, "/api") || isBelow(info.path, "/apis"))
        return documents_.discovery(request, info, *customResources_.catalog(), services_);
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
                                    {"id_token_signing_alg_values_supported",
                                     boost::json::value_from(pki::tokenAlgorithms(options_.serviceAccountKeyPem))}});
    if (info.path == "/metrics")
        return Reply{200, metricsText(cache_), "text/plain; version=0.0.4; charset=utf-8", {}, {}};
    if (info.path == "/")
        return replyWith(JsonObject{{"paths", api::JsonArray{"/api", "/apis", "/healthz", "/livez", "/metrics",
                                                             "/openapi/v2", "/openapi/v3", "/readyz", "/version"}}});
    if (const auto pages = pages_.load(); pages && request.method == "GET")
        if (auto page = (*pages)(info.path))
            return replyWith(std::move(*page));
    return replyWith(api::unknownPath());
}

Answer ApiServer::resource(const Request& request, const RequestInfo& info, const User& user,
                           audit::AuditedRequest* audited) {
    if (info.group == metricsGroup && !info.past)
        return answerMetrics(request, info, cache_, *nodes_);
    const auto shared = customResources_.catalog()->find(info.group, info.version, info.resource);
    if (shared == nullptr) {
        auto elsewhere = services_.answer(request, info.group, info.version, user);
        return elsewhere ? std::move(*elsewhere) : replyWith(api::unknownPath());
    }
    const auto negotiation = negotiate(request.accept, {shared->custom == nullptr, !isReview(*shared)});
    if (!negotiation && !isConnection(info.subresource))
        return replyWith(negotiation.error());
    ResourceRequest r{request, info, *shared, user, registry_, cache_, store_, shared, {}};
    r.negotiation = negotiation.value_or(Negotiation());
    r.listLifetime = options_.listLifetime;
    r.annotations = audited != nullptr ? &audited->annotations() : nullptr;
    if (const std::string_view pretty = info.query.get("pretty"); pretty == "true" || pretty == "1")
        r.negotiation.pretty = true;
    Answer made = info.past ? answerHistory(r, [&](auto... what) { return mayList(user, what...); }) : answer(r);
    if (shared->custom != nullptr && !shared->custom->deprecationWarning.empty())
        if (auto* reply = std::get_if<Reply>(&made))
            reply->warnings.push_back(shared->custom->deprecationWarning);
    return inEncoding(r.negotiation, std::move(made));
}

bool ApiServer::mayList(const User& user, std::string_view group, std::string_view resource,
                        std::string_view ns) const {
    authorization::Attributes wanted;
    wanted.user = user.name;
    wanted.groups = user.groups;
    wanted.verb = "list";
    wanted.group = group;
    wanted.resource = resource;
    wanted.ns = ns;
    return access_->decide(wanted).verdict == authorization::Verdict::allowed;
}

namespace {

/// Objects are made in a collection; they are replaced and changed by their names.
bool fitsItsPath(const RequestInfo& info) {
    if (info.verb == "create")
        return info.name.empty();
    return !info.name.empty() || (info.verb != "update" && info.verb != "patch");
}

} // namespace

Answer ApiServer::answer(const ResourceRequest& r) {
    const Request& request = r.request;
    const RequestInfo& info = r.info;
    const api::Resource* found = &r.resource;
    if (!info.subresource.empty()) {
        if (auto refusal = judgeConnection(r, admission_))
            return replyWith(*refusal);
        return handleSubresource(r, authentication_, *nodes_);
    }
    if (!found->hasVerb(info.verb) || !fitsItsPath(info))
        return replyWith(api::methodNotAllowed(info.verb));
    if (isReview(*found)) {
        auto context = r.writeContext();
        auto body = api::decodeBody(request.body, request.contentType);
        if (!context || !body)
            return replyWith(context ? body.error() : context.error());
        auto review = registry_.accept(*found, std::move(*body), *context);
        return review ? answerReview(*access_, authentication_, info, *found, std::move(*review), r.user)
                      : replyWith(review.error());
    }
    if (found->group.empty() && found->name == "bindings")
        return bindPod(r, {});
    if (found->group.empty() && found->name == "componentstatuses")
        return componentStatuses(r);
    if (found->namespaced && info.ns.empty() && info.verb != "list" && info.verb != "watch")
        return replyWith(api::methodNotAllowed(info.verb));
    if (info.verb == "get")
        return getOne(r);
    if (info.verb == "list")
        return listAll(r);
    if (info.verb == "watch")
        return watchAll(r);
    if (info.verb == "create") {
        if (found->custom != nullptr && found->custom->terminating)
            return replyWith(createWhileTerminating());
        return createOne(r);
    }
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
