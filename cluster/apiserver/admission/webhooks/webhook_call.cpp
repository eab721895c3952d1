#include "cluster/apiserver/admission/webhooks/webhook_call.h"

#include "cluster/api/base64.h"
#include "cluster/base/random.h"
#include "cluster/client/kubeconfig.h"

#include <format>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;

/// Where a webhook listens: the address that is called, and the name its certificate is for.
struct Place {
    std::string server, verifyName, path, shown;
};

/// An endpoint of a service that is ready, for one of its ports.
std::optional<std::string> endpointOf(const ClusterState& cluster, const std::string& ns, const std::string& service,
                                      std::int64_t port) {
    const auto found = cluster.find("", "services", ns, service);
    if (!found)
        return {};
    std::string portName;
    if (const Json* ports = api::find(*found, {"spec", "ports"}); ports != nullptr && ports->is_array())
        for (const Json& entry : ports->get_array())
            if (entry.is_object() && api::intAt(entry.get_object(), {"port"}) == port)
                portName = stringAt(entry, {"name"});
    for (const JsonObject& slice : cluster.all("discovery.k8s.io", "endpointslices", ns)) {
        if (stringAt(slice, {"metadata", "labels", "kubernetes.io/service-name"}) != service)
            continue;
        std::int64_t target = 0;
        if (const Json* ports = slice.if_contains("ports"); ports != nullptr && ports->is_array())
            for (const Json& entry : ports->get_array())
                if (entry.is_object() && stringAt(entry, {"name"}) == portName)
                    target = api::intAt(entry.get_object(), {"port"}).value_or(0);
        const Json* endpoints = slice.if_contains("endpoints");
        if (target == 0 || endpoints == nullptr || !endpoints->is_array())
            continue;
        for (const Json& endpoint : endpoints->get_array()) {
            const Json *addresses = api::find(endpoint, {"addresses"}),
                       *ready = api::find(endpoint, {"conditions", "ready"});
            if (addresses != nullptr && addresses->is_array() && !addresses->get_array().empty() &&
                (ready == nullptr || *ready == Json(true)))
                return std::format("{}:{}", api::view(addresses->get_array()[0].as_string()), target);
        }
    }
    return {};
}

std::expected<Place, std::string> placeOf(const Webhook& hook, const ClusterState& cluster) {
    const std::string seconds = std::format("?timeout={}s", hook.timeout.count());
    if (const std::string url(stringAt(hook.spec, {"clientConfig", "url"})); !url.empty()) {
        const std::size_t slash = url.find('/', std::string_view("https://").size());
        return Place{url.substr(0, slash), {}, (slash == url.npos ? "/" : url.substr(slash)) + seconds, url + seconds};
    }
    const std::string ns(stringAt(hook.spec, {"clientConfig", "service", "namespace"})),
        name(stringAt(hook.spec, {"clientConfig", "service", "name"})),
        path(stringAt(hook.spec, {"clientConfig", "service", "path"}));
    const std::int64_t port = api::intAt(hook.spec, {"clientConfig", "service", "port"}).value_or(443);
    if (!cluster.find("", "services", ns, name))
        return std::unexpected(
            std::format("failed to call webhook: Post \"https://{}.{}.svc:{}{}{}\": service \"{}\" not "
                        "found",
                        name, ns, port, path, seconds, name));
    const auto endpoint = endpointOf(cluster, ns, name, port);
    if (!endpoint)
        return std::unexpected(std::format("failed to call webhook: Post \"https://{}.{}.svc:{}{}{}\": no endpoints "
                                           "available for service \"{}\"",
                                           name, ns, port, path, seconds, name));
    return Place{"https://" + *endpoint, std::format("{}.{}.svc", name, ns), (path.empty() ? "/" : path) + seconds,
                 std::format("https://{}.{}.svc:{}{}{}", name, ns, port, path, seconds)};
}

} // namespace

std::expected<WebhookAnswer, std::string> callWebhook(const Webhook& hook, const Request& request,
                                                      const ClusterState& cluster) {
    const auto place = placeOf(hook, cluster);
    if (!place)
        return std::unexpected(place.error());
    client::ConnectionSettings settings;
    settings.server = place->server;
    settings.tlsServerName = place->verifyName;
    settings.caPem = api::decodeBase64(stringAt(hook.spec, {"clientConfig", "caBundle"})).value_or("");
    settings.requestTimeout = hook.timeout;
    const auto failed = [&](std::string_view why) {
        return std::unexpected(std::format("failed to call webhook: Post \"{}\": {}", place->shown, why));
    };
    const auto transport = client::makeHttpTransport(settings);
    if (!transport)
        return failed(transport.error().message);
    const std::string uid = base::newUuid();
    const auto answer =
        (*transport)->send({"POST", place->path, api::printJson(reviewOf(request, uid)), "application/json", ""});
    if (!answer)
        return failed(answer.error().message.find("timeout") == std::string::npos ? answer.error().message
                                                                                  : "context deadline exceeded");
    if (answer->code != 200)
        return std::unexpected(
            std::format("failed to call webhook: the server could not complete the request (status {})", answer->code));
    const auto review = api::parseJson(answer->body);
    if (!review)
        return std::unexpected("failed to call webhook: the answer is not JSON");
    return readAnswer(hook, *review, uid).transform_error([](const std::string& why) {
        return "received invalid webhook response: " + why;
    });
}

} // namespace slipway::apiserver::admission
