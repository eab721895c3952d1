#pragma once

#include "cluster/api/base64.h"
#include "cluster/api/json.h"
#include "cluster/pki/pki.h"

#include <QSemaphore>
#include <QSslCertificate>
#include <QSslKey>
#include <QSslServer>
#include <QSslSocket>
#include <QThread>
#include <functional>

namespace slipway::test {

/// An HTTPS server on the loopback address that answers each review it is sent with another.
class ReviewServer : public QThread {
public:
    using Answer = std::function<api::JsonObject(const api::JsonObject& review)>;

    explicit ReviewServer(Answer answer) : answer_(std::move(answer)) {
        authority_ = pki::makeAuthority("hooks").value();
        pki::CertificateRequest request;
        request.commonName = "127.0.0.1";
        request.ipAddresses = {"127.0.0.1"};
        request.server = true;
        pair_ = pki::issueCertificate(authority_, request).value();
        start();
        ready_.acquire();
    }
    ~ReviewServer() override {
        quit();
        wait();
    }

    /// The clientConfig by which it is found.
    QString config() const {
        return QStringLiteral("{'url':'https://127.0.0.1:%1/x','caBundle':'%2'}")
            .arg(port_)
            .arg(QString::fromStdString(api::encodeBase64(authority_.certificatePem)));
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
                if (end < 0 || text.size() < end + 4 + text.mid(length + 16, 9).split('\r')[0].toInt())
                    return;
                const QByteArray answer = reply(text.mid(end + 4));
                text.clear();
                socket->write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                              QByteArray::number(answer.size()) + "\r\n\r\n" + answer);
            });
        });
        ready_.release();
        exec();
    }

    QByteArray reply(const QByteArray& body) {
        const auto review = api::parseJson(body.toStdString());
        return QByteArray::fromStdString(api::printJson(answer_(review->as_object())));
    }

    Answer answer_;
    pki::KeyPair authority_, pair_;
    QSemaphore ready_;
    quint16 port_ = 0;
};

} // namespace slipway::test
