#pragma once

#include "cluster/api/base64.h"
#include "cluster/api/json.h"
#include "tests/support/https_server.h"

#include <functional>

namespace slipway::test {

/// An HTTPS server on the loopback address that answers each review it is sent with another.
class ReviewServer : public HttpsServer {
public:
    using Answer = std::function<api::JsonObject(const api::JsonObject& review)>;

    explicit ReviewServer(Answer answer) : HttpsServer("hooks"), answer_(std::move(answer)) { begin(); }
    ~ReviewServer() override { end(); }

    /// The clientConfig by which it is found.
    QString config() const {
        return QStringLiteral("{'url':'%1/x','caBundle':'%2'}")
            .arg(QString::fromStdString(url()), QString::fromStdString(api::encodeBase64(caPem())));
    }

private:
    QByteArray answer(const QByteArray&, const QByteArray& body) override {
        const auto review = api::parseJson(body.toStdString());
        return QByteArray::fromStdString(api::printJson(answer_(review->as_object())));
    }

    Answer answer_;
};

} // namespace slipway::test
