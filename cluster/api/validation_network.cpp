#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"
#include "cluster/api/validation_pod_parts.h"

#include <arpa/inet.h>
#include <charconv>
#include <set>

namespace slipway::api {
namespace {

std::optional<std::string> networkProblem(std::string_view text) {
    const std::size_t slash = text.find('/');
    unsigned char bytes[sizeof(in6_addr)];
    int bits = -1;
    if (slash != text.npos) {
        const std::string address(text.substr(0, slash));
        const bool four = inet_pton(AF_INET, address.c_str(), bytes) == 1,
                   six = !four && inet_pton(AF_INET6, address.c_str(), bytes) == 1;
        const char *first = text.data() + slash + 1, *last = text.data() + text.size();
        if ((four || six) && first != last)
            if (const auto [end, error] = std::from_chars(first, last, bits);
                error == std::errc() && end == last && bits >= 0 && bits <= (four ? 32 : 128))
                return {};
    }
    return "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
}

void validatePolicyPort(const At& port) {
    if (const Json number = port.value("port"); number.is_int64()) {
        validatePortNumber(number, port.pathOf("port"), port.causes());
        if (const auto end = port.number("endPort")) {
            if (*end < number.get_int64())
                port.invalid("endPort", "must be greater than or equal to `port`");
            validatePortNumber(Json(*end), port.pathOf("endPort"), port.causes());
        }
    } else if (number.is_string()) {
        if (port.has("endPort"))
            port.invalid("endPort", "may not be specified when `port` is non-numeric");
        validatePortOrName(number, port.pathOf("port"), port.causes());
    } else if (port.has("endPort")) {
        port.invalid("endPort", "may not be specified when `port` is not specified");
    }
    port.oneOf("protocol", {"SCTP", "TCP", "UDP"});
}

void validateBlock(const At& block) {
    if (!block.needs("cidr"))
        return;
    block.judge("cidr", networkProblem);
    block.eachText("except", [&](std::string_view cidr, const std::string& path) {
        if (const auto problem = networkProblem(cidr))
            block.causes().push_back(invalidValue(path, Json(cidr), *problem));
    });
}

void validatePeer(const At& peer) {
    int kinds = 0;
    for (std::string_view member : {"podSelector", "namespaceSelector"})
        if (peer.has(member)) {
            ++kinds;
            validateLabelSelector(peer, member);
        }
    if (peer.has("ipBlock")) {
        if (kinds > 0)
            peer.causes().push_back(forbiddenField(peer.path(), "may not specify both ipBlock and another peer"));
        ++kinds;
        validateBlock(peer.in("ipBlock"));
    }
    if (kinds == 0)
        peer.causes().push_back(requiredValue(peer.path(), "must specify a peer"));
}

void validateBackend(const At& backend) {
    const bool service = backend.has("service"), resource = backend.has("resource");
    if (service && resource)
        return backend.causes().push_back(
            invalidValue(backend.path(), "", "cannot set both resource and service backends"));
    if (!service && !resource)
        return backend.causes().push_back(invalidValue(backend.path(), "", "resource or service backend is required"));
    if (resource) {
        backend.in("resource").needs("kind");
        backend.in("resource").needs("name");
        return;
    }
    const At target = backend.in("service");
    if (target.needs("name"))
        target.judge("name", label1035Problem);
    const At port = target.in("port");
    const auto number = port.number("number").value_or(0);
    if (number != 0 && !port.text("name").empty())
        backend.causes().push_back(invalidValue(backend.path(), "", "cannot set both port name & port number"));
    else if (!port.text("name").empty())
        port.judge("name", portNameProblem);
    else if (number == 0)
        backend.causes().push_back(requiredValue(backend.path(), "port name or number is required"));
    else
        validatePortNumber(Json(number), port.pathOf("number"), port.causes());
}

void validatePath(const At& entry) {
    const std::string_view kind = entry.text("pathType"), path = entry.text("path");
    if (kind.empty())
        entry.require("pathType", "pathType must be specified");
    else if (kind == "Exact" || kind == "Prefix") {
        if (!path.starts_with('/'))
            entry.invalid("path", "must be an absolute path", Json(path));
        for (std::string_view bad : {"//", "/./", "/../", "%2f", "%2F"})
            if (path.contains(bad))
                entry.invalid("path", std::format("must not contain '{}'", bad));
        for (std::string_view bad : {"/..", "/."})
            if (path.ends_with(bad))
                entry.invalid("path", std::format("cannot end with '{}'", bad));
    } else if (kind == "ImplementationSpecific") {
        if (!path.empty() && !path.starts_with('/'))
            entry.invalid("path", "must be an absolute path");
    } else {
        entry.unsupported("pathType", {"Exact", "ImplementationSpecific", "Prefix"});
    }
    validateBackend(entry.in("backend"));
}

std::optional<std::string> wildcardProblem(std::string_view host) {
    if (host.starts_with("*.") && !subdomainProblem(host.substr(2)))
        return {};
    return "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist "
           "of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. "
           "'*.example.com', regex used for validation is "
           "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
}

void validateHost(const At& rule) {
    const std::string_view host = rule.text("host");
    if (host.empty())
        return;
    if (!addressProblem(host))
        rule.invalid("host", "must be a DNS name, not an IP address");
    else
        rule.judge("host", host.contains('*') ? wildcardProblem : subdomainProblem);
}

} // namespace

void validateNetworkPolicy(const JsonObject& policy, Causes& causes) {
    const At spec = At(policy, {}, causes).in("spec");
    validateLabelSelector(spec, "podSelector");
    for (const auto& [direction, peers] : {std::pair("ingress", "from"), std::pair("egress", "to")})
        spec.each(direction, [&](const At& rule) {
            rule.each("ports", validatePolicyPort);
            rule.each(peers, validatePeer);
        });
    if (spec.list("policyTypes").size() > 2)
        return causes.push_back(invalidValue(spec.pathOf("policyTypes"), spec.value("policyTypes"),
                                             "may not specify more than two policyTypes"));
    spec.eachText("policyTypes", [&](std::string_view type, const std::string& path) {
        if (type != "Egress" && type != "Ingress")
            causes.push_back(notSupported(path, Json(type), {"Egress", "Ingress"}));
    });
}

void validateIngress(const JsonObject& ingress, Causes& causes) {
    const At object(ingress, {}, causes), spec = object.in("spec");
    if (spec.list("rules").empty() && !spec.has("defaultBackend"))
        object.invalid("spec", "either `defaultBackend` or `rules` must be specified", JsonObject(spec.object()));
    if (spec.has("defaultBackend"))
        validateBackend(spec.in("defaultBackend"));
    spec.each("rules", [&](const At& rule) {
        validateHost(rule);
        if (!rule.has("http"))
            return;
        const At http = rule.in("http");
        if (http.list("paths").empty())
            http.require("paths");
        http.each("paths", validatePath);
    });
    spec.each("tls", [&](const At& tls) {
        tls.eachText("hosts", [&](std::string_view host, const std::string& path) {
            if (const auto problem = host.contains('*') ? wildcardProblem(host) : subdomainProblem(host))
                causes.push_back(invalidValue(path, Json(host), *problem));
        });
        tls.judge("secretName", subdomainProblem);
    });
    spec.judge("ingressClassName", subdomainProblem);
    if (const std::string_view old = stringAt(ingress, {"metadata", "annotations", "kubernetes.io/ingress.class"});
        !old.empty() && spec.has("ingressClassName") && old != spec.text("ingressClassName"))
        causes.push_back(invalidValue("annotations.kubernetes.io/ingress.class", Json(old),
                                      "must match `ingressClassName` when both are specified"));
}

void validateIngressClass(const JsonObject& object, Causes& causes) {
    const At spec = At(object, {}, causes).in("spec");
    const std::string_view controller = spec.text("controller");
    if (controller.size() > 250)
        causes.push_back(tooLong(spec.pathOf("controller"), 250));
    const std::size_t slash = controller.find('/');
    if (controller.empty())
        spec.require("controller");
    else if (slash == controller.npos || subdomainProblem(controller.substr(0, slash)))
        spec.invalid("controller", "must be a domain-prefixed path (such as \"acme.io/foo\")");
    if (!spec.has("parameters"))
        return;
    const At parameters = spec.in("parameters");
    parameters.needs("kind");
    parameters.needs("name");
    parameters.oneOf("scope", {"Cluster", "Namespace"});
    if (parameters.text("scope") == "Namespace" && parameters.text("namespace").empty())
        parameters.require("namespace", "`parameters.scope` is set to 'Namespace'");
    if (parameters.text("scope") == "Cluster" && parameters.has("namespace"))
        parameters.forbid("namespace", "`parameters.scope` is set to 'Cluster'");
}

void validateIngressClassUpdate(const JsonObject& object, const JsonObject& changed, Causes& causes) {
    validateImmutable(At(object, {}, causes).in("spec"), At(changed, {}, causes).in("spec"), "controller");
}

void validateServiceRange(const JsonObject& object, Causes& causes) {
    const At spec = At(object, {}, causes).in("spec");
    const std::size_t count = spec.list("cidrs").size();
    if (count == 0)
        return spec.require("cidrs", "at least one CIDR required");
    if (count > 2)
        return spec.causes().push_back(invalidValue(spec.pathOf("cidrs"), spec.value("cidrs"),
                                                    "may only hold up to 2 "
                                                    "values"));
    spec.eachText("cidrs", [&](std::string_view cidr, const std::string& path) {
        if (const auto problem = networkProblem(cidr))
            causes.push_back(invalidValue(path, Json(cidr), *problem));
    });
}

void validateServiceRangeUpdate(const JsonObject& object, const JsonObject& changed, Causes& causes) {
    validateImmutable(At(object, {}, causes).in("spec"), At(changed, {}, causes).in("spec"), "cidrs");
}

void validateIpAddress(const JsonObject& object, Causes& causes) {
    const At spec = At(object, {}, causes).in("spec");
    if (!spec.has("parentRef"))
        return spec.require("parentRef");
    const At parent = spec.in("parentRef");
    parent.judge("group", subdomainProblem);
    if (parent.needs("resource"))
        parent.judge("resource", pathSegmentProblem);
    if (parent.needs("name"))
        parent.judge("name", pathSegmentProblem);
    parent.judge("namespace", pathSegmentProblem);
}

void validateIpAddressUpdate(const JsonObject& object, const JsonObject& changed, Causes& causes) {
    validateImmutable(At(object, {}, causes).in("spec"), At(changed, {}, causes).in("spec"), "parentRef");
}

} // namespace slipway::api
