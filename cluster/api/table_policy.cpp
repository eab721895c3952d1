#include "cluster/api/selectors.h"
#include "cluster/api/table_cells.h"

#include <format>

namespace slipway::api {
namespace {

std::string shown(const Json* value) {
    return value == nullptr ? "N/A" : value->is_string() ? std::string(view(value->get_string())) : printJson(*value);
}

/// One metric of an autoscaler as "<now>/<wanted>".
std::string target(const JsonObject& autoscaler, const Json& metric, std::size_t index) {
    const std::string_view type = stringAt(metric, {"type"});
    const std::string_view member = type == "Resource"   ? "resource"
                                    : type == "Pods"     ? "pods"
                                    : type == "Object"   ? "object"
                                    : type == "External" ? "external"
                                                         : "containerResource";
    const JsonArray& current = arrayAt(autoscaler, {"status", "currentMetrics"});
    const Json* now = index < current.size() ? find(current[index], {member, "current"}) : nullptr;
    const Json* wanted = find(metric, {member, "target"});
    if (wanted == nullptr)
        return "<unknown>";
    std::string label = member == "resource" || member == "containerResource"
                            ? std::string(stringAt(metric, {member, "name"})) + ": "
                            : "";
    if (const Json* share = find(*wanted, {"averageUtilization"})) {
        const Json* is = now == nullptr ? nullptr : find(*now, {"averageUtilization"});
        return std::format("{}{}/{}%", label, is == nullptr ? "<unknown>" : printJson(*is) + "%", printJson(*share));
    }
    const std::string_view amount = find(*wanted, {"averageValue"}) != nullptr ? "averageValue" : "value";
    const Json* is = now == nullptr ? nullptr : find(*now, {amount});
    return std::format("{}{}/{}{}", label, is == nullptr ? "<unknown>" : shown(is), stringAt(*wanted, {amount}),
                       amount == "averageValue" && (member == "object" || member == "external") ? " (avg)" : "");
}

std::string targets(const JsonObject& autoscaler) {
    if (const auto wanted = intAt(autoscaler, {"spec", "targetCPUUtilizationPercentage"})) {
        const auto now = intAt(autoscaler, {"status", "currentCPUUtilizationPercentage"});
        return std::format("cpu: {}/{}%", now ? std::to_string(*now) + "%" : "<unknown>", *wanted);
    }
    const JsonArray& metrics = arrayAt(autoscaler, {"spec", "metrics"});
    if (metrics.empty())
        return "<none>";
    std::string text;
    for (std::size_t i = 0; i < metrics.size() && i < 2; ++i)
        text += (text.empty() ? "" : ", ") + target(autoscaler, metrics[i], i);
    return metrics.size() > 2 ? text + std::format(" + {} more...", metrics.size() - 2) : text;
}

} // namespace

JsonArray autoscalerCells(const JsonObject& o) {
    const auto least = intAt(o, {"spec", "minReplicas"});
    return {name(o),
            std::format("{}/{}", stringAt(o, {"spec", "scaleTargetRef", "kind"}),
                        stringAt(o, {"spec", "scaleTargetRef", "name"})),
            targets(o),
            least ? std::to_string(*least) : "<unset>",
            intAt(o, {"spec", "maxReplicas"}).value_or(0),
            intAt(o, {"status", "currentReplicas"}).value_or(0),
            ageOf(o)};
}

JsonArray disruptionBudgetCells(const JsonObject& o) {
    return {name(o), shown(find(o, {"spec", "minAvailable"})), shown(find(o, {"spec", "maxUnavailable"})),
            intAt(o, {"status", "disruptionsAllowed"}).value_or(0), ageOf(o)};
}

JsonArray networkPolicyCells(const JsonObject& o) {
    const Json* selector = find(o, {"spec", "podSelector"});
    return {name(o),
            selector != nullptr && selector->is_object() ? orNone(formatSelector(selector->get_object())) : "<none>",
            ageOf(o)};
}

JsonArray ingressClassCells(const JsonObject& o) {
    const Json* parameters = find(o, {"spec", "parameters"});
    std::string text = "<none>";
    if (parameters != nullptr) {
        const std::string_view group = stringAt(*parameters, {"apiGroup"});
        text = std::string(stringAt(*parameters, {"kind"})) + (group.empty() ? "" : "." + std::string(group)) + "/" +
               std::string(stringAt(*parameters, {"name"}));
    }
    return {name(o), stringAt(o, {"spec", "controller"}), text, ageOf(o)};
}

JsonArray webhookCells(const JsonObject& o) {
    return {name(o), arrayAt(o, {"webhooks"}).size(), ageOf(o)};
}

JsonArray runtimeClassCells(const JsonObject& o) {
    return {name(o), stringAt(o, {"handler"}), ageOf(o)};
}

JsonArray quotaCells(const JsonObject& o) {
    std::string requests, limits;
    if (const Json* hard = find(o, {"status", "hard"}); hard != nullptr && hard->is_object())
        for (const auto& [key, most] : hard->get_object()) {
            const std::string_view resource = key, used = stringAt(o, {"status", "used", resource});
            std::string& text = resource.starts_with("limits.") ? limits : requests;
            text +=
                std::format("{}{}: {}/{}", text.empty() ? "" : ", ", resource, used.empty() ? "0" : used, shown(&most));
        }
    return {name(o), requests, limits, ageOf(o)};
}

JsonArray revisionCells(const JsonObject& o) {
    std::string owner = "<none>";
    for (const Json& reference : arrayAt(o, {"metadata", "ownerReferences"})) {
        if (!boolAt(reference.as_object(), {"controller"}))
            continue;
        std::string kind(stringAt(reference, {"kind"}));
        for (char& c : kind)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        const std::string_view version = stringAt(reference, {"apiVersion"});
        const std::string group = version.contains('/') ? "." + std::string(version.substr(0, version.find('/'))) : "";
        owner = std::format("{}{}/{}", kind, group, stringAt(reference, {"name"}));
    }
    return {name(o), owner, intAt(o, {"revision"}).value_or(0), ageOf(o)};
}

JsonArray priorityClassCells(const JsonObject& o) {
    return {name(o), intAt(o, {"value"}).value_or(0), boolAt(o, {"globalDefault"}), ageOf(o),
            stringAt(o, {"preemptionPolicy"})};
}

JsonArray apiServiceCells(const JsonObject& o) {
    const std::string_view service = stringAt(o, {"spec", "service", "name"});
    std::string available = "Unknown";
    for (const Json& condition : arrayAt(o, {"status", "conditions"})) {
        if (stringAt(condition, {"type"}) != "Available")
            continue;
        available = stringAt(condition, {"status"});
        if (available != "True")
            available += std::format(" ({})", stringAt(condition, {"reason"}));
    }
    return {name(o),
            service.empty() ? "Local" : std::format("{}/{}", stringAt(o, {"spec", "service", "namespace"}), service),
            available, ageOf(o)};
}

JsonArray ingressCells(const JsonObject& o) {
    std::string hosts, addresses;
    const JsonArray& rules = arrayAt(o, {"spec", "rules"});
    std::size_t named = 0;
    for (const Json& rule : rules) {
        const std::string_view host = stringAt(rule, {"host"});
        if (named++ < 3)
            hosts += (hosts.empty() ? "" : ",") + std::string(host.empty() ? "*" : host);
    }
    if (rules.size() > 3)
        hosts += std::format(" + {} more...", rules.size() - 3);
    for (const Json& entry : arrayAt(o, {"status", "loadBalancer", "ingress"})) {
        const std::string_view ip = stringAt(entry, {"ip"});
        addresses += (addresses.empty() ? "" : ",") + std::string(ip.empty() ? stringAt(entry, {"hostname"}) : ip);
    }
    return {name(o),   orNone(stringAt(o, {"spec", "ingressClassName"})),      hosts.empty() ? "*" : hosts,
            addresses, arrayAt(o, {"spec", "tls"}).empty() ? "80" : "80, 443", ageOf(o)};
}

JsonArray roleBindingCells(const JsonObject& o) {
    std::string users, groups, accounts;
    for (const Json& subject : arrayAt(o, {"subjects"})) {
        const std::string_view kind = stringAt(subject, {"kind"}), who = stringAt(subject, {"name"});
        std::string& list = kind == "User" ? users : kind == "Group" ? groups : accounts;
        list +=
            (list.empty() ? "" : ", ") +
            (kind == "ServiceAccount" ? std::format("{}/{}", stringAt(subject, {"namespace"}), who) : std::string(who));
    }
    return {name(o),  std::format("{}/{}", stringAt(o, {"roleRef", "kind"}), stringAt(o, {"roleRef", "name"})),
            ageOf(o), users,
            groups,   accounts};
}

} // namespace slipway::api
