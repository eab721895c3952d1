#include "cluster/network/dns/server.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway::network {
namespace {

struct AddressRequest {
    nlmsghdr header;
    ifaddrmsg address;
    rtattr attribute;
    in_addr value;
};

std::string systemError() {
    return std::strerror(errno);
}

} // namespace

std::expected<void, std::string> addLoopbackAddress(const std::string& address) {
    AddressRequest request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_NEWADDR;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    request.address.ifa_family = AF_INET;
    request.address.ifa_prefixlen = 32;
    request.address.ifa_scope = RT_SCOPE_UNIVERSE;
    request.address.ifa_index = ::if_nametoindex("lo");
    request.attribute.rta_type = IFA_LOCAL;
    request.attribute.rta_len = RTA_LENGTH(sizeof(in_addr));
    if (::inet_pton(AF_INET, address.c_str(), &request.value) != 1)
        return std::unexpected("not an IPv4 address: " + address);
    const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (socket < 0)
        return std::unexpected(systemError());
    struct {
        nlmsghdr header;
        nlmsgerr error;
        char rest[256];
    } answer{};
    const bool spoken =
        ::send(socket, &request, sizeof request, 0) > 0 && ::recv(socket, &answer, sizeof answer, 0) > 0;
    const std::string problem = spoken ? "" : systemError();
    ::close(socket);
    if (!spoken)
        return std::unexpected(problem);
    if (answer.header.nlmsg_type == NLMSG_ERROR && answer.error.error != 0 && answer.error.error != -EEXIST)
        return std::unexpected(std::string("adding ") + address + " to lo: " + std::strerror(-answer.error.error));
    return {};
}

} // namespace slipway::network
