#include "cluster/network/dns/loopback_address.h"

#include "cluster/network/family.h"
#include "cluster/network/netlink/socket.h"

#include <cerrno>
#include <format>
#include <linux/rtnetlink.h>
#include <net/if.h>

namespace slipway::network {

std::expected<void, std::string> addLoopbackAddress(const std::string& address) {
    const std::vector<std::uint8_t> bytes = netlink::addressBytes(address);
    if (bytes.empty())
        return std::unexpected("not an address: " + address);
    netlink::Socket socket(NETLINK_ROUTE);
    netlink::Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
    ifaddrmsg header{};
    header.ifa_family = familyOf(address) == Family::ip4 ? AF_INET : AF_INET6;
    header.ifa_prefixlen = static_cast<unsigned char>(bytes.size() * 8);
    header.ifa_scope = RT_SCOPE_UNIVERSE;
    header.ifa_index = ::if_nametoindex("lo");
    request.header(header).bytes(IFA_LOCAL, bytes);
    if (auto added = socket.ask(std::move(request)); !added && added.error().code != EEXIST)
        return std::unexpected(std::format("adding {} to lo: {}", address, added.error().message));
    return {};
}

} // namespace slipway::network
