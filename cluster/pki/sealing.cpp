#include "cluster/pki/sealing.h"

#include "cluster/pki/openssl.h"

#include <openssl/rand.h>

namespace slipway::pki {
namespace {

constexpr std::size_t nonceSize = 12, tagSize = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

const EVP_CIPHER* cipherFor(std::string_view key) {
    return key.size() == 16   ? EVP_aes_128_gcm()
           : key.size() == 24 ? EVP_aes_192_gcm()
           : key.size() == 32 ? EVP_aes_256_gcm()
                              : nullptr;
}

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

} // namespace

Result<std::string> seal(std::string_view key, std::string_view text, std::string_view context) {
    const EVP_CIPHER* cipher = cipherFor(key);
    const CipherContext state(EVP_CIPHER_CTX_new());
    std::string sealed(nonceSize + text.size() + tagSize, '\0');
    int size = 0;
    if (cipher == nullptr)
        return std::unexpected(Error{Errc::badKey, "a key of 16, 24 or 32 bytes is needed"});
    unsigned char* out = bytes(sealed);
    if (!state || RAND_bytes(out, nonceSize) != 1 ||
        EVP_EncryptInit_ex(state.get(), cipher, nullptr, bytes(key), out) != 1 ||
        EVP_EncryptUpdate(state.get(), nullptr, &size, bytes(context), static_cast<int>(context.size())) != 1 ||
        EVP_EncryptUpdate(state.get(), out + nonceSize, &size, bytes(text), static_cast<int>(text.size())) != 1 ||
        EVP_EncryptFinal_ex(state.get(), out + nonceSize + size, &size) != 1 ||
        EVP_CIPHER_CTX_ctrl(state.get(), EVP_CTRL_GCM_GET_TAG, tagSize, out + nonceSize + text.size()) != 1)
        return failure(Errc::crypto, "cannot encrypt");
    return sealed;
}

Result<std::string> unseal(std::string_view key, std::string_view sealed, std::string_view context) {
    const EVP_CIPHER* cipher = cipherFor(key);
    if (cipher == nullptr)
        return std::unexpected(Error{Errc::badKey, "a key of 16, 24 or 32 bytes is needed"});
    if (sealed.size() < nonceSize + tagSize)
        return std::unexpected(Error{Errc::crypto, "too short to be encrypted"});
    const CipherContext state(EVP_CIPHER_CTX_new());
    const std::string_view body = sealed.substr(nonceSize, sealed.size() - nonceSize - tagSize);
    std::string tag(sealed.substr(sealed.size() - tagSize)), text(body.size(), '\0');
    int size = 0, rest = 0;
    if (!state || EVP_DecryptInit_ex(state.get(), cipher, nullptr, bytes(key), bytes(sealed)) != 1 ||
        EVP_DecryptUpdate(state.get(), nullptr, &size, bytes(context), static_cast<int>(context.size())) != 1 ||
        EVP_DecryptUpdate(state.get(), bytes(text), &size, bytes(body), static_cast<int>(body.size())) != 1 ||
        EVP_CIPHER_CTX_ctrl(state.get(), EVP_CTRL_GCM_SET_TAG, tagSize, bytes(tag)) != 1 ||
        EVP_DecryptFinal_ex(state.get(), bytes(text) + size, &rest) != 1)
        return failure(Errc::crypto, "cannot decrypt");
    return text;
}

} // namespace slipway::pki
