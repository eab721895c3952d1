#pragma once

#include "cluster/pki/pki.h"

#include <QSemaphore>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QTcpSocket>
#include <QThread>

namespace slipway::test {

/// An HTTPS server on the loopback address, with a certificate of its own authority, which answers every request with
/// JSON. A derived class calls begin() when it is made and end() before it goes.
class HttpsServer : public QThread {
public:
    /// @p name is its authority's.
    explicit HttpsServer(const std::string& name) : authority_(pki::makeAuthority(name).value()) {
        pki::CertificateRequest request;
        request.commonName = "127.0.0.1";
        request.ipAddresses = {"127.0.0.1"};
        request.server = true;
        pair_ = pki::issueCertificate(authority_, request).value();
    }

    std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
    const std::string& caPem() const { return authority_.certificatePem; }

protected:
    /// Called by the server's thread.
    virtual QByteArray answer(const QByteArray& path, const QByteArray& body) = 0;
    void begin() {
        start();
        ready_.acquire();
    }
    void end() {
        quit();
        wait();
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
                const qsizetype end = text.indexOf("\r\n\r\n"), length = text.toLower().indexOf("content-length: ");
                const int size = length < 0 ? 0 : text.mid(length + 16, 9).split('\r')[0].toInt();
                if (end < 0 || text.size() < end + 4 + size)
                    return;
                const QByteArray body = answer(text.split(' ').value(1), text.mid(end + 4));
                text.clear();
                socket->write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                              QByteArray::number(body.size()) + "\r\n\r\n" + body);
            });
        });
        ready_.release();
        exec();
    }

    const pki::KeyPair authority_;
    pki::KeyPair pair_;
    QSemaphore ready_;
    quint16 port_ = 0;
};

} // namespace slipway::test
