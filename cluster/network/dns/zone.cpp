#include "cluster/network/dns/zone.h"

#include "cluster/network/family.h"
#include "cluster/network/netlink/message.h"

#include <algorithm>
#include <format>

namespace slipway::network {
namespace {

namespace core = api::core_v1;
namespace discovery = api::discovery_v1;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

template <class T> void addOnce(std::vector<T>& list, T value) {
    if (std::ranges::find(list, value) == list.end())
        list.push_back(std::move(value));
}

std::string dashed(std::string ip) {
    std::ranges::replace(ip, '.', '-');
    std::ranges::replace(ip, ':', '-');
    return ip;
}

class Names {
public:
    Names(const std::string& domain, const core::Service& service)
        : base_(lower(std::format("{}.{}.svc.{}", service.metadata.name, service.metadata.namespace_, domain))) {}

    void add(const core::ServiceSpec& spec, const std::vector<SlicePtr>& slices) {
        if (spec.type == "ExternalName") {
            std::string target = lower(spec.externalName);
            while (target.ends_with('.'))
                target.pop_back();
            names[base_].alias = target;
            return;
        }
        if (spec.clusterIP == "None") {
            for (const auto& slice : slices)
                addHeadless(*slice, spec.publishNotReadyAddresses.value_or(false));
            return;
        }
        std::vector<std::string> ips = spec.clusterIPs;
        if (ips.empty() && !spec.clusterIP.empty())
            ips.push_back(spec.clusterIP);
        for (const auto& ip : ips)
            addAddress(base_, ip, true);
        for (const core::ServicePort& port : spec.ports)
            addSrv(port.name, port.protocol, {base_, port.port});
    }

    NamedRecords names;

private:
    void addAddress(const std::string& name, const std::string& ip, bool reverse) {
        const std::vector<std::uint8_t> bytes = netlink::addressBytes(ip);
        if (bytes.size() == 4)
            addOnce(names[name].a, {bytes[0], bytes[1], bytes[2], bytes[3]});
        std::array<std::uint8_t, 16> six{};
        if (bytes.size() == six.size()) {
            std::ranges::copy(bytes, six.begin());
            addOnce(names[name].aaaa, six);
        }
        if (reverse && !bytes.empty())
            addOnce(names[reverseName(ip)].ptr, name);
    }

    /// Under the port's name, and all of them under the service's own.
    void addSrv(const std::string& port, const std::string& protocol, const SrvTarget& target) {
        addOnce(names[base_].srv, target);
        if (port.empty())
            return;
        const std::string transport = protocol == "UDP" ? "_udp" : protocol == "SCTP" ? "_sctp" : "_tcp";
        addOnce(names[std::format("_{}.{}.{}", lower(port), transport, base_)].srv, target);
    }

    void addHeadless(const discovery::EndpointSlice& slice, bool all) {
        for (const discovery::Endpoint& endpoint : slice.endpoints) {
            const bool ready = !endpoint.conditions || endpoint.conditions->ready.value_or(true);
            if (!ready && !all)
                continue;
            for (const auto& ip : endpoint.addresses) {
                const std::string host =
                    (endpoint.hostname.empty() ? dashed(ip) : lower(endpoint.hostname)) + "." + base_;
                addAddress(base_, ip, false);
                addAddress(host, ip, true);
                for (const discovery::EndpointPort& port : slice.ports)
                    if (port.port)
                        addSrv(port.name, port.protocol, {host, *port.port});
            }
        }
    }

    const std::string base_;
};

NameRecords merge(const std::vector<std::pair<std::string, NameRecords>>& owners) {
    NameRecords all;
    for (const auto& [owner, records] : owners) {
        for (const auto& ip : records.a)
            addOnce(all.a, ip);
        for (const auto& ip : records.aaaa)
            addOnce(all.aaaa, ip);
        for (const auto& target : records.srv)
            addOnce(all.srv, target);
        for (const auto& name : records.ptr)
            addOnce(all.ptr, name);
        if (all.alias.empty())
            all.alias = records.alias;
        if (all.txt.empty())
            all.txt = records.txt;
    }
    return all;
}

} // namespace

NamedRecords namesOf(const std::string& domain, const ServiceView& service) {
    if (!service.service || !service.service->spec)
        return {};
    Names names(domain, *service.service);
    names.add(*service.service->spec, service.slices);
    return std::move(names.names);
}

std::string reverseName(const std::string& address) {
    const std::vector<std::uint8_t> bytes = netlink::addressBytes(address);
    std::string name;
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
        name += bytes.size() == 4 ? std::format("{}.", *byte) : std::format("{:x}.{:x}.", *byte & 15, *byte >> 4);
    return bytes.empty() ? name : name + (bytes.size() == 4 ? "in-addr.arpa" : "ip6.arpa");
}

std::vector<std::uint8_t> podAddress(const std::string& name, const std::string& domain) {
    const std::string suffix = ".pod." + domain;
    if (!name.ends_with(suffix))
        return {};
    const std::string front = name.substr(0, name.size() - suffix.size());
    const std::size_t dot = front.find('.');
    if (dot == std::string::npos || front.find('.', dot + 1) != std::string::npos)
        return {};
    std::string v4 = front.substr(0, dot), v6 = v4;
    std::ranges::replace(v4, '-', '.');
    std::ranges::replace(v6, '-', ':');
    const auto bytes = netlink::addressBytes(v4);
    return bytes.empty() ? netlink::addressBytes(v6) : bytes;
}

Zone::Zone(std::string domain) : domain_(lower(std::move(domain))) {
    NamedRecords fixed;
    fixed["dns-version." + domain_].txt = "1.1.0";
    put("", std::move(fixed));
    for (const char* always : {"svc.", "pod."})
        ++names_[always + domain_].below;
    ++names_[domain_].below;
}

void Zone::put(const std::string& owner, NamedRecords names) {
    std::vector<std::string>& owned = owned_[owner];
    std::vector<std::string> gone;
    for (const std::string& name : owned)
        if (!names.contains(name))
            gone.push_back(name);
    for (const std::string& name : gone)
        remove(owner, name);
    owned.clear();
    for (auto& [name, records] : names) {
        owned.push_back(name);
        add(owner, name, std::move(records));
    }
    if (names.empty())
        owned_.erase(owner);
}

void Zone::add(const std::string& owner, const std::string& name, NameRecords records) {
    Entry& entry = names_[name];
    const auto own = std::ranges::find(entry.owners, owner, &std::pair<std::string, NameRecords>::first);
    if (own != entry.owners.end())
        own->second = std::move(records);
    else {
        if (entry.owners.empty())
            countBelow(name, 1);
        names_[name].owners.emplace_back(owner, std::move(records));
    }
    Entry& changed = names_[name];
    changed.merged = changed.owners.size() > 1 ? merge(changed.owners) : NameRecords();
}

void Zone::remove(const std::string& owner, const std::string& name) {
    Entry& entry = names_[name];
    std::erase_if(entry.owners, [&](const auto& each) { return each.first == owner; });
    entry.merged = entry.owners.size() > 1 ? merge(entry.owners) : NameRecords();
    if (!entry.owners.empty())
        return;
    const bool needed = entry.below > 0;
    countBelow(name, -1);
    if (!needed)
        names_.erase(name);
}

/// Tells every name above how many names with records it has below it.
void Zone::countBelow(const std::string& name, int change) {
    for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
        const std::string above = name.substr(dot + 1);
        Entry& entry = names_[above];
        entry.below += change;
        if (entry.below == 0 && entry.owners.empty())
            names_.erase(above);
    }
}

const NameRecords* Zone::find(const std::string& name) const {
    const auto found = names_.find(name);
    if (found == names_.end() || found->second.owners.empty())
        return nullptr;
    const Entry& entry = found->second;
    return entry.owners.size() == 1 ? &entry.owners.front().second : &entry.merged;
}

bool Zone::exists(const std::string& name) const {
    return names_.contains(name);
}

bool Zone::answersFor(const std::string& name) const {
    if (name.ends_with(domain_) && (name.size() == domain_.size() || name[name.size() - domain_.size() - 1] == '.'))
        return true;
    return find(name) != nullptr;
}

} // namespace slipway::network
