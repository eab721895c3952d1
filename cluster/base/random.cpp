#include "cluster/base/random.h"

#include <openssl/rand.h>
#include <stdexcept>
#include <string_view>

namespace slipway::base {

std::string randomBytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
        throw std::runtime_error("the random generator failed"); // nothing sensible can go on without it
    return bytes;
}

std::string newUuid() {
    std::string bytes = randomBytes(16);
    bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
    constexpr std::string_view hex = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text += '-';
        text += hex[static_cast<unsigned char>(bytes[i]) >> 4];
        text += hex[static_cast<unsigned char>(bytes[i]) & 15];
    }
    return text;
}

std::string randomSuffix(std::size_t length) {
    constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
    std::string text = randomBytes(length);
    for (char& c : text)
        c = alphabet[static_cast<unsigned char>(c) % alphabet.size()];
    return text;
}

} // namespace slipway::base
