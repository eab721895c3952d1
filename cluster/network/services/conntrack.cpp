#include "cluster/network/services/conntrack.h"

#include "cluster/network/netlink/socket.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>

namespace slipway::network {
namespace {

using netlink::attributeOf;
using netlink::Bytes;
using netlink::numberOf;
using netlink::Request;

constexpr std::uint16_t messageType(int message) {
    return static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | message);
}

struct End {
    std::string address;
    int port = 0;
};

/// One end of a tuple: the address of either family, and the port.
End endOf(Bytes tuple, std::uint16_t v4, std::uint16_t v6, std::uint16_t port) {
    const Bytes addresses = attributeOf(tuple, CTA_TUPLE_IP), protocol = attributeOf(tuple, CTA_TUPLE_PROTO);
    Bytes address = attributeOf(addresses, v4);
    if (address.empty())
        address = attributeOf(addresses, v6);
    return {netlink::addressText(address), ntohs(numberOf<std::uint16_t>(attributeOf(protocol, port)).value_or(0))};
}

bool isUdp(Bytes tuple) {
    const auto number = numberOf<std::uint8_t>(attributeOf(attributeOf(tuple, CTA_TUPLE_PROTO), CTA_PROTO_NUM));
    return number == IPPROTO_UDP;
}

/// The request to delete the flow that @p entry tells of, or nothing when it may stay.
std::optional<Request> deletionOf(Bytes entry, const std::function<bool(const UdpFlow&)>& stale) {
    if (entry.size() < sizeof(nfgenmsg))
        return std::nullopt;
    const auto family = numberOf<nfgenmsg>(entry);
    const Bytes attributes = entry.subspan(NLMSG_ALIGN(sizeof(nfgenmsg)));
    const Bytes original = attributeOf(attributes, CTA_TUPLE_ORIG), reply = attributeOf(attributes, CTA_TUPLE_REPLY);
    if (!isUdp(original))
        return std::nullopt;
    const End to = endOf(original, CTA_IP_V4_DST, CTA_IP_V6_DST, CTA_PROTO_DST_PORT);
    const End from = endOf(reply, CTA_IP_V4_SRC, CTA_IP_V6_SRC, CTA_PROTO_SRC_PORT);
    if (!stale({to.address, from.address, to.port, from.port}))
        return std::nullopt;
    Request request(messageType(IPCTNL_MSG_CT_DELETE), 0);
    request.header(nfgenmsg{family->nfgen_family, NFNETLINK_V0, 0});
    request.bytes(CTA_TUPLE_ORIG | NLA_F_NESTED, original);
    request.bytes(CTA_ID, attributeOf(attributes, CTA_ID)); // never a newer flow of the same ends
    return request;
}

} // namespace

std::expected<int, std::string> forgetUdpFlows(const std::function<bool(const UdpFlow&)>& stale) {
    netlink::Socket socket(NETLINK_NETFILTER);
    std::vector<Request> deletions;
    Request all(messageType(IPCTNL_MSG_CT_GET), 0);
    all.header(nfgenmsg{AF_UNSPEC, NFNETLINK_V0, 0});
    auto listed = socket.list(std::move(all), [&](std::uint16_t, Bytes entry) {
        if (auto deletion = deletionOf(entry, stale))
            deletions.push_back(std::move(*deletion));
    });
    if (!listed)
        return std::unexpected(listed.error().message);
    int forgotten = 0;
    for (Request& deletion : deletions)
        forgotten += socket.ask(std::move(deletion)) ? 1 : 0; // one that ended by itself is as good
    return forgotten;
}

} // namespace slipway::network
