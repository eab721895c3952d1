#include "cluster/scheduler/extender.h"

#include "cluster/api/codec.h"
#include "cluster/client/client.h"
#include "cluster/client/kubeconfig.h"
#include "cluster/scheduler/extender_http.h"

#include <algorithm>
#include <cctype>
#include <format>

namespace slipway::scheduler {

using api::Json;
using api::JsonArray;
using api::JsonObject;

namespace {

constexpr double topOfExtenders = 10, topOfPlugins = 100;

/// A member by its name in any case: the protocol's own readers do not care, and servers differ.
const Json* memberOf(const JsonObject& object, std::string_view name) {
    const auto same = [](char a, char b) { return std::tolower(a) == std::tolower(b); };
    for (const auto& entry : object)
        if (std::ranges::equal(std::string_view(entry.key()), name, same))
            return entry.value().is_null() ? nullptr : &entry.value();
    return nullptr;
}

std::string textOf(const JsonObject& object, std::string_view name) {
    const Json* value = memberOf(object, name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

JsonObject objectOf(const auto& typed, const char* kind) {
    JsonObject object = api::toJson(typed);
    object["kind"] = kind;
    object["apiVersion"] = "v1";
    return object;
}

} // namespace

Extender::Extender(ExtenderSettings settings, NodeOf nodeOf)
    : settings_(std::move(settings)), nodeOf_(std::move(nodeOf)) {
    if (settings_.url.starts_with("http://"))
        return;
    client::ConnectionSettings connection;
    connection.server = settings_.url;
    connection.caPem = settings_.caPem;
    connection.clientCertificatePem = settings_.certificatePem;
    connection.clientKeyPem = settings_.keyPem;
    connection.tlsServerName = settings_.serverName;
    connection.insecureSkipTlsVerify = settings_.insecure;
    connection.requestTimeout =
        std::max(std::chrono::seconds(1), std::chrono::duration_cast<std::chrono::seconds>(settings_.timeout));
    if (auto made = client::makeHttpTransport(connection))
        transport_ = *made;
}

bool Extender::concerns(const PodInfo& pod) const {
    return settings_.resources.empty() || std::ranges::any_of(settings_.resources, [&](const std::string& name) {
               return pod.requests.extended.contains(name) || (name == "cpu" && pod.requests.milliCpu > 0) ||
                      (name == "memory" && pod.requests.memory > 0);
           });
}

Extender::Result<Json> Extender::call(const std::string& verb, const JsonObject& body) const {
    const std::string text = api::printJson(body);
    HttpAnswer answer;
    if (settings_.url.starts_with("http://")) {
        auto said = postJson(settings_.url + "/" + verb, text, settings_.timeout);
        if (!said)
            return std::unexpected(said.error());
        answer = std::move(*said);
    } else {
        if (transport_ == nullptr)
            return std::unexpected(settings_.url + ": its certificates cannot be used");
        client::Request request;
        request.method = "POST";
        request.target = "/" + verb;
        request.body = text;
        auto said = transport_->send(request);
        if (!said)
            return std::unexpected(said.error().message);
        answer = {static_cast<unsigned>(said->code), std::move(said->body)};
    }
    if (answer.status != 200)
        return std::unexpected(std::format("{}/{} answered {}", settings_.url, verb, answer.status));
    auto parsed = api::parseJson(answer.body);
    if (!parsed)
        return std::unexpected(std::format("{}/{} did not answer with JSON", settings_.url, verb));
    return std::move(*parsed);
}

JsonObject Extender::arguments(const PodInfo& pod, const std::vector<std::string>& nodes) const {
    JsonObject body{{"Pod", objectOf(*pod.pod, "Pod")}, {"Nodes", nullptr}, {"NodeNames", nullptr}};
    if (settings_.cachesNodes) {
        body["NodeNames"] = JsonArray(nodes.begin(), nodes.end());
        return body;
    }
    JsonArray items;
    for (const std::string& name : nodes)
        if (const NodePtr node = nodeOf_(name))
            items.push_back(objectOf(*node, "Node"));
    body["Nodes"] =
        JsonObject{{"kind", "NodeList"}, {"apiVersion", "v1"}, {"metadata", JsonObject()}, {"items", std::move(items)}};
    return body;
}

Extender::Result<Extender::Filtered> Extender::filter(const PodInfo& pod, const std::vector<std::string>& nodes) const {
    auto said = call(settings_.filterVerb, arguments(pod, nodes));
    if (!said)
        return std::unexpected(said.error());
    if (!said->is_object())
        return std::unexpected(settings_.url + ": the answer is no object");
    const JsonObject& result = said->get_object();
    if (const std::string error = textOf(result, "Error"); !error.empty())
        return std::unexpected(error);
    Filtered filtered;
    const auto keep = [&](std::string name) {
        if (std::ranges::contains(nodes, name))
            filtered.nodes.push_back(std::move(name));
    };
    if (const Json* names = memberOf(result, "NodeNames"); names != nullptr && names->is_array()) {
        for (const Json& name : names->get_array())
            if (name.is_string())
                keep(std::string(name.get_string()));
    } else if (const Json* list = memberOf(result, "Nodes"); list != nullptr && list->is_object()) {
        if (const Json* items = memberOf(list->get_object(), "items"); items != nullptr && items->is_array())
            for (const Json& node : items->get_array())
                keep(std::string(api::stringAt(node, {"metadata", "name"})));
    }
    for (const char* member : {"FailedNodes", "FailedAndUnresolvableNodes"})
        if (const Json* failed = memberOf(result, member); failed != nullptr && failed->is_object())
            for (const auto& entry : failed->get_object())
                filtered.refused[std::string(entry.key())] =
                    entry.value().is_string() ? std::string(entry.value().get_string()) : std::string();
    return filtered;
}

Extender::Result<std::map<std::string, double>> Extender::rate(const PodInfo& pod,
                                                               const std::vector<std::string>& nodes) const {
    auto said = call(settings_.prioritizeVerb, arguments(pod, nodes));
    if (!said)
        return std::unexpected(said.error());
    if (!said->is_array())
        return std::unexpected(settings_.url + ": the answer is no list");
    std::map<std::string, double> scores;
    for (const Json& entry : said->get_array()) {
        if (!entry.is_object())
            continue;
        const Json* score = memberOf(entry.get_object(), "Score");
        if (score != nullptr && score->is_number())
            scores[textOf(entry.get_object(), "Host")] =
                score->to_number<double>() * double(settings_.weight) * topOfPlugins / topOfExtenders;
    }
    return scores;
}

Extender::Result<void> Extender::bind(const PodInfo& pod, const std::string& node) const {
    const auto said = call(settings_.bindVerb, JsonObject{{"PodName", pod.pod->metadata.name},
                                                          {"PodNamespace", pod.pod->metadata.namespace_},
                                                          {"PodUID", pod.uid},
                                                          {"Node", node}});
    if (!said)
        return std::unexpected(said.error());
    const std::string error = said->is_object() ? textOf(said->get_object(), "Error") : std::string();
    return error.empty() ? Result<void>() : std::unexpected(error);
}

Extender::Result<std::vector<PreemptionPlan>> Extender::preempt(const PodInfo& pod,
                                                                const std::vector<PreemptionPlan>& plans) const {
    JsonObject offered;
    for (const PreemptionPlan& plan : plans) {
        JsonArray pods;
        for (const PlacedPod& victim : plan.victims)
            pods.push_back(JsonObject{{"UID", victim.uid}});
        offered[plan.node] = JsonObject{{"Pods", std::move(pods)}, {"NumPDBViolations", plan.violations}};
    }
    const auto said = call(settings_.preemptVerb, JsonObject{{"Pod", objectOf(*pod.pod, "Pod")},
                                                             {"NodeNameToVictims", nullptr},
                                                             {"NodeNameToMetaVictims", std::move(offered)}});
    if (!said)
        return std::unexpected(said.error());
    const Json* agreed = said->is_object() ? memberOf(said->get_object(), "NodeNameToMetaVictims") : nullptr;
    if (agreed == nullptr || !agreed->is_object())
        return std::vector<PreemptionPlan>();
    std::vector<PreemptionPlan> result;
    for (const PreemptionPlan& plan : plans) {
        const Json* entry = agreed->get_object().if_contains(plan.node);
        const Json* pods = entry != nullptr && entry->is_object() ? memberOf(entry->get_object(), "Pods") : nullptr;
        if (pods == nullptr || !pods->is_array())
            continue;
        PreemptionPlan wanted = plan;
        std::erase_if(wanted.victims, [&](const PlacedPod& victim) {
            return std::ranges::none_of(pods->get_array(), [&](const Json& one) {
                return one.is_object() && textOf(one.get_object(), "UID") == victim.uid;
            });
        });
        result.push_back(std::move(wanted));
    }
    return result;
}

} // namespace slipway::scheduler
