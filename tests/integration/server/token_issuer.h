#pragma once

#include "cluster/api/json.h"
#include "cluster/pki/pki.h"
#include "tests/support/https_server.h"

#include <QMutex>
#include <atomic>
#include <chrono>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace slipway::test {

/// A new RSA key of 2048 bits, PEM.
inline std::string makeRsaKey() {
    EVP_PKEY* key = EVP_RSA_gen(2048);
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    const std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(bio);
    EVP_PKEY_free(key);
    return pem;
}

/// An OpenID issuer on the loopback address, with a certificate of its own authority.
class TokenIssuer : public HttpsServer {
public:
    TokenIssuer() : HttpsServer("issuer") { begin(); }
    ~TokenIssuer() override { end(); }

    /// The keys it publishes from now on.
    void publish(const std::string& keysPem) {
        const QMutexLocker lock(&mutex_);
        keys_ = pki::publicKeySet(keysPem).value();
    }
    int asked() const { return asked_; }

    /// A token of these claims beside issuer and times; claims given here win.
    std::string token(const std::string& keyPem, api::JsonObject claims) const {
        const auto now =
            std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
        api::JsonObject all{{"iss", url()}, {"aud", "slipway"}, {"iat", now}, {"exp", now + 600}};
        for (const auto& [name, value] : claims)
            all[name] = value;
        return pki::signToken(keyPem, api::printJson(all)).value();
    }

private:
    QByteArray answer(const QByteArray& path, const QByteArray&) override {
        const QMutexLocker lock(&mutex_);
        if (path == "/keys") {
            ++asked_;
            return QByteArray::fromStdString(keys_);
        }
        return QByteArray::fromStdString(
            api::printJson(api::JsonObject{{"issuer", url()}, {"jwks_uri", url() + "/keys"}}));
    }

    QMutex mutex_;
    std::string keys_ = "{\"keys\":[]}";
    std::atomic<int> asked_ = 0;
};

} // namespace slipway::test
