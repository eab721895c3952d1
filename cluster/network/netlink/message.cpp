#include "cluster/network/netlink/message.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <linux/netlink.h>

namespace slipway::network::netlink {

Request::Request(std::uint16_t type, std::uint16_t flags) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = flags | NLM_F_REQUEST;
    append(&header, sizeof header);
}

void Request::append(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    bytes_.insert(bytes_.end(), bytes, bytes + size);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
}

Request& Request::attribute(std::uint16_t type, const void* data, std::size_t size) {
    nlattr attribute{};
    attribute.nla_type = type;
    attribute.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + size);
    append(&attribute, sizeof attribute);
    append(data, size);
    return *this;
}

Request& Request::text(std::uint16_t type, const std::string& value) {
    return attribute(type, value.c_str(), value.size() + 1);
}

Request& Request::nested(std::uint16_t type, const std::function<void(Request&)>& fill) {
    const std::size_t start = bytes_.size();
    attribute(type | NLA_F_NESTED, nullptr, 0);
    fill(*this);
    const auto size = static_cast<std::uint16_t>(bytes_.size() - start);
    std::memcpy(bytes_.data() + start, &size, sizeof size);
    return *this;
}

std::vector<std::uint8_t>& Request::message() {
    const auto size = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &size, sizeof size);
    return bytes_;
}

void forEachAttribute(Bytes attributes, const std::function<void(std::uint16_t, Bytes)>& each) {
    while (attributes.size() >= NLA_HDRLEN) {
        nlattr header{};
        std::memcpy(&header, attributes.data(), sizeof header);
        if (header.nla_len < NLA_HDRLEN || header.nla_len > attributes.size())
            return;
        each(header.nla_type & NLA_TYPE_MASK, attributes.subspan(NLA_HDRLEN, header.nla_len - NLA_HDRLEN));
        attributes = attributes.subspan(std::min<std::size_t>(NLA_ALIGN(header.nla_len), attributes.size()));
    }
}

Bytes attributeOf(Bytes attributes, std::uint16_t type) {
    Bytes found;
    forEachAttribute(attributes, [&](std::uint16_t each, Bytes content) {
        if (each == type)
            found = content;
    });
    return found;
}

std::vector<std::uint8_t> addressBytes(const std::string& address) {
    std::vector<std::uint8_t> bytes(sizeof(in6_addr));
    const bool v6 = address.find(':') != std::string::npos;
    if (::inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1)
        return {};
    bytes.resize(v6 ? sizeof(in6_addr) : sizeof(in_addr));
    return bytes;
}

std::string addressText(Bytes bytes) {
    char text[INET6_ADDRSTRLEN] = {};
    const int family = bytes.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
    if (bytes.size() != sizeof(in_addr) && bytes.size() != sizeof(in6_addr))
        return {};
    return ::inet_ntop(family, bytes.data(), text, sizeof text) != nullptr ? text : "";
}

} // namespace slipway::network::netlink
