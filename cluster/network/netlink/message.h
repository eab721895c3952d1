#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The kernel's netlink messages (RFC 3549): building, reading, sending. No library between: a dozen messages are all
/// the project needs.
namespace slipway::network::netlink {

using Bytes = std::span<const std::uint8_t>;

/// A request under construction: header, the family's own header, attributes.
class Request {
public:
    Request(std::uint16_t type, std::uint16_t flags);

    template <class T> Request& header(const T& value) {
        append(&value, sizeof value);
        return *this;
    }
    Request& attribute(std::uint16_t type, const void* data, std::size_t size);
    template <class T> Request& number(std::uint16_t type, T value) { return attribute(type, &value, sizeof value); }
    /// Text with its closing zero, as names of interfaces are.
    Request& text(std::uint16_t type, const std::string& value);
    Request& bytes(std::uint16_t type, Bytes value) { return attribute(type, value.data(), value.size()); }
    /// An attribute made of attributes, which @p fill adds.
    Request& nested(std::uint16_t type, const std::function<void(Request&)>& fill);

    /// The finished message.
    std::vector<std::uint8_t>& message();

private:
    void append(const void* data, std::size_t size);
    std::vector<std::uint8_t> bytes_;
};

/// Calls @p each with the type (without its flags) and content of every attribute; stops at damage.
void forEachAttribute(Bytes attributes, const std::function<void(std::uint16_t, Bytes)>& each);

/// The content of one attribute; empty when it is not there.
Bytes attributeOf(Bytes attributes, std::uint16_t type);

template <class T> std::optional<T> numberOf(Bytes content) {
    if (content.size() < sizeof(T))
        return std::nullopt;
    T value;
    std::copy_n(content.data(), sizeof value, reinterpret_cast<std::uint8_t*>(&value));
    return value;
}

/// The bytes of an address in text form; empty when it is none.
std::vector<std::uint8_t> addressBytes(const std::string& address);
/// The text of 4 or 16 bytes; "" for others.
std::string addressText(Bytes bytes);

} // namespace slipway::network::netlink
