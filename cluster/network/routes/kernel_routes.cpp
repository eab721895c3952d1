#include "cluster/network/routes/kernel_routes.h"

#include "cluster/network/address_range.h"
#include "cluster/network/family.h"

#include <algorithm>
#include <cerrno>
#include <format>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>

namespace slipway::network {
namespace {

using netlink::attributeOf;
using netlink::Bytes;
using netlink::Failure;
using netlink::numberOf;
using netlink::Request;

constexpr char tunnelName[] = "slipway-vx";
constexpr std::uint32_t tunnelId = 83;
constexpr std::uint16_t tunnelPort = 4789; // RFC 7348
/// Whose routes these are (rtnetlink(7)): no other program's.
constexpr std::uint8_t routeProtocol = 183;

int familyNumber(const std::string& address) {
    return familyOf(address) == Family::ip4 ? AF_INET : AF_INET6;
}

Request& address(Request& request, std::uint16_t type, const std::string& text) {
    return request.bytes(type, netlink::addressBytes(text));
}

/// Creating what is there, and removing what is not, are as good as done.
std::expected<void, Failure> unless(std::expected<void, Failure> result, int harmless) {
    if (!result && result.error().code != harmless)
        return result;
    return {};
}

std::string worded(const char* what, const Failure& failure) {
    return std::format("{}: {}", what, failure.message);
}

} // namespace

KernelRoutes::KernelRoutes() : socket_(NETLINK_ROUTE) {}

std::expected<std::vector<LinkAddress>, std::string> KernelRoutes::linkAddresses() {
    std::vector<LinkAddress> links;
    Request request(RTM_GETADDR, 0);
    request.header(ifaddrmsg{});
    const auto listed = socket_.list(std::move(request), [&](std::uint16_t type, Bytes content) {
        const auto header = numberOf<ifaddrmsg>(content);
        if (type != RTM_NEWADDR || !header)
            return;
        const Bytes attributes = content.subspan(NLMSG_ALIGN(sizeof(ifaddrmsg)));
        Bytes own = attributeOf(attributes, IFA_LOCAL);
        if (own.empty())
            own = attributeOf(attributes, IFA_ADDRESS);
        links.push_back({static_cast<int>(header->ifa_index), netlink::addressText(own), header->ifa_prefixlen});
    });
    if (!listed)
        return std::unexpected(worded("listing addresses", listed.error()));
    const int tunnel = static_cast<int>(::if_nametoindex(tunnelName));
    std::erase_if(links, [&](const LinkAddress& link) { return link.interface == tunnel; });
    return links;
}

std::expected<std::vector<KernelRoutes::Existing>, Failure> KernelRoutes::existing() {
    std::vector<Existing> routes;
    Request request(RTM_GETROUTE, 0);
    request.header(rtmsg{});
    const auto listed = socket_.list(std::move(request), [&](std::uint16_t type, Bytes content) {
        const auto header = numberOf<rtmsg>(content);
        if (type != RTM_NEWROUTE || !header || header->rtm_protocol != routeProtocol)
            return;
        const Bytes attributes = content.subspan(NLMSG_ALIGN(sizeof(rtmsg)));
        routes.push_back({std::format("{}/{}", netlink::addressText(attributeOf(attributes, RTA_DST)),
                                      static_cast<int>(header->rtm_dst_len)),
                          netlink::addressText(attributeOf(attributes, RTA_GATEWAY)),
                          numberOf<int>(attributeOf(attributes, RTA_OIF)).value_or(0)});
    });
    if (!listed)
        return std::unexpected(listed.error());
    return routes;
}

KernelRoutes::Done KernelRoutes::changeRoute(const Existing& route, bool add) {
    Request request(add ? RTM_NEWROUTE : RTM_DELROUTE, add ? NLM_F_CREATE | NLM_F_REPLACE : 0);
    rtmsg header{};
    header.rtm_family = static_cast<unsigned char>(familyNumber(route.cidr));
    header.rtm_dst_len = static_cast<unsigned char>(prefixOf(route.cidr));
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = routeProtocol;
    header.rtm_scope = add ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE;
    header.rtm_type = RTN_UNICAST;
    header.rtm_flags = add ? RTNH_F_ONLINK : 0;
    request.header(header);
    address(request, RTA_DST, route.cidr.substr(0, route.cidr.find('/')));
    address(request, RTA_GATEWAY, route.gateway);
    request.number<int>(RTA_OIF, route.interface);
    return add ? socket_.ask(std::move(request)) : unless(socket_.ask(std::move(request)), ESRCH);
}

KernelRoutes::Done KernelRoutes::addTunnel(const std::string& ownAddress, const std::string& ownCidr) {
    const HardwareAddress hardware = tunnelHardware(ownAddress);
    Request link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    ifinfomsg header{};
    header.ifi_flags = header.ifi_change = IFF_UP;
    link.header(header).text(IFLA_IFNAME, tunnelName).bytes(IFLA_ADDRESS, hardware);
    link.nested(IFLA_LINKINFO, [&](Request& info) {
        info.text(IFLA_INFO_KIND, "vxlan");
        info.nested(IFLA_INFO_DATA, [&](Request& data) {
            data.number<std::uint32_t>(IFLA_VXLAN_ID, tunnelId);
            data.number<std::uint16_t>(IFLA_VXLAN_PORT, htons(tunnelPort));
            data.number<std::uint8_t>(IFLA_VXLAN_LEARNING, 0);
            address(data, familyOf(ownAddress) == Family::ip4 ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, ownAddress);
        });
    });
    if (auto made = unless(socket_.ask(std::move(link)), EEXIST); !made)
        return made;
    Request own(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
    ifaddrmsg message{};
    const std::string first = networkAddress(ownCidr);
    message.ifa_family = static_cast<unsigned char>(familyNumber(first));
    message.ifa_prefixlen = familyOf(first) == Family::ip4 ? 32 : 128;
    message.ifa_index = ::if_nametoindex(tunnelName);
    own.header(message);
    address(own, IFA_LOCAL, first);
    return unless(socket_.ask(std::move(own)), EEXIST);
}

/// Who has the other end's address on the tunnel, and to which node packets for it go.
KernelRoutes::Done KernelRoutes::addPeer(int tunnel, const PodRoute& route) {
    const HardwareAddress hardware = tunnelHardware(route.node);
    const auto entry = [&](int family, std::uint8_t flags, const std::string& destination) {
        Request request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
        ndmsg header{};
        header.ndm_family = static_cast<unsigned char>(family);
        header.ndm_ifindex = tunnel;
        header.ndm_state = NUD_PERMANENT;
        header.ndm_flags = flags;
        request.header(header);
        address(request, NDA_DST, destination).bytes(NDA_LLADDR, hardware);
        return socket_.ask(std::move(request));
    };
    if (auto known = entry(familyNumber(route.cidr), 0, networkAddress(route.cidr)); !known)
        return known;
    return entry(AF_BRIDGE, NTF_SELF, route.node);
}

KernelRoutes::Done KernelRoutes::removeStalePeers(int tunnel, const std::vector<PodRoute>& routes) {
    std::vector<Request> removals;
    for (const int family : {AF_INET, AF_INET6, AF_BRIDGE}) {
        Request request(RTM_GETNEIGH, 0);
        ndmsg wanted{};
        wanted.ndm_family = static_cast<unsigned char>(family);
        wanted.ndm_ifindex = tunnel;
        request.header(wanted);
        const auto listed = socket_.list(std::move(request), [&](std::uint16_t type, Bytes content) {
            const auto header = numberOf<ndmsg>(content);
            if (type != RTM_NEWNEIGH || !header || header->ndm_ifindex != tunnel ||
                (header->ndm_state & NUD_PERMANENT) == 0)
                return;
            const Bytes attributes = content.subspan(NLMSG_ALIGN(sizeof(ndmsg)));
            const Bytes to = attributeOf(attributes, NDA_DST), hardware = attributeOf(attributes, NDA_LLADDR);
            const bool used = std::ranges::any_of(routes, [&](const PodRoute& route) {
                return route.tunnel && std::ranges::equal(hardware, tunnelHardware(route.node));
            });
            if (used || to.empty())
                return;
            Request removal(RTM_DELNEIGH, 0);
            ndmsg gone = *header;
            gone.ndm_state = 0;
            removal.header(gone).bytes(NDA_DST, to).bytes(NDA_LLADDR, hardware);
            removals.push_back(std::move(removal));
        });
        if (!listed)
            return listed;
    }
    for (Request& removal : removals)
        if (auto removed = unless(socket_.ask(std::move(removal)), ENOENT); !removed)
            return removed;
    return {};
}

KernelRoutes::Done KernelRoutes::removeTunnel() {
    const unsigned index = ::if_nametoindex(tunnelName);
    if (index == 0)
        return {};
    Request request(RTM_DELLINK, 0);
    ifinfomsg header{};
    header.ifi_index = static_cast<int>(index);
    request.header(header);
    return unless(socket_.ask(std::move(request)), ENODEV);
}

std::expected<void, std::string> KernelRoutes::apply(const std::vector<PodRoute>& routes, const std::string& ownAddress,
                                                     const std::string& ownCidr) {
    const bool tunneled = std::ranges::any_of(routes, &PodRoute::tunnel);
    if (auto done = tunneled ? addTunnel(ownAddress, ownCidr) : removeTunnel(); !done)
        return std::unexpected(worded("the tunnel to other nodes", done.error()));
    const int tunnel = static_cast<int>(::if_nametoindex(tunnelName));
    std::vector<Existing> wanted;
    for (const PodRoute& route : routes) {
        if (route.tunnel)
            if (auto known = addPeer(tunnel, route); !known)
                return std::unexpected(worded(route.node.c_str(), known.error()));
        wanted.push_back({std::format("{}/{}", networkAddress(route.cidr), prefixOf(route.cidr)),
                          route.tunnel ? networkAddress(route.cidr) : route.node,
                          route.tunnel ? tunnel : route.interface});
    }
    const auto present = existing();
    if (!present)
        return std::unexpected(worded("listing routes", present.error()));
    for (const Existing& route : *present)
        if (std::ranges::find(wanted, route) == wanted.end())
            if (auto removed = changeRoute(route, false); !removed)
                return std::unexpected(worded(route.cidr.c_str(), removed.error()));
    for (const Existing& route : wanted)
        if (std::ranges::find(*present, route) == present->end())
            if (auto added = changeRoute(route, true); !added)
                return std::unexpected(worded(route.cidr.c_str(), added.error()));
    if (tunneled)
        if (auto done = removeStalePeers(tunnel, routes); !done)
            return std::unexpected(worded("peers of the tunnel", done.error()));
    return {};
}

} // namespace slipway::network
