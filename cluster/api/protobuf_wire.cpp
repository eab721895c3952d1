#include "cluster/api/protobuf_wire.h"

#include <bit>

namespace slipway::api::wire {
namespace {

void putVarint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out += static_cast<char>((value & 0x7f) | 0x80);
        value >>= 7;
    }
    out += static_cast<char>(value);
}

void putTag(std::string& out, std::uint32_t number, WireType type) {
    putVarint(out, (static_cast<std::uint64_t>(number) << 3) | static_cast<std::uint64_t>(type));
}

/// Bytes of the UTF-8 sequence at the start of @p text; 0 when it is not one.
std::size_t sequenceLength(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80)
        return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    // Overlong forms, surrogates, and what lies above U+10FFFF.
    const unsigned char second = byte(1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
        (first == 0xf4 && second > 0x8f))
        return 0;
    return length;
}

} // namespace

bool WireReader::fail() {
    malformed_ = true;
    rest_ = {};
    return false;
}

bool WireReader::varint(std::uint64_t& value) {
    value = 0;
    for (std::size_t i = 0; i < 10 && i < rest_.size(); ++i) {
        const auto byte = static_cast<unsigned char>(rest_[i]);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            rest_.remove_prefix(i + 1);
            return true;
        }
    }
    return fail();
}

bool WireReader::fixed(std::size_t size, std::uint64_t& value) {
    if (rest_.size() < size)
        return fail();
    value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    rest_.remove_prefix(size);
    return true;
}

bool WireReader::next(WireField& field) {
    if (rest_.empty())
        return false;
    std::uint64_t tag = 0;
    if (!varint(tag))
        return false;
    if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
        return fail();
    field = {static_cast<std::uint32_t>(tag >> 3), static_cast<WireType>(tag & 7), 0, {}};
    if (field.type != WireType::bytes)
        return number(field.type, field.value);
    std::uint64_t length = 0;
    if (!varint(length))
        return false;
    if (length > rest_.size())
        return fail();
    field.bytes = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
}

bool WireReader::nextPacked(WireType type, std::uint64_t& value) {
    return !rest_.empty() && number(type, value);
}

bool WireReader::number(WireType type, std::uint64_t& value) {
    switch (type) {
    case WireType::varint:
        return varint(value);
    case WireType::fixed64:
        return fixed(8, value);
    case WireType::fixed32:
        return fixed(4, value);
    default:
        return fail();
    }
}

void putInteger(std::string& message, std::uint32_t number, std::uint64_t value) {
    putTag(message, number, WireType::varint);
    putVarint(message, value);
}

void putDouble(std::string& message, std::uint32_t number, double value) {
    putTag(message, number, WireType::fixed64);
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8)
        message += static_cast<char>(bits >> shift);
}

void putBytes(std::string& message, std::uint32_t number, std::string_view bytes) {
    putTag(message, number, WireType::bytes);
    putVarint(message, bytes.size());
    message += bytes;
}

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = sequenceLength(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

} // namespace slipway::api::wire
