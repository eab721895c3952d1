#include "cluster/api/base64.h"

#include <array>
#include <cstdint>

namespace slipway::api {
namespace {

constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view urlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view alphabet, bool pad) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0u);
        for (std::size_t j = 0; j < 4; ++j) {
            if (j <= count)
                text += alphabet[group >> (18 - 6 * j) & 63];
            else if (pad)
                text += '=';
        }
    }
    return text;
}

std::optional<std::string> decode(std::string_view text, std::string_view alphabet, bool padded) {
    std::array<std::int8_t, 256> values;
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    std::string bytes;
    std::uint32_t group = 0;
    std::size_t digits = 0, pads = 0;
    for (char c : text) {
        if (c == '\n' || c == '\r')
            continue;
        if (c == '=' && padded) {
            ++pads;
            continue;
        }
        const int value = values[static_cast<unsigned char>(c)];
        if (value < 0 || pads > 0)
            return {};
        group = group << 6 | static_cast<std::uint32_t>(value);
        if (++digits % 4 == 0)
            for (int shift = 16; shift >= 0; shift -= 8)
                bytes += static_cast<char>(group >> shift & 255);
    }
    const std::size_t rest = digits % 4;
    if (rest == 1 || (padded && (rest == 0 ? pads != 0 : pads != 4 - rest)))
        return {};
    if (rest >= 2)
        bytes += static_cast<char>(group >> (rest == 2 ? 4 : 10) & 255);
    if (rest == 3)
        bytes += static_cast<char>(group >> 2 & 255);
    return bytes;
}

} // namespace

std::string encodeBase64(std::string_view bytes) {
    return encode(bytes, standard, true);
}
std::optional<std::string> decodeBase64(std::string_view text) {
    return decode(text, standard, true);
}
std::string encodeBase64Url(std::string_view bytes) {
    return encode(bytes, urlSafe, false);
}
std::optional<std::string> decodeBase64Url(std::string_view text) {
    return decode(text, urlSafe, false);
}

} // namespace slipway::api
