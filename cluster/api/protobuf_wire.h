#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The protobuf wire format (protobuf.dev, "Encoding"): tagged fields without their meaning. Thread-safe where not said
/// otherwise.
namespace slipway::api::wire {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// One field as it stands in a message.
struct WireField {
    std::uint32_t number = 0;
    WireType type = WireType::varint;
    std::uint64_t value = 0; ///< of all types but bytes
    std::string_view bytes;  ///< text, bytes or an embedded message; lives as long as the message read
};

/// Walks the fields of one message. Not thread-safe.
class WireReader {
public:
    explicit WireReader(std::string_view message) : rest_(message) {}

    /// Reads the next field. False at the end, and when the rest is malformed (groups count as that).
    bool next(WireField& field);
    /// Reads the next number of a packed list; false as next().
    bool nextPacked(WireType type, std::uint64_t& value);
    bool malformed() const { return malformed_; }

private:
    bool fail();
    bool number(WireType type, std::uint64_t& value);
    bool varint(std::uint64_t& value);
    bool fixed(std::size_t size, std::uint64_t& value);

    std::string_view rest_;
    bool malformed_ = false;
};

/// Append one field to a message.
void putInteger(std::string& message, std::uint32_t number, std::uint64_t value);
void putDouble(std::string& message, std::uint32_t number, double value);
void putBytes(std::string& message, std::uint32_t number, std::string_view bytes);

/// Whether @p text is valid UTF-8 (RFC 3629).
bool isUtf8(std::string_view text);

} // namespace slipway::api::wire
