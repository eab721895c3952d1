#pragma once

#include "cluster/api/json.h"
#include "cluster/pki/pki.h"

#include <QMutex>
#include <QSemaphore>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QTcpSocket>
#include <QThread>
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
class TokenIssuer : public QThread {
public:
    TokenIssuer() {
        authority_ = pki::makeAuthority("issuer").value();
        pki::CertificateRequest request;
        request.commonName = "127.0.0.1";
        request.ipAddresses = {"127.0.0.1"};
        request.server = true;
        pair_ = pki::issueCertificate(authority_, request).value();
        start();
        ready_.acquire();
    }
    ~TokenIssuer() override {
        quit();
        wait();
    }

    std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
    const std::string& caPem() const { return authority_.certificatePem; }
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
    void run() override {
        QSslServer server;
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setLocalCertificate(QSslCertificate(QByteArray::fromStdString(pair_.certificatePem)));
        configuration.setPrivateKey(QSslKey(QByteArray::fromStdString(pair_.keyPem), QSsl::Ec));
        server.setSslConfiguration(configuration);
        server.listen(QHostAddress::LocalHost);
        port_ = server.serverPort();
        connect(&server, &QTcpServer::pendingConnectionAvailable, &server, [&] {
            QTcpSocket* socket = server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [this, socket, text = QByteArray()]() mutable {
                text += socket->readAll();
                if (!text.contains("\r\n\r\n"))
                    return;
                const QByteArray body = answer(text.split(' ').value(1));
                text.clear();
                socket->write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                              QByteArray::number(body.size()) + "\r\n\r\n" + body);
            });
        });
        ready_.release();
        exec();
    }

    QByteArray answer(const QByteArray& path) {
        const QMutexLocker lock(&mutex_);
        if (path == "/keys") {
            ++asked_;
            return QByteArray::fromStdString(keys_);
        }
        return QByteArray::fromStdString(
            api::printJson(api::JsonObject{{"issuer", url()}, {"jwks_uri", url() + "/keys"}}));
    }

    pki::KeyPair authority_, pair_;
    QSemaphore ready_;
    QMutex mutex_;
    std::string keys_ = "{\"keys\":[]}";
    std::atomic<int> asked_ = 0;
    quint16 port_ = 0;
};

} // namespace slipway::test
