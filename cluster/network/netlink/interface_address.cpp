#include "cluster/network/netlink/interface_address.h"

#include "cluster/network/family.h"
#include "cluster/network/netlink/socket.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <format>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway::network {
namespace {

std::expected<void, std::string> change(std::uint16_t type, std::uint16_t flags, int fine, const std::string& interface,
                                        const std::string& address) {
    const std::vector<std::uint8_t> bytes = netlink::addressBytes(address);
    if (bytes.empty())
        return std::unexpected("not an address: " + address);
    netlink::Socket socket(NETLINK_ROUTE);
    netlink::Request request(type, flags);
    ifaddrmsg header{};
    header.ifa_family = familyOf(address) == Family::ip4 ? AF_INET : AF_INET6;
    header.ifa_prefixlen = static_cast<unsigned char>(bytes.size() * 8);
    header.ifa_scope = RT_SCOPE_UNIVERSE;
    header.ifa_index = ::if_nametoindex(interface.c_str());
    request.header(header).bytes(IFA_LOCAL, bytes);
    if (auto done = socket.ask(std::move(request)); !done && done.error().code != fine)
        return std::unexpected(std::format("{} on {}: {}", address, interface, done.error().message));
    return {};
}

std::expected<void, std::string> systemFailure(const std::string& what) {
    return std::unexpected(what + ": " + std::strerror(errno));
}

} // namespace

std::expected<void, std::string> addAddress(const std::string& interface, const std::string& address) {
    return change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, EEXIST, interface, address);
}

std::expected<void, std::string> removeAddress(const std::string& interface, const std::string& address) {
    return change(RTM_DELADDR, 0, EADDRNOTAVAIL, interface, address);
}

std::expected<void, std::string> announceAddress(const std::string& interface, const std::string& address) {
    const std::vector<std::uint8_t> bytes = netlink::addressBytes(address);
    if (bytes.size() != 4)
        return std::unexpected("not an IPv4 address: " + address);
    const int packets = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ARP));
    if (packets < 0)
        return systemFailure("a packet socket");
    ifreq device{};
    std::strncpy(device.ifr_name, interface.c_str(), sizeof device.ifr_name - 1);
    sockaddr_ll everybody{};
    everybody.sll_family = AF_PACKET;
    everybody.sll_protocol = htons(ETH_P_ARP);
    everybody.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    everybody.sll_halen = ETH_ALEN;
    std::fill_n(everybody.sll_addr, ETH_ALEN, std::uint8_t{0xff});
    ether_arp packet{};
    packet.arp_hrd = htons(ARPHRD_ETHER);
    packet.arp_pro = htons(ETH_P_IP);
    packet.arp_hln = ETH_ALEN;
    packet.arp_pln = 4;
    packet.arp_op = htons(ARPOP_REQUEST);
    std::ranges::copy(bytes, packet.arp_spa);
    std::ranges::copy(bytes, packet.arp_tpa);
    const bool sent = ioctl(packets, SIOCGIFHWADDR, &device) == 0 && [&] {
        std::memcpy(packet.arp_sha, device.ifr_hwaddr.sa_data, ETH_ALEN);
        return sendto(packets, &packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&everybody), sizeof everybody) ==
               static_cast<ssize_t>(sizeof packet);
    }();
    const int error = errno;
    close(packets);
    errno = error;
    return sent ? std::expected<void, std::string>() : systemFailure("announcing " + address + " on " + interface);
}

} // namespace slipway::network
