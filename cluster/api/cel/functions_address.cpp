#include "cluster/api/cel/functions.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <format>

/// Kubernetes' IP addresses and CIDRs.
namespace slipway::api::cel {
namespace {

/// An address of either family, most significant byte first.
struct Address {
    std::array<std::uint8_t, 16> bytes{};
    std::size_t length = 0; ///< 4 or 16
    bool operator==(const Address&) const = default;
};

class IpValue : public Opaque {
public:
    explicit IpValue(Address address) : address(address) {}
    std::string_view typeName() const override { return "net.IP"; }
    bool equals(const Opaque& other) const override { return address == static_cast<const IpValue&>(other).address; }
    std::size_t size() const override { return address.length; }
    const Address address;
};

class CidrValue : public Opaque {
public:
    CidrValue(Address address, int bits) : address(address), bits(bits) {}
    std::string_view typeName() const override { return "net.CIDR"; }
    bool equals(const Opaque& other) const override {
        const auto& cidr = static_cast<const CidrValue&>(other);
        return address == cidr.address && bits == cidr.bits;
    }
    std::size_t size() const override { return static_cast<std::size_t>((bits + 7) / 8); }
    const Address address;
    const int bits;
};

bool isMapped(const Address& address) {
    return address.length == 16 &&
           std::all_of(address.bytes.begin(), address.bytes.begin() + 10, [](auto b) { return b == 0; }) &&
           address.bytes[10] == 0xff && address.bytes[11] == 0xff;
}

std::string print(const Address& address) {
    char buffer[INET6_ADDRSTRLEN] = {};
    inet_ntop(address.length == 4 ? AF_INET : AF_INET6, address.bytes.data(), buffer, sizeof buffer);
    return buffer;
}

/// The error is worded as Kubernetes words it.
std::expected<Address, std::string> parseAddress(const std::string& text) {
    Address address;
    if (inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1)
        address.length = 4;
    else if (text.contains('%'))
        return fail(std::format("IP address \"{}\" with zone value is not allowed", text));
    else if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1)
        address.length = 16;
    else
        return fail(
            std::format("IP Address \"{0}\" parse error during conversion from string: ParseAddr(\"{0}\"): unable "
                        "to parse IP",
                        text));
    if (isMapped(address))
        return fail(std::format("IPv4-mapped IPv6 address \"{}\" is not allowed", text));
    return address;
}

std::expected<std::pair<Address, int>, std::string> parseCidr(const std::string& text) {
    const auto bad = [&](std::string_view why) {
        return fail(std::format(
            "network address parse error during conversion from string: netip.ParsePrefix(\"{}\"): {}", text, why));
    };
    const std::size_t slash = text.rfind('/');
    if (slash == text.npos)
        return bad("no '/'");
    const auto address = parseAddress(text.substr(0, slash));
    if (!address)
        return address.error().starts_with("IPv4-mapped") ? fail(address.error()) : bad("unable to parse IP");
    int bits = 0;
    const char *first = text.data() + slash + 1, *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, bits);
    if (error != std::errc() || end != last || bits < 0 || (*first == '0' && last - first > 1))
        return bad(std::format("bad bits after slash: \"{}\"", std::string_view(first, last)));
    if (bits > static_cast<int>(address->length * 8))
        return bad("prefix length out of range");
    return std::pair(*address, bits);
}

Address masked(Address address, int bits) {
    for (std::size_t i = 0; i < address.length; ++i) {
        const int kept = std::clamp(bits - static_cast<int>(i) * 8, 0, 8);
        address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] & (0xff00 >> kept));
    }
    return address;
}

const Address& addressOf(const Value& value) {
    return static_cast<const IpValue&>(*value.as<OpaquePointer>()).address;
}
const CidrValue& cidrOf(const Value& value) {
    return static_cast<const CidrValue&>(*value.as<OpaquePointer>());
}
Value made(const Address& address) {
    return OpaquePointer(std::make_shared<IpValue>(address));
}

ValueResult ip(Args args) {
    const auto address = parseAddress(text(args[0]));
    return address ? ValueResult(made(*address)) : fail(address.error());
}
ValueResult cidr(Args args) {
    const auto parsed = parseCidr(text(args[0]));
    return parsed ? ValueResult(OpaquePointer(std::make_shared<CidrValue>(parsed->first, parsed->second)))
                  : fail(parsed.error());
}
ValueResult isCanonical(Args args) {
    const auto address = parseAddress(text(args[0]));
    return address ? ValueResult(print(*address) == text(args[0])) : fail(address.error());
}

bool startsWith(const Address& address, std::initializer_list<std::uint8_t> start) {
    return std::equal(start.begin(), start.end(), address.bytes.begin());
}
bool isUnspecified(const Address& a) {
    return std::ranges::all_of(a.bytes, [](auto byte) { return byte == 0; });
}
bool isLoopback(const Address& a) {
    Address one;
    one.length = 16;
    one.bytes[15] = 1;
    return a.length == 4 ? a.bytes[0] == 127 : a == one;
}
bool isLinkLocalMulticast(const Address& a) {
    return a.length == 4 ? startsWith(a, {224, 0, 0}) : a.bytes[0] == 0xff && (a.bytes[1] & 0x0f) == 2;
}
bool isLinkLocalUnicast(const Address& a) {
    return a.length == 4 ? startsWith(a, {169, 254}) : a.bytes[0] == 0xfe && (a.bytes[1] & 0xc0) == 0x80;
}
bool isMulticast(const Address& a) {
    return a.length == 4 ? (a.bytes[0] & 0xf0) == 0xe0 : a.bytes[0] == 0xff;
}
bool isGlobalUnicast(const Address& a) {
    const bool broadcast = a.length == 4 && startsWith(a, {255, 255, 255, 255});
    return !broadcast && !isUnspecified(a) && !isLoopback(a) && !isMulticast(a) && !isLinkLocalUnicast(a);
}
template <bool (*test)(const Address&)> ValueResult tested(Args args) {
    return test(addressOf(args[0]));
}

bool contains(const CidrValue& net, const Address& address) {
    return net.address.length == address.length && masked(net.address, net.bits) == masked(address, net.bits);
}
ValueResult containsIpText(Args args) {
    const auto address = parseAddress(text(args[1]));
    return address ? ValueResult(contains(cidrOf(args[0]), *address)) : fail(address.error());
}
bool containsNet(const CidrValue& net, const Address& address, int bits) {
    return net.bits <= bits && contains(net, address);
}
ValueResult containsCidrText(Args args) {
    const auto parsed = parseCidr(text(args[1]));
    return parsed ? ValueResult(containsNet(cidrOf(args[0]), parsed->first, parsed->second)) : fail(parsed.error());
}

} // namespace

std::span<const FunctionRow> addressFunctions() {
    static const std::vector<FunctionRow> rows{
        {"ip(string): IP", ip, Cost::traversal},
        {"isIP(string): bool", [](Args a) -> ValueResult { return parseAddress(text(a[0])).has_value(); },
         Cost::traversal},
        {"ip.isCanonical(string): bool", isCanonical, Cost::twoTraversals},
        {"string(IP): string", [](Args a) -> ValueResult { return print(addressOf(a[0])); }},
        {"IP.family(): int", [](Args a) -> ValueResult { return std::int64_t(addressOf(a[0]).length == 4 ? 4 : 6); }},
        {"IP.isUnspecified(): bool", tested<isUnspecified>},
        {"IP.isLoopback(): bool", tested<isLoopback>},
        {"IP.isLinkLocalMulticast(): bool", tested<isLinkLocalMulticast>},
        {"IP.isLinkLocalUnicast(): bool", tested<isLinkLocalUnicast>},
        {"IP.isGlobalUnicast(): bool", tested<isGlobalUnicast>},
        {"cidr(string): CIDR", cidr, Cost::traversal},
        {"isCIDR(string): bool", [](Args a) -> ValueResult { return parseCidr(text(a[0])).has_value(); },
         Cost::traversal},
        {"string(CIDR): string",
         [](Args a) -> ValueResult { return std::format("{}/{}", print(cidrOf(a[0]).address), cidrOf(a[0]).bits); }},
        {"CIDR.ip(): IP", [](Args a) -> ValueResult { return made(cidrOf(a[0]).address); }},
        {"CIDR.prefixLength(): int", [](Args a) -> ValueResult { return std::int64_t(cidrOf(a[0]).bits); }},
        {"CIDR.masked(): CIDR",
         [](Args a) -> ValueResult {
             const CidrValue& net = cidrOf(a[0]);
             return OpaquePointer(std::make_shared<CidrValue>(masked(net.address, net.bits), net.bits));
         }},
        {"CIDR.containsIP(IP): bool", [](Args a) -> ValueResult { return contains(cidrOf(a[0]), addressOf(a[1])); },
         Cost::network},
        {"CIDR.containsIP(string): bool", containsIpText, Cost::network},
        {"CIDR.containsCIDR(CIDR): bool",
         [](Args a) -> ValueResult { return containsNet(cidrOf(a[0]), cidrOf(a[1]).address, cidrOf(a[1]).bits); },
         Cost::network},
        {"CIDR.containsCIDR(string): bool", containsCidrText, Cost::network},
    };
    return rows;
}

} // namespace slipway::api::cel
