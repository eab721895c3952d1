#include "cluster/apiserver/admission/policies/parameters.h"

#include "cluster/apiserver/admission/policies/served_kinds.h"
#include "cluster/apiserver/admission/webhooks/webhook.h"

namespace slipway::apiserver::admission {

using api::Json;
using api::JsonObject;
using api::stringAt;

std::expected<std::vector<Json>, std::string> parametersOf(const JsonObject& policy, const JsonObject& binding,
                                                           const Request& request, const ClusterState& cluster) {
    const Json *wanted = api::find(policy, {"spec", "paramKind"}),
               *reference = api::find(binding, {"spec", "paramRef"});
    if (wanted == nullptr || reference == nullptr || !reference->is_object())
        return std::vector<Json>{Json()};
    const std::string version(stringAt(*wanted, {"apiVersion"})), kind(stringAt(*wanted, {"kind"}));
    const std::size_t slash = version.find('/');
    const std::string group = slash == version.npos ? std::string() : version.substr(0, slash);
    const auto resource = servedKind(cluster, group, slash == version.npos ? version : version.substr(slash + 1), kind);
    if (resource == nullptr)
        return std::unexpected(std::format("paramKind kind `{}, Kind={}` not known", version, kind));
    std::string ns(stringAt(*reference, {"namespace"}));
    if (!resource->namespaced && !ns.empty())
        return std::unexpected("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
    if (resource->namespaced && ns.empty())
        ns = request.operation == Operation::connect ? request.connectedNs : request.ns();
    if (resource->namespaced && ns.empty())
        return std::unexpected("paramRef.namespace must be provided for namespaced `paramKind` when matching "
                               "cluster-scoped resources");
    std::vector<Json> chosen;
    if (const std::string_view name = stringAt(*reference, {"name"}); !name.empty()) {
        if (auto found = objectOf(cluster, *resource, ns, name))
            chosen.emplace_back(std::move(*found));
    } else if (const Json* selector = reference->get_object().if_contains("selector");
               selector != nullptr && selector->is_object()) {
        for (JsonObject& object : objectsOf(cluster, *resource, ns))
            if (selectorMatches(selector->get_object(), object))
                chosen.emplace_back(std::move(object));
    }
    if (chosen.empty() && stringAt(*reference, {"parameterNotFoundAction"}) != "Allow")
        return std::unexpected("no params found for policy binding with `Deny` parameterNotFoundAction");
    return chosen;
}

} // namespace slipway::apiserver::admission
