#pragma once

#include "tests/integration/server/server_process.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace slipway::test {

/// A foreign client of a server that runs: curl, as the administrator or as somebody with a token.
class Curl {
public:
    explicit Curl(const ServerProcess& server) {
        const auto settings = client::loadContext(server.kubeconfig());
        if (!settings)
            return;
        url_ = QString::fromStdString(settings->server);
        write(folder_.filePath("ca"), settings->caPem);
        write(folder_.filePath("crt"), settings->clientCertificatePem);
        write(folder_.filePath("key"), settings->clientKeyPem);
    }

    struct Answer {
        int code = 0; ///< 0: no answer
        QByteArray head, body;
        QJsonObject json() const { return QJsonDocument::fromJson(body).object(); }
        /// The value of a header; empty without it.
        QString header(const QString& name) const {
            for (const QString& line : QString::fromUtf8(head).split("\r\n"))
                if (line.startsWith(name + ":", Qt::CaseInsensitive))
                    return line.mid(name.size() + 1).trimmed();
            return {};
        }
    };

    /// As the administrator.
    Answer ask(const QString& path, const QStringList& arguments = {}) const {
        return run(path, QStringList{"--cert", folder_.filePath("crt"), "--key", folder_.filePath("key")} + arguments);
    }
    Answer post(const QString& path, const QByteArray& json) const {
        return ask(path, {"-H", "Content-Type: application/json", "--data-binary", json});
    }
    Answer withToken(const QString& token, const QString& path) const {
        return run(path, {"-H", "Authorization: Bearer " + token});
    }
    Answer anonymous(const QString& path, const QStringList& arguments = {}) const { return run(path, arguments); }

    static void write(const QString& path, const std::string& text) {
        QFile file(path);
        if (file.open(QIODevice::WriteOnly))
            file.write(QByteArray::fromStdString(text));
    }

    QString caFile() const { return folder_.filePath("ca"); }

private:
    Answer run(const QString& path, const QStringList& arguments) const {
        QProcess process;
        process.start("curl", QStringList{"--silent", "--include", "--max-time", "60", "--cacert",
                                          folder_.filePath("ca"), url_ + path} +
                                  arguments);
        process.waitForFinished(70'000);
        const QByteArray out = process.readAllStandardOutput();
        const qsizetype end = out.indexOf("\r\n\r\n");
        const QList<QByteArray> first = out.left(out.indexOf("\r\n")).split(' ');
        return {first.size() > 1 ? first[1].toInt() : 0, out.left(end), end < 0 ? QByteArray() : out.mid(end + 4)};
    }

    QTemporaryDir folder_;
    QString url_;
};

} // namespace slipway::test
