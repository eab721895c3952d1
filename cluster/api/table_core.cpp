#include "cluster/api/table_cells.h"

#include "cluster/api/selectors.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::api {
namespace {

std::string addressOf(const JsonObject& node, std::string_view type) {
    for (const Json& address : arrayAt(node, {"status", "addresses"}))
        if (stringAt(address, {"type"}) == type)
            return std::string(stringAt(address, {"address"}));
    return "<none>";
}

std::string nodeStatus(const JsonObject& node) {
    std::string status = "Unknown";
    for (const Json& condition : arrayAt(node, {"status", "conditions"}))
        if (stringAt(condition, {"type"}) == "Ready")
            status = stringAt(condition, {"status"}) == "True" ? "Ready" : "NotReady";
    return boolAt(node, {"spec", "unschedulable"}) ? status + ",SchedulingDisabled" : status;
}

std::string nodeRoles(const JsonObject& node) {
    constexpr std::string_view prefix = "node-role.kubernetes.io/";
    std::set<std::string> roles;
    if (const Json* labels = find(node, {"metadata", "labels"}); labels != nullptr && labels->is_object())
        for (const auto& [key, value] : labels->get_object()) {
            if (const std::string_view name = key; name.starts_with(prefix) && name.size() > prefix.size())
                roles.emplace(name.substr(prefix.size()));
            else if (name == "kubernetes.io/role" && value.is_string())
                roles.emplace(view(value.get_string()));
        }
    std::string text;
    for (const std::string& role : roles)
        text += (text.empty() ? "" : ",") + role;
    return orNone(text);
}

std::string servicePorts(const JsonObject& service) {
    std::string text;
    for (const Json& port : arrayAt(service, {"spec", "ports"})) {
        const auto nodePort = intAt(port.get_object(), {"nodePort"}).value_or(0);
        const std::string number = std::to_string(intAt(port.get_object(), {"port"}).value_or(0));
        text += std::format("{}{}{}/{}", text.empty() ? "" : ",", number,
                            nodePort > 0 ? std::format(":{}", nodePort) : "", stringAt(port, {"protocol"}));
    }
    return orNone(text);
}

std::string externalAddress(const JsonObject& service) {
    const std::string_view type = stringAt(service, {"spec", "type"});
    std::string text;
    const auto add = [&](std::string_view address) { text += (text.empty() ? "" : ",") + std::string(address); };
    if (type == "ExternalName")
        return orNone(stringAt(service, {"spec", "externalName"}));
    if (type == "LoadBalancer")
        for (const Json& entry : arrayAt(service, {"status", "loadBalancer", "ingress"}))
            add(stringAt(entry, {"ip"}).empty() ? stringAt(entry, {"hostname"}) : stringAt(entry, {"ip"}));
    for (const Json& address : arrayAt(service, {"spec", "externalIPs"}))
        add(view(address.as_string()));
    return text.empty() ? type == "LoadBalancer" ? "<pending>" : "<none>" : text;
}

/// At most three entries and how many more there are.
std::string shortened(const std::vector<std::string>& entries) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, entries.size()); ++i)
        text += (text.empty() ? "" : ",") + entries[i];
    if (entries.size() > 3)
        text += std::format(" + {} more...", entries.size() - 3);
    return orNone(text);
}

std::string eventObject(const JsonObject& event) {
    const Json* reference = find(event, {"involvedObject"});
    if (reference == nullptr)
        reference = find(event, {"regarding"});
    if (reference == nullptr)
        return "<none>";
    std::string kind(stringAt(*reference, {"kind"}));
    std::ranges::transform(kind, kind.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return kind + "/" + std::string(stringAt(*reference, {"name"}));
}

} // namespace

JsonArray nodeCells(const JsonObject& node) {
    const auto info = [&](std::string_view member) {
        const std::string_view text = stringAt(node, {"status", "nodeInfo", member});
        return text.empty() ? std::string("<unknown>") : std::string(text);
    };
    return {stringAt(node, {"metadata", "name"}),
            nodeStatus(node),
            nodeRoles(node),
            ageOf(node),
            std::string(stringAt(node, {"status", "nodeInfo", "kubeletVersion"})),
            addressOf(node, "InternalIP"),
            addressOf(node, "ExternalIP"),
            info("osImage"),
            info("kernelVersion"),
            info("containerRuntimeVersion")};
}

JsonArray serviceCells(const JsonObject& service) {
    return {stringAt(service, {"metadata", "name"}),
            stringAt(service, {"spec", "type"}),
            orNone(stringAt(service, {"spec", "clusterIP"})),
            externalAddress(service),
            servicePorts(service),
            ageOf(service),
            formatLabels(find(service, {"spec", "selector"}))};
}

JsonArray endpointsCells(const JsonObject& endpoints) {
    std::vector<std::string> entries;
    for (const Json& subset : arrayAt(endpoints, {"subsets"})) {
        const JsonArray& ports = arrayAt(subset.get_object(), {"ports"});
        for (const Json& address : arrayAt(subset.get_object(), {"addresses"})) {
            if (ports.empty())
                entries.emplace_back(stringAt(address, {"ip"}));
            for (const Json& port : ports)
                entries.push_back(
                    std::format("{}:{}", stringAt(address, {"ip"}), intAt(port.get_object(), {"port"}).value_or(0)));
        }
    }
    return {stringAt(endpoints, {"metadata", "name"}), shortened(entries), ageOf(endpoints)};
}

JsonArray endpointSliceCells(const JsonObject& slice) {
    std::vector<std::string> ports, addresses;
    for (const Json& port : arrayAt(slice, {"ports"}))
        ports.push_back(std::to_string(intAt(port.get_object(), {"port"}).value_or(0)));
    for (const Json& endpoint : arrayAt(slice, {"endpoints"}))
        for (const Json& address : arrayAt(endpoint.get_object(), {"addresses"}))
            addresses.emplace_back(view(address.as_string()));
    const auto unset = [](std::string text) { return text == "<none>" ? std::string("<unset>") : text; };
    return {stringAt(slice, {"metadata", "name"}), stringAt(slice, {"addressType"}), unset(shortened(ports)),
            unset(shortened(addresses)), ageOf(slice)};
}

JsonArray eventCells(const JsonObject& event) {
    const auto latest = [&] {
        for (std::initializer_list<std::string_view> path :
             {std::initializer_list<std::string_view>{"series", "lastObservedTime"},
              {"lastTimestamp"},
              {"eventTime"},
              {"deprecatedLastTimestamp"}})
            if (const std::string_view time = stringAt(event, path); !time.empty())
                return time;
        return std::string_view();
    };
    const std::string_view first =
        stringAt(event, {"firstTimestamp"}).empty() ? latest() : stringAt(event, {"firstTimestamp"});
    const std::string_view component = stringAt(event, {"source", "component"}).empty()
                                           ? stringAt(event, {"reportingComponent"})
                                           : stringAt(event, {"source", "component"});
    const std::string_view message =
        stringAt(event, {"message"}).empty() ? stringAt(event, {"note"}) : stringAt(event, {"message"});
    const std::string_view host = stringAt(event, {"source", "host"});
    return {ageSince(latest()),
            stringAt(event, {"type"}),
            stringAt(event, {"reason"}),
            eventObject(event),
            stringAt(event, {"involvedObject", "fieldPath"}),
            host.empty() ? std::string(component) : std::format("{}, {}", component, host),
            message,
            ageSince(first),
            intAt(event, {"count"}).value_or(1),
            stringAt(event, {"metadata", "name"})};
}

} // namespace slipway::api
