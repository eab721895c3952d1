#include "cluster/apiserver/api_services.h"

#include "cluster/api/base64.h"
#include "cluster/apiserver/metrics_api.h"
#include "cluster/apiserver/service_endpoints.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"
#include "cluster/client/kubeconfig.h"
#include "cluster/client/transport.h"

#include <array>
#include <format>
#include <set>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

constexpr auto lookEvery = std::chrono::seconds(3);

/// In which order clients prefer groups (higher first), as kube-aggregator has it.
int groupPriority(std::string_view group) {
    struct Priority {
        std::string_view group;
        int minimum;
    };
    static constexpr std::array<Priority, 20> known{{{"", 18000},
                                                     {"apps", 17800},
                                                     {"events.k8s.io", 17750},
                                                     {"authentication.k8s.io", 17700},
                                                     {"authorization.k8s.io", 17600},
                                                     {"autoscaling", 17500},
                                                     {"batch", 17400},
                                                     {"certificates.k8s.io", 17300},
                                                     {"networking.k8s.io", 17200},
                                                     {"policy", 17100},
                                                     {"rbac.authorization.k8s.io", 17000},
                                                     {"storage.k8s.io", 16800},
                                                     {"apiextensions.k8s.io", 16700},
                                                     {"admissionregistration.k8s.io", 16700},
                                                     {"scheduling.k8s.io", 16600},
                                                     {"coordination.k8s.io", 16500},
                                                     {"node.k8s.io", 16300},
                                                     {"discovery.k8s.io", 16200},
                                                     {"flowcontrol.apiserver.k8s.io", 16100},
                                                     {"resource.k8s.io", 16200}}};
    for (const Priority& one : known)
        if (one.group == group)
            return one.minimum;
    return 100;
}

int versionPriority(std::string_view version) {
    return version == "v2" ? 30 : version == "v1" ? 15 : 1;
}

const api::Resource& services() {
    return *api::findResource("apiregistration.k8s.io", "v1", "apiservices");
}

const User& server() {
    static const User user{"system:apiserver", {"system:masters"}, {}, {}};
    return user;
}

/// A path segment "group/version" of a list's entry.
JsonObject versionEntry(std::string_view group, std::string_view version) {
    return {{"groupVersion", std::format("{}/{}", group, version)}, {"version", version}};
}

/// One resource of an APIResourceList, as aggregated discovery has it.
JsonObject discovered(const Json& resource, std::string_view group, std::string_view version) {
    JsonObject entry{
        {"resource", std::string(stringAt(resource, {"name"}))},
        {"responseKind",
         JsonObject{{"group", group}, {"version", version}, {"kind", std::string(stringAt(resource, {"kind"}))}}},
        {"scope", api::boolAt(resource.get_object(), {"namespaced"}) ? "Namespaced" : "Cluster"},
        {"singularResource", std::string(stringAt(resource, {"singularName"}))}};
    for (const char* member : {"verbs", "shortNames", "categories"})
        if (const Json* value = api::find(resource, {member}))
            entry[member] = *value;
    return entry;
}

} // namespace

ApiServices::ApiServices(Registry& registry, const WatchCache& cache, FrontProxy proxy)
    : registry_(registry), cache_(cache), proxy_(std::move(proxy)) {}

ApiServices::~ApiServices() {
    thread_.request_stop();
    pause_.notify_all();
}

void ApiServices::start() {
    thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void ApiServices::run(std::stop_token stop) {
    publishLocal();
    publishTrust();
    std::mutex own;
    std::unique_lock lock(own);
    while (!stop.stop_requested()) {
        look();
        pause_.wait_for(lock, stop, lookEvery, [] { return false; });
    }
}

void ApiServices::publishLocal() {
    std::set<std::pair<std::string_view, std::string_view>> versions;
    versions.emplace(metricsGroup, "v1beta1");
    for (const api::Resource& resource : api::builtInResources())
        if (resource.group != "apiregistration.k8s.io")
            versions.emplace(resource.group, resource.version);
    WriteContext context{server(), false, api::FieldValidation::ignore, {}};
    for (const auto& [group, version] : versions) {
        const std::string name = std::format("{}.{}", version, group);
        if (cache_.of(services()).get(WatchCache::key(services(), {}, name)))
            continue;
        const JsonObject labels{{"kube-aggregator.kubernetes.io/automanaged", "onstart"}};
        const auto made =
            registry_.create(services(), {},
                             JsonObject{{"metadata", JsonObject{{"name", name}, {"labels", labels}}},
                                        {"spec", JsonObject{{"group", group},
                                                            {"version", version},
                                                            {"groupPriorityMinimum", groupPriority(group)},
                                                            {"versionPriority", versionPriority(version)}}}},
                             context);
        if (made || made.error().reason == "AlreadyExists") // another server was first
            tell(name, {true, "Local", "Local APIServices are always available"});
        else
            base::warn("apiserver", "APIService {}: {}", name, made.error().message);
    }
}

/// What other servers need to believe this one about its users.
void ApiServices::publishTrust() {
    const api::Resource& maps = *api::findResource("", "v1", "configmaps");
    constexpr std::string_view ns = "kube-system", name = "extension-apiserver-authentication";
    if (cache_.of(maps).get(WatchCache::key(maps, ns, name)))
        return;
    WriteContext context{server(), false, api::FieldValidation::ignore, {}};
    const auto made = registry_.create(
        maps, ns,
        JsonObject{{"metadata", JsonObject{{"name", name}, {"namespace", ns}}},
                   {"data", JsonObject{{"client-ca-file", proxy_.caPem},
                                       {"requestheader-client-ca-file", proxy_.caPem},
                                       {"requestheader-allowed-names", R"(["kube-apiserver-kubelet-client"])"},
                                       {"requestheader-username-headers", R"(["X-Remote-User"])"},
                                       {"requestheader-uid-headers", R"(["X-Remote-Uid"])"},
                                       {"requestheader-group-headers", R"(["X-Remote-Group"])"},
                                       {"requestheader-extra-headers-prefix", R"(["X-Remote-Extra-"])"}}}},
        context);
    if (!made)
        base::warn("apiserver", "{}: {}", name, made.error().message);
}

/// Looks at every APIService that another server stands behind.
void ApiServices::look() {
    std::map<std::string, Remote> seen;
    for (const CachedObject& cached : cache_.of(services()).list(WatchCache::key(services()), Selection())) {
        if (cached.bytes->find("\"service\":") == std::string::npos)
            continue;
        const auto object = api::parseJson(*cached.bytes);
        const Json* service = object ? api::find(*object, {"spec", "service"}) : nullptr;
        if (service == nullptr || !service->is_object())
            continue;
        Remote remote;
        remote.name = stringAt(*object, {"metadata", "name"});
        remote.group = stringAt(*object, {"spec", "group"});
        remote.version = stringAt(*object, {"spec", "version"});
        remote.ns = stringAt(*service, {"namespace"});
        remote.service = stringAt(*service, {"name"});
        remote.port = static_cast<int>(api::intAt(service->get_object(), {"port"}).value_or(443));
        remote.caPem = api::decodeBase64(stringAt(*object, {"spec", "caBundle"})).value_or("");
        remote.insecure = api::boolAt(object->get_object(), {"spec", "insecureSkipTLSVerify"});
        const Condition condition = check(remote);
        remote.available = condition.available;
        tell(remote.name, condition);
        seen.emplace(remote.name, std::move(remote));
    }
    std::lock_guard lock(mutex_);
    remotes_ = std::move(seen);
}

ApiServices::Condition ApiServices::check(Remote& remote) const {
    const auto endpoint = chooseEndpoint(cache_, remote.ns, remote.service, std::to_string(remote.port));
    if (!endpoint && endpoint.error().code == 404)
        return {false, "ServiceNotFound",
                std::format("service/{} in \"{}\" is not present", remote.service, remote.ns)};
    if (!endpoint)
        return {false, "MissingEndpoints",
                std::format("endpoints for service/{} in \"{}\" have no addresses", remote.service, remote.ns)};
    client::ConnectionSettings settings;
    settings.server = std::format("https://{}:{}", endpoint->host, endpoint->port);
    settings.caPem = remote.caPem;
    settings.insecureSkipTlsVerify = remote.insecure;
    settings.tlsServerName = std::format("{}.{}.svc", remote.service, remote.ns);
    settings.clientCertificatePem = proxy_.certificatePem;
    settings.clientKeyPem = proxy_.keyPem;
    const auto transport = client::makeHttpTransport(settings);
    client::Request request;
    request.target = std::format("/apis/{}/{}", remote.group, remote.version);
    const auto answer = transport ? (*transport)->send(request) : std::unexpected(transport.error());
    const std::string what = std::format("failing or missing response from {}{}", settings.server, request.target);
    if (!answer)
        return {false, "FailedDiscoveryCheck", std::format("{}: {}", what, answer.error().message)};
    if (answer->code != 200)
        return {false, "FailedDiscoveryCheck", std::format("{}: bad status from it: {}", what, answer->code)};
    if (auto list = api::parseJson(answer->body))
        if (const Json* resources = api::find(*list, {"resources"}); resources != nullptr && resources->is_array())
            remote.resources = resources->get_array();
    return {true, "Passed", "all checks passed"};
}

void ApiServices::tell(const std::string& name, const Condition& condition) {
    WriteContext context{server(), false, api::FieldValidation::ignore, {}};
    const auto change = [&](const JsonObject& current) -> Outcome<JsonObject> {
        JsonObject next = current;
        JsonArray conditions;
        std::string since = base::nowRfc3339();
        if (const Json* list = api::find(current, {"status", "conditions"}); list != nullptr && list->is_array())
            for (const Json& one : list->get_array()) {
                if (stringAt(one, {"type"}) != "Available")
                    conditions.push_back(one);
                else if ((stringAt(one, {"status"}) == "True") == condition.available)
                    since = stringAt(one, {"lastTransitionTime"});
            }
        conditions.push_back(JsonObject{{"type", "Available"},
                                        {"status", condition.available ? "True" : "False"},
                                        {"reason", condition.reason},
                                        {"message", condition.message},
                                        {"lastTransitionTime", since}});
        api::objectAt(next, {"status"})["conditions"] = std::move(conditions);
        api::objectAt(next, {"metadata"}).erase("resourceVersion");
        return next;
    };
    const auto told = registry_.update(services(), {}, name, "status", change, context);
    if (!told && told.error().code != 404)
        base::warn("apiserver", "APIService {}: {}", name, told.error().message);
}

std::optional<Answer> ApiServices::answer(const Request& request, std::string_view group, std::string_view version,
                                          const User& user) const {
    Remote remote;
    {
        std::lock_guard lock(mutex_);
        const auto found = remotes_.find(std::format("{}.{}", version, group));
        if (found == remotes_.end())
            return std::nullopt;
        remote = found->second;
    }
    const auto endpoint = chooseEndpoint(cache_, remote.ns, remote.service, std::to_string(remote.port));
    if (!endpoint || !remote.available)
        return Reply{503, "service unavailable\n", "text/plain; charset=utf-8", {}, {}};
    Forward to;
    to.security = Forward::Security::service;
    to.host = endpoint->host;
    to.port = endpoint->port;
    to.target = request.target;
    to.caPem = remote.insecure ? "" : remote.caPem;
    to.serverName = std::format("{}.{}.svc", remote.service, remote.ns);
    to.headers.emplace_back("X-Remote-User", user.name);
    if (!user.uid.empty())
        to.headers.emplace_back("X-Remote-Uid", user.uid);
    for (const std::string& one : user.groups)
        to.headers.emplace_back("X-Remote-Group", one);
    for (const auto& [key, values] : user.extra)
        for (const std::string& value : values)
            to.headers.emplace_back("X-Remote-Extra-" + key, value);
    return to;
}

void ApiServices::addGroups(JsonObject& document) const {
    std::lock_guard lock(mutex_);
    for (const auto& [name, remote] : remotes_) {
        if (!remote.available)
            continue;
        const JsonObject entry = versionEntry(remote.group, remote.version);
        if (Json* groups = document.if_contains("groups"); groups != nullptr && groups->is_array())
            groups->get_array().push_back(
                JsonObject{{"name", remote.group}, {"versions", JsonArray{entry}}, {"preferredVersion", entry}});
        if (Json* items = document.if_contains("items"); items != nullptr && items->is_array()) {
            JsonArray resources;
            for (const Json& resource : remote.resources)
                if (resource.is_object() && stringAt(resource, {"name"}).find('/') == std::string_view::npos)
                    resources.push_back(discovered(resource, remote.group, remote.version));
            items->get_array().push_back(
                JsonObject{{"metadata", JsonObject{{"name", remote.group}, {"creationTimestamp", nullptr}}},
                           {"versions", JsonArray{JsonObject{{"version", remote.version},
                                                             {"resources", std::move(resources)},
                                                             {"freshness", "Current"}}}}});
        }
    }
}

JsonObject ApiServices::document(const std::vector<std::string>& path) const {
    std::lock_guard lock(mutex_);
    if (path.size() == 3) {
        const auto found = remotes_.find(std::format("{}.{}", path[2], path[1]));
        if (found == remotes_.end() || !found->second.available)
            return {};
        return {{"kind", "APIResourceList"},
                {"apiVersion", "v1"},
                {"groupVersion", std::format("{}/{}", path[1], path[2])},
                {"resources", found->second.resources}};
    }
    JsonArray versions;
    for (const auto& [name, remote] : remotes_)
        if (path.size() == 2 && remote.group == path[1])
            versions.push_back(versionEntry(remote.group, remote.version));
    if (versions.empty())
        return {};
    const Json preferred = versions.front();
    return {{"kind", "APIGroup"},
            {"apiVersion", "v1"},
            {"name", path[1]},
            {"versions", std::move(versions)},
            {"preferredVersion", preferred}};
}

} // namespace slipway::apiserver
