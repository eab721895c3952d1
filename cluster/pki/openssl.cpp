#include "cluster/pki/openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

namespace slipway::pki {

namespace {

std::string contentOf(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Bio reading(std::string_view text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without this an encrypted key would make OpenSSL ask on the terminal.
int noPassphrase(char*, int, int, void*) {
    return -1;
}

} // namespace

std::unexpected<Error> failure(Errc kind, const char* what) {
    std::string message = what;
    if (const unsigned long code = ERR_peek_last_error()) {
        if (const char* reason = ERR_reason_error_string(code))
            message.append(": ").append(reason);
    }
    ERR_clear_error();
    return std::unexpected(Error{kind, std::move(message)});
}

Result<Key> generateKey() {
    Key key(EVP_EC_gen("P-256"));
    if (!key)
        return failure(Errc::crypto, "cannot make a key");
    return key;
}

Result<Key> parseKey(std::string_view pem, bool publicToo) {
    Key key;
    if (const Bio bio = reading(pem))
        key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassphrase, nullptr));
    if (!key && publicToo) {
        ERR_clear_error();
        if (const Bio bio = reading(pem))
            key.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, noPassphrase, nullptr));
    }
    if (!key)
        return failure(Errc::badKey, "cannot read the key");
    return key;
}

Result<std::string> printKey(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_secmem()));
    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return failure(Errc::crypto, "cannot write the key");
    return contentOf(bio.get());
}

Result<Certificate> parseCertificate(std::string_view pem) {
    const Bio bio = reading(pem);
    Certificate certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, noPassphrase, nullptr) : nullptr);
    if (!certificate)
        return failure(Errc::badCertificate, "cannot read the certificate");
    return certificate;
}

Result<std::string> printCertificate(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1)
        return failure(Errc::crypto, "cannot write the certificate");
    return contentOf(bio.get());
}

Result<void> setSerial(X509* certificate) {
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return failure(Errc::crypto, "no random serial");
    // Positive and never zero (RFC 5280, 4.1.2.2) without losing the length.
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
    const BigNumber number(BN_bin2bn(bytes, sizeof bytes, nullptr));
    if (!number || !BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)))
        return failure(Errc::crypto, "cannot set the serial");
    return {};
}

} // namespace slipway::pki
