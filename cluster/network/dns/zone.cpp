#include "cluster/network/dns/zone.h"

#include <algorithm>
#include <arpa/inet.h>
#include <format>

namespace slipway::network {
namespace {

namespace core = api::core_v1;
namespace discovery = api::discovery_v1;

bool isV6(const std::string& address) {
    return address.find(':') != std::string::npos;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

class Builder {
public:
    explicit Builder(Zone& zone) : zone_(zone) {}

    void addService(const core::Service& service,
                    const std::vector<std::shared_ptr<const discovery::EndpointSlice>>& slices) {
        const core::ServiceSpec& spec = *service.spec;
        const std::string base =
            lower(std::format("{}.{}.svc.{}", service.metadata.name, service.metadata.namespace_, zone_.domain));
        if (spec.type == "ExternalName") {
            std::string target = lower(spec.externalName);
            while (target.ends_with('.'))
                target.pop_back();
            zone_.names[base].cname.insert(target);
            return;
        }
        if (spec.clusterIP == "None") {
            for (const auto& slice : slices)
                addHeadless(base, *slice, spec.publishNotReadyAddresses.value_or(false));
            return;
        }
        std::vector<std::string> ips = spec.clusterIPs;
        if (ips.empty() && !spec.clusterIP.empty())
            ips.push_back(spec.clusterIP);
        for (const auto& ip : ips)
            addAddress(base, ip, true);
        for (const core::ServicePort& port : spec.ports)
            addSrv(base, port.name, port.protocol, {base, port.port});
    }

private:
    void addAddress(const std::string& name, const std::string& ip, bool reverse) {
        (isV6(ip) ? zone_.names[name].aaaa : zone_.names[name].a).insert(ip);
        if (reverse)
            if (const std::string back = reverseName(ip); !back.empty())
                zone_.names[back].ptr.insert(name);
    }

    void addSrv(const std::string& base, const std::string& port, const std::string& protocol, SrvTarget target) {
        if (port.empty())
            return;
        const std::string transport = protocol == "UDP" ? "_udp" : protocol == "SCTP" ? "_sctp" : "_tcp";
        zone_.names[std::format("_{}.{}.{}", lower(port), transport, base)].srv.insert(std::move(target));
    }

    void addHeadless(const std::string& base, const discovery::EndpointSlice& slice, bool all) {
        for (const discovery::Endpoint& endpoint : slice.endpoints) {
            const bool ready = !endpoint.conditions || endpoint.conditions->ready.value_or(true);
            if (!ready && !all)
                continue;
            for (const auto& ip : endpoint.addresses) {
                const std::string host =
                    (endpoint.hostname.empty() ? dashed(ip) : lower(endpoint.hostname)) + "." + base;
                addAddress(base, ip, false);
                addAddress(host, ip, true);
                for (const discovery::EndpointPort& port : slice.ports)
                    if (port.port)
                        addSrv(base, port.name, port.protocol, {host, *port.port});
            }
        }
    }

    static std::string dashed(std::string ip) {
        std::ranges::replace(ip, '.', '-');
        std::ranges::replace(ip, ':', '-');
        return ip;
    }

    Zone& zone_;
};

} // namespace

std::string reverseName(const std::string& address) {
    in_addr v4{};
    if (::inet_pton(AF_INET, address.c_str(), &v4) == 1) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(&v4);
        return std::format("{}.{}.{}.{}.in-addr.arpa", bytes[3], bytes[2], bytes[1], bytes[0]);
    }
    in6_addr v6{};
    if (::inet_pton(AF_INET6, address.c_str(), &v6) != 1)
        return {};
    std::string name;
    for (int i = 15; i >= 0; --i)
        name += std::format("{:x}.{:x}.", v6.s6_addr[i] & 15, v6.s6_addr[i] >> 4);
    return name + "ip6.arpa";
}

std::string podAddress(const std::string& name, const std::string& domain) {
    const std::string suffix = ".pod." + domain;
    if (!name.ends_with(suffix))
        return {};
    const std::string front = name.substr(0, name.size() - suffix.size());
    const std::size_t dot = front.find('.');
    if (dot == std::string::npos || front.find('.', dot + 1) != std::string::npos)
        return {};
    std::string ip = front.substr(0, dot);
    std::ranges::replace(ip, '-', '.');
    in_addr parsed{};
    return ::inet_pton(AF_INET, ip.c_str(), &parsed) == 1 ? ip : std::string();
}

const NameRecords* Zone::find(const std::string& name) const {
    const auto found = names.find(name);
    return found == names.end() ? nullptr : &found->second;
}

bool Zone::hasBelow(const std::string& name) const {
    if (name == domain || name == "svc." + domain || name == "pod." + domain)
        return true;
    return std::ranges::any_of(names, [&](const auto& entry) { return entry.first.ends_with("." + name); });
}

bool Zone::answersFor(const std::string& name) const {
    return name == domain || name.ends_with("." + domain) || names.contains(name);
}

Zone makeZone(const std::string& domain, const std::vector<std::shared_ptr<const core::Service>>& services,
              const std::vector<std::shared_ptr<const discovery::EndpointSlice>>& slices) {
    std::map<std::pair<std::string, std::string>, std::vector<std::shared_ptr<const discovery::EndpointSlice>>>
        byService;
    for (const auto& slice : slices) {
        const auto name = slice->metadata.labels.find("kubernetes.io/service-name");
        if (name != slice->metadata.labels.end())
            byService[{slice->metadata.namespace_, name->second}].push_back(slice);
    }
    Zone zone;
    zone.domain = lower(domain);
    zone.names["dns-version." + zone.domain].txt = "1.1.0";
    Builder builder(zone);
    for (const auto& service : services)
        if (service->spec)
            builder.addService(*service, byService[{service->metadata.namespace_, service->metadata.name}]);
    return zone;
}

} // namespace slipway::network
