#include "cluster/apiserver/admission/plugins.h"
#include "cluster/apiserver/admission/pod_resources.h"

#include <algorithm>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::Quantity;
using api::stringAt;

const api::JsonArray& limitsOf(const JsonObject& limitRange) {
    static const api::JsonArray none;
    const Json* limits = api::find(limitRange, {"spec", "limits"});
    return limits != nullptr && limits->is_array() ? limits->get_array() : none;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (const std::string& part : parts)
        text.append(text.empty() ? "" : separator).append(part);
    return text;
}

/// Fills in what the container does not say; the names of what was filled in.
std::vector<std::string> fill(JsonObject& container, std::string_view member, const Amounts& defaults) {
    std::vector<std::string> set;
    for (const auto& [name, amount] : defaults) {
        JsonObject& amounts = api::objectAt(container, {"resources", member});
        if (amounts.contains(name))
            continue;
        amounts[name] = amount.print();
        set.push_back(name);
    }
    return set;
}

void applyDefaults(JsonObject& pod, const Amounts& requests, const Amounts& limits) {
    std::vector<std::string> notes;
    JsonObject& spec = api::objectAt(pod, {"spec"});
    for (std::string_view list : {"containers", "initContainers"}) {
        Json* containers = spec.if_contains(list);
        if (containers == nullptr || !containers->is_array())
            continue;
        for (Json& entry : containers->get_array()) {
            if (!entry.is_object())
                continue;
            const std::string who =
                std::format("{} {}", list == "containers" ? "container" : "init container", stringAt(entry, {"name"}));
            const auto setLimits = fill(entry.get_object(), "limits", limits);
            const auto setRequests = fill(entry.get_object(), "requests", requests);
            if (!setRequests.empty())
                notes.push_back(std::format("{} request for {}", joined(setRequests, ", "), who));
            if (!setLimits.empty())
                notes.push_back(std::format("{} limit for {}", joined(setLimits, ", "), who));
        }
    }
    if (!notes.empty())
        api::objectAt(pod, {"metadata", "annotations"})["kubernetes.io/limit-ranger"] =
            "LimitRanger plugin set: " + joined(notes, "; ");
}

/// One limit of a limit range against what something asks for.
class Judge {
public:
    Judge(const JsonObject& limit, std::string_view type, std::vector<std::string>& findings)
        : limit_(limit), type_(type), findings_(findings) {}

    void judge(const Amounts& requests, const Amounts& limits) {
        for (const auto& [name, least] : amountsOf(limit_.if_contains("min")))
            minimum(name, least, requests, limits);
        for (const auto& [name, most] : amountsOf(limit_.if_contains("max")))
            maximum(name, most, requests, limits);
        for (const auto& [name, most] : amountsOf(limit_.if_contains("maxLimitRequestRatio")))
            ratio(name, most, requests, limits);
    }

private:
    static const Quantity* in(const Amounts& amounts, const std::string& name) {
        const auto found = amounts.find(name);
        return found == amounts.end() ? nullptr : &found->second;
    }
    void say(std::string text) { findings_.push_back(std::move(text)); }

    void minimum(const std::string& name, const Quantity& least, const Amounts& requests, const Amounts& limits) {
        const std::string rule = std::format("minimum {} usage per {} is {}", name, type_, least.print());
        const Quantity *request = in(requests, name), *limit = in(limits, name);
        if (request == nullptr)
            say(rule + ".  No request is specified");
        else if (*request < least)
            say(std::format("{}, but request is {}", rule, request->print()));
        else if (limit != nullptr && *limit < least)
            say(std::format("{}, but limit is {}", rule, limit->print()));
    }

    void maximum(const std::string& name, const Quantity& most, const Amounts& requests, const Amounts& limits) {
        const std::string rule = std::format("maximum {} usage per {} is {}", name, type_, most.print());
        const Quantity *request = in(requests, name), *limit = in(limits, name);
        if (type_ == "PersistentVolumeClaim") { // claims have no limits
            if (request == nullptr)
                say(rule + ".  No request is specified");
            else if (*request > most)
                say(std::format("{}, but request is {}", rule, request->print()));
        } else if (limit == nullptr) {
            say(rule + ".  No limit is specified");
        } else if (*limit > most) {
            say(std::format("{}, but limit is {}", rule, limit->print()));
        } else if (request != nullptr && *request > most) {
            say(std::format("{}, but request is {}", rule, request->print()));
        }
    }

    void ratio(const std::string& name, const Quantity& most, const Amounts& requests, const Amounts& limits) {
        const std::string rule = std::format("{} max limit to request ratio per {} is {}", name, type_, most.print());
        const Quantity *request = in(requests, name), *limit = in(limits, name);
        if (request == nullptr || request->isZero())
            return say(rule + ", but no request is specified or request is 0");
        if (limit == nullptr || limit->isZero())
            return say(rule + ", but no limit is specified or limit is 0");
        const double is = double(limit->milli()) / double(request->milli());
        if (is > double(most.milli()) / 1000)
            say(std::format("{}, but provided ratio is {:.6f}", rule, is));
    }

    const JsonObject& limit_;
    const std::string_view type_;
    std::vector<std::string>& findings_;
};

void judgePod(const JsonObject& limit, const JsonObject& spec, std::vector<std::string>& findings) {
    const std::string_view type = stringAt(limit, {"type"});
    if (type == "Pod")
        return Judge(limit, type, findings).judge(podAmounts(spec, "requests"), podAmounts(spec, "limits"));
    if (type == "Container")
        eachContainer(spec, {"containers", "initContainers"}, [&](const JsonObject& container, std::string_view) {
            Judge(limit, type, findings)
                .judge(amountsOf(api::find(container, {"resources", "requests"})),
                       amountsOf(api::find(container, {"resources", "limits"})));
        });
}

} // namespace

Refusal limitRangerDefaults(Request& request, const ClusterState& cluster) {
    if (!request.creates("pods"))
        return {};
    for (const JsonObject& range : cluster.all("", "limitranges", request.ns())) {
        Amounts requests, limits;
        for (const Json& limit : limitsOf(range)) {
            if (!limit.is_object() || stringAt(limit, {"type"}) != "Container")
                continue;
            for (const auto& [name, amount] : amountsOf(api::find(limit, {"defaultRequest"})))
                requests[name] = amount;
            for (const auto& [name, amount] : amountsOf(api::find(limit, {"default"})))
                limits[name] = amount;
        }
        applyDefaults(request.object, requests, limits);
    }
    return {};
}

Refusal limitRangerLimits(Request& request, const ClusterState& cluster) {
    const bool pod = request.creates("pods") || (request.resource.name == "pods" && request.subresource == "resize");
    const bool claim = request.writes("persistentvolumeclaims") && request.operation != Operation::remove;
    if (!pod && !claim)
        return {};
    std::vector<std::string> findings;
    for (const JsonObject& range : cluster.all("", "limitranges", request.ns()))
        for (const Json& limit : limitsOf(range)) {
            if (!limit.is_object())
                continue;
            if (pod)
                judgePod(limit.get_object(), api::objectAt(request.object, {"spec"}), findings);
            else if (stringAt(limit, {"type"}) == "PersistentVolumeClaim")
                Judge(limit.get_object(), "PersistentVolumeClaim", findings)
                    .judge(amountsOf(api::find(request.object, {"spec", "resources", "requests"})), {});
        }
    if (findings.empty())
        return {};
    return refuse(request, "{}", findings.size() == 1 ? findings[0] : "[" + joined(findings, ", ") + "]");
}

} // namespace slipway::apiserver::admission
