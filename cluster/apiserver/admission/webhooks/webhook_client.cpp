#include "cluster/apiserver/admission/webhooks/webhook_client.h"

#include "cluster/api/base64.h"
#include "cluster/apiserver/service_endpoints.h"
#include "cluster/client/kubeconfig.h"

#include <format>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;

/// What the client of Kubernetes says of an answer that is no success.
std::string failureOf(const client::Response& answer) {
    if (answer.code == 404)
        return "the server could not find the requested resource";
    if (answer.code == 403)
        return "forbidden";
    if (answer.code >= 500)
        return std::format("an error on the server (\"{}\") has prevented the request from succeeding",
                           std::string_view(answer.body).substr(0, 2048));
    return std::format("the server responded with the status code {} but did not return more information", answer.code);
}

} // namespace

std::expected<WebhookPlace, std::string> webhookPlace(const JsonObject& clientConfig, std::chrono::seconds timeout,
                                                      const ClusterState& cluster) {
    const std::string seconds = std::format("?timeout={}s", timeout.count());
    if (const std::string url(stringAt(clientConfig, {"url"})); !url.empty()) {
        const std::size_t slash = url.find('/', std::string_view("https://").size());
        return WebhookPlace{
            url.substr(0, slash), {}, (slash == url.npos ? "/" : url.substr(slash)) + seconds, url + seconds};
    }
    const std::string ns(stringAt(clientConfig, {"service", "namespace"})),
        name(stringAt(clientConfig, {"service", "name"})), path(stringAt(clientConfig, {"service", "path"}));
    const std::int64_t port = api::intAt(clientConfig, {"service", "port"}).value_or(443);
    WebhookPlace place;
    place.shown = std::format("https://{}.{}.svc:{}{}{}", name, ns, port, path, seconds);
    if (!cluster.find("", "services", ns, name))
        return std::unexpected(std::format("Post \"{}\": service \"{}\" not found", place.shown, name));
    const auto endpoint = chooseEndpoint(cluster.cache(), ns, name, std::to_string(port));
    if (!endpoint)
        return std::unexpected(
            std::format("Post \"{}\": no endpoints available for service \"{}\"", place.shown, name));
    place.server = std::format("https://{}:{}", endpoint->host, endpoint->port);
    place.verifyName = std::format("{}.{}.svc", name, ns);
    place.path = (path.empty() ? "/" : path) + seconds;
    return place;
}

std::expected<std::shared_ptr<client::Transport>, std::string>
connectWebhook(const JsonObject& clientConfig, const WebhookPlace& place, std::chrono::seconds timeout) {
    client::ConnectionSettings settings;
    settings.server = place.server;
    settings.tlsServerName = place.verifyName;
    settings.caPem = api::decodeBase64(stringAt(clientConfig, {"caBundle"})).value_or("");
    settings.requestTimeout = timeout;
    auto transport = client::makeHttpTransport(settings);
    if (!transport)
        return std::unexpected(std::format("Post \"{}\": {}", place.shown, transport.error().message));
    return std::move(*transport);
}

std::expected<Json, std::string> postReview(client::Transport& transport, const WebhookPlace& place,
                                            const JsonObject& review) {
    const auto answer = transport.send({"POST", place.path, api::printJson(review), "application/json", ""});
    if (!answer)
        return std::unexpected(std::format("Post \"{}\": {}", place.shown,
                                           answer.error().message.contains("timeout") ? "context deadline exceeded"
                                                                                      : answer.error().message));
    if (answer->code < 200 || answer->code > 299)
        return std::unexpected(failureOf(*answer));
    auto parsed = api::parseJson(answer->body);
    if (!parsed)
        return std::unexpected(std::string("couldn't get version/kind; json parse error: ") + parsed.error().message);
    return std::move(*parsed);
}

} // namespace slipway::apiserver::admission
