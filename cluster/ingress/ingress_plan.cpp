#include "cluster/ingress/ingress_plan.h"

#include <algorithm>
#include <format>

namespace slipway::ingress {
namespace {

namespace networking = api::networking_v1;

constexpr char annotationPrefix[] = "nginx.ingress.kubernetes.io/", classAnnotation[] = "kubernetes.io/ingress.class",
               defaultClassAnnotation[] = "ingressclass.kubernetes.io/is-default-class";

std::string annotation(const networking::Ingress& ingress, const std::string& name) {
    const auto found = ingress.metadata.annotations.find(annotationPrefix + name);
    return found == ingress.metadata.annotations.end() ? std::string() : found->second;
}

bool onlyHas(std::string_view text, std::string_view allowed) {
    return std::ranges::all_of(text, [&](unsigned char c) {
        return std::isalnum(c) || allowed.find(static_cast<char>(c)) != std::string_view::npos;
    });
}

bool isSafeHost(const std::string& host) {
    return onlyHas(host, ".-*") &&
           (host.find('*') == std::string::npos || (host.starts_with("*.") && host.rfind('*') == 0));
}

/// Paths stand between quotes; what could end them, or is no visible character, may not be in them.
bool isSafePath(const std::string& path) {
    return path.starts_with('/') && std::ranges::none_of(path, [](unsigned char c) {
               return c <= ' ' || c == '"' || c == '\\' || c == '$' || c == 0x7F;
           });
}

/// Expressions may hold what regular expressions are made of.
bool isSafeExpression(const std::string& path) {
    return path.starts_with('/') && onlyHas(path, "/._-~%+*?()[]|^$:=,@!&;'");
}

bool isSafeSize(const std::string& size) {
    const std::size_t digits = size.find_first_not_of("0123456789");
    return !size.empty() && digits != 0 &&
           (digits == std::string::npos || size.find_first_not_of("kKmMgG", digits) == std::string::npos);
}

class Planner {
public:
    explicit Planner(const IngressSources& sources) : sources_(sources) {}

    void add(const networking::Ingress& ingress) {
        if (!ingress.spec)
            return;
        ns_ = ingress.metadata.namespace_;
        ingress_ = &ingress;
        const networking::IngressSpec& spec = *ingress.spec;
        for (const networking::IngressRule& rule : spec.rules)
            addRule(rule);
        if (!spec.defaultBackend)
            return;
        // What no rule fits goes there: for hosts of its rules, and for all others when it has none.
        bool named = false;
        for (const networking::IngressRule& rule : spec.rules)
            if (isSafeHost(rule.host) && !rule.host.empty()) {
                named = true;
                addLocation(hostOf(rule.host), {"", PathKind::prefix, upstreamOf(*spec.defaultBackend), {}, {}});
            }
        if (!named || spec.rules.empty())
            addLocation(hostOf(""), {"", PathKind::prefix, upstreamOf(*spec.defaultBackend), {}, {}});
        for (const networking::IngressTLS& tls : spec.tls)
            if (tls.hosts.empty())
                giveCertificate(hostOf(""), tls);
    }

    IngressPlan take() {
        IngressPlan plan;
        for (auto& [name, host] : hosts_)
            plan.hosts.push_back(std::move(host));
        for (auto& [key, upstream] : upstreams_)
            plan.upstreams.push_back(std::move(upstream));
        plan.secrets = std::move(secrets_);
        return plan;
    }

private:
    VirtualHost& hostOf(const std::string& name) {
        VirtualHost& host = hosts_[name];
        host.host = name;
        return host;
    }

    void addRule(const networking::IngressRule& rule) {
        if (!isSafeHost(rule.host))
            return;
        VirtualHost& host = hostOf(rule.host);
        for (const networking::IngressTLS& tls : ingress_->spec->tls)
            if (tls.hosts.empty() ||
                std::ranges::any_of(tls.hosts, [&](const auto& name) { return covers(name, rule.host); }))
                giveCertificate(host, tls);
        const auto isTrue = [&](const char* name) { return annotation(*ingress_, name) == "true"; };
        host.redirectToTls = host.redirectToTls || isTrue("ssl-redirect") || isTrue("force-ssl-redirect");
        if (!rule.http)
            return;
        for (const networking::HTTPIngressPath& path : rule.http->paths)
            addPath(host, path);
    }

    static bool covers(const std::string& name, const std::string& host) {
        if (name == host)
            return true;
        const std::size_t dot = host.find('.');
        return name.starts_with("*.") && dot != std::string::npos && name.substr(1) == host.substr(dot);
    }

    void giveCertificate(VirtualHost& host, const networking::IngressTLS& tls) {
        if (tls.secretName.empty() || !host.certificate.empty())
            return;
        host.certificate = ns_ + "/" + tls.secretName;
        secrets_.insert(host.certificate);
    }

    void addPath(VirtualHost& host, const networking::HTTPIngressPath& path) {
        Location location;
        location.upstream = upstreamOf(path.backend);
        if (const std::string size = annotation(*ingress_, "proxy-body-size"); isSafeSize(size))
            location.maxBody = size;
        location.path = path.path.empty() ? "/" : path.path;
        const std::string rewrite = annotation(*ingress_, "rewrite-target");
        const bool expression =
            path.pathType != "Exact" && (!rewrite.empty() || annotation(*ingress_, "use-regex") == "true");
        if (expression) {
            if (!isSafeExpression(location.path) || !onlyHas(rewrite, "/._-~%+$?=&"))
                return;
            location.kind = PathKind::expression;
            location.rewrite = rewrite;
        } else if (!isSafePath(location.path))
            return;
        else if (path.pathType == "Exact")
            location.kind = PathKind::exact;
        else
            while (location.path.ends_with('/'))
                location.path.pop_back();
        addLocation(host, std::move(location));
    }

    /// The first to claim a path keeps it.
    static void addLocation(VirtualHost& host, Location location) {
        const bool taken = std::ranges::any_of(host.locations, [&](const Location& other) {
            return other.kind == location.kind && other.path == location.path;
        });
        if (!taken)
            host.locations.push_back(std::move(location));
    }

    std::string upstreamOf(const networking::IngressBackend& backend) {
        if (!backend.service || !backend.service->port)
            return {};
        const auto& wanted = *backend.service->port;
        const std::string number = wanted.number.value_or(0) > 0 ? std::to_string(*wanted.number) : wanted.name;
        const std::string key = std::format("{}/{}:{}", ns_, backend.service->name, number);
        if (upstreams_.contains(key))
            return key;
        const ServicePtr service = sources_.service(ns_, backend.service->name);
        if (!service || !service->spec)
            return {};
        for (const api::core_v1::ServicePort& port : service->spec->ports)
            if (wanted.number.value_or(0) > 0 ? port.port == *wanted.number : port.name == wanted.name) {
                upstreams_[key] = upstream(key, *service, port);
                return key;
            }
        // An ExternalName service needs no ports of its own.
        if (service->spec->type == "ExternalName" && wanted.number.value_or(0) > 0) {
            api::core_v1::ServicePort port;
            port.port = *wanted.number;
            upstreams_[key] = upstream(key, *service, port);
            return key;
        }
        return {};
    }

    static std::string serverAt(const std::string& address, int port) {
        return address.find(':') == std::string::npos ? std::format("{}:{}", address, port)
                                                      : std::format("[{}]:{}", address, port);
    }

    Upstream upstream(const std::string& key, const api::core_v1::Service& service,
                      const api::core_v1::ServicePort& port) const {
        Upstream result;
        result.key = key;
        if (service.spec->type == "ExternalName") {
            if (onlyHas(service.spec->externalName, ".-"))
                result.externalName = std::format("{}:{}", service.spec->externalName, port.port);
            return result;
        }
        std::set<std::string> ready, serving;
        for (const SlicePtr& slice : sources_.slices(service.metadata.namespace_, service.metadata.name))
            addServers(*slice, port.name, ready, serving);
        const std::set<std::string>& used = ready.empty() ? serving : ready;
        // By the service's own address where it has one: a changed endpoint then changes nothing here, and each reload
        // of nginx breaks connections that are kept open.
        const std::string& ip = service.spec->clusterIP;
        const bool byAddress = !ip.empty() && ip != "None" && service.spec->internalTrafficPolicy != "Local";
        result.byService = byAddress && !used.empty();
        if (result.byService)
            result.servers = {serverAt(ip, port.port)};
        else
            result.servers.assign(used.begin(), used.end());
        return result;
    }

    static void addServers(const api::discovery_v1::EndpointSlice& slice, const std::string& portName,
                           std::set<std::string>& ready, std::set<std::string>& serving) {
        for (const api::discovery_v1::EndpointPort& port : slice.ports) {
            if (port.name != portName || !port.port || slice.addressType == "FQDN")
                continue;
            for (const api::discovery_v1::Endpoint& endpoint : slice.endpoints) {
                if (endpoint.addresses.empty() || !onlyHas(endpoint.addresses.front(), ".:"))
                    continue;
                const auto conditions = endpoint.conditions.value_or(api::discovery_v1::EndpointConditions());
                const std::string& address = endpoint.addresses.front();
                const std::string server = serverAt(address, *port.port);
                if (conditions.ready.value_or(true))
                    ready.insert(server);
                else if (conditions.serving.value_or(false))
                    serving.insert(server);
            }
        }
    }

    const IngressSources& sources_;
    std::string ns_; ///< of the Ingress being added
    const networking::Ingress* ingress_ = nullptr;
    std::map<std::string, VirtualHost> hosts_;
    std::map<std::string, Upstream> upstreams_;
    std::set<std::string> secrets_;
};

} // namespace

bool isOurs(const networking::Ingress& ingress, const std::vector<IngressClassPtr>& classes) {
    const auto find = [&](const std::string& name) {
        const auto found = std::ranges::find_if(classes, [&](const auto& each) { return each->metadata.name == name; });
        return found == classes.end() ? nullptr : found->get();
    };
    const auto ours = [](const networking::IngressClass& each) {
        return each.spec && each.spec->controller == controllerName;
    };
    std::string name = ingress.spec ? ingress.spec->ingressClassName : std::string();
    if (name.empty())
        if (const auto old = ingress.metadata.annotations.find(classAnnotation);
            old != ingress.metadata.annotations.end())
            name = old->second;
    if (!name.empty()) {
        const networking::IngressClass* named = find(name);
        return named != nullptr ? ours(*named) : name == "nginx";
    }
    return std::ranges::any_of(classes, [&](const IngressClassPtr& each) {
        const auto mark = each->metadata.annotations.find(defaultClassAnnotation);
        return ours(*each) && mark != each->metadata.annotations.end() && mark->second == "true";
    });
}

IngressPlan planIngress(std::vector<IngressPtr> ingresses, const IngressSources& sources) {
    std::ranges::sort(ingresses, {}, [](const IngressPtr& ingress) {
        return std::tuple(ingress->metadata.creationTimestamp, ingress->metadata.namespace_, ingress->metadata.name);
    });
    Planner planner(sources);
    for (const IngressPtr& ingress : ingresses)
        planner.add(*ingress);
    return planner.take();
}

} // namespace slipway::ingress
