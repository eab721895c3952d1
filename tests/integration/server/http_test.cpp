// The server's wire as a foreign client sees it: curl over HTTP/1.1 and HTTP/2, and a WebSocket spoken by hand.

#include "server_process.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>

using slipway::test::ServerProcess;
namespace client = slipway::client;

class HttpTest : public QObject {
    Q_OBJECT

private:
    ServerProcess server_;
    QTemporaryDir folder_;
    client::ConnectionSettings admin_;

    void save(const char* name, const std::string& text) {
        QFile file(folder_.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(text));
    }

    QStringList credentials() const {
        return {"--silent", "--show-error",         "--max-time", "120",
                "--cacert", folder_.filePath("ca"), "--cert",     folder_.filePath("crt"),
                "--key",    folder_.filePath("key")};
    }

    QString url(const QString& path) const { return QString::fromStdString(admin_.server) + path; }

    struct Said {
        int exitCode = -1;
        QByteArray out;
    };
    Said curl(const QStringList& arguments) const {
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start("curl", credentials() + arguments);
        process.waitForFinished(130'000);
        return {process.exitCode(), process.readAllStandardOutput()};
    }

    static void versions() {
        QTest::addColumn<QString>("version");
        QTest::addColumn<QByteArray>("number");
        QTest::newRow("HTTP/1.1") << "--http1.1" << QByteArray("1.1");
        QTest::newRow("HTTP/2") << "--http2" << QByteArray("2");
    }

private slots:
    void initTestCase() {
        server_.start();
        const auto settings = client::loadContext(server_.kubeconfig());
        QVERIFY(settings.has_value());
        admin_ = *settings;
        save("ca", admin_.caPem);
        save("crt", admin_.clientCertificatePem);
        save("key", admin_.clientKeyPem);
    }

    void bothVersions_data() { versions(); }
    void bothVersions() {
        QFETCH(QString, version);
        QFETCH(QByteArray, number);
        QCOMPARE(curl({version, "-o", "/dev/null", "-w", "%{http_version} %{http_code}", url("/version")}).out,
                 number + " 200");
        const Said missing = curl({version, url("/api/v1/namespaces/none")});
        QCOMPARE(QJsonDocument::fromJson(missing.out).object()["reason"].toString(), QString("NotFound"));
        const Said head = curl({version, "--head", url("/version")});
        QCOMPARE(head.exitCode, 0);
        QVERIFY(head.out.toLower().contains("content-length: "));
        const Said made = curl({version, "-X", "POST", "-H", "Content-Type: application/json", "-d",
                                R"({"metadata":{"generateName":"a-"}})", url("/api/v1/namespaces/default/configmaps")});
        QVERIFY2(made.out.contains("\"uid\""), made.out.constData());
    }

    void bodiesMayComeInChunks() {
        const Said made =
            curl({"--http1.1", "-X", "POST", "-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/json",
                  "--max-time", "30", "-d", R"({"metadata":{"generateName":"chunked-"}})",
                  url("/api/v1/namespaces/default/configmaps")});
        QVERIFY2(made.out.contains("\"uid\""), made.out.constData());
    }

    void manyAtOnce() {
        QStringList urls{"--http2", "--parallel", "--parallel-immediate"};
        for (int i = 0; i < 40; ++i)
            urls << url("/api/v1/namespaces") << "-o" << "/dev/null" << "-w" << "%{http_code}\n";
        QCOMPARE(curl(urls).out.count("200"), 40);
    }

    void aBodyThatIsTooLargeIsRefused_data() { versions(); }
    void aBodyThatIsTooLargeIsRefused() {
        QFETCH(QString, version);
        save("large", std::string(4 << 20, 'x'));
        const Said said =
            curl({version, "-X", "POST", "-H", "Content-Type: application/json", "-H", "Expect:", "--data-binary",
                  "@" + folder_.filePath("large"), url("/api/v1/namespaces/default/configmaps")});
        QCOMPARE(QJsonDocument::fromJson(said.out).object()["code"].toInt(), 413);
    }

    void largeAnswersAreCompressed_data() { versions(); }
    void largeAnswersAreCompressed() {
        QFETCH(QString, version);
        const Said plain = curl({version, url("/openapi/v2")});
        const Said packed =
            curl({version, "--compressed", "-w", "%{size_download} %header{content-encoding}", url("/openapi/v2")});
        QVERIFY(packed.out.startsWith(plain.out));
        const QByteArrayList figures = packed.out.mid(plain.out.size()).split(' ');
        QCOMPARE(figures.value(1), QByteArray("gzip"));
        QVERIFY(figures.value(0).toLongLong() < plain.out.size() / 2);
    }

    void aStreamThatEndsLeavesTheConnectionUsable_data() { versions(); }
    void aStreamThatEndsLeavesTheConnectionUsable() {
        QFETCH(QString, version);
        const QStringList figures{version, "-o", "/dev/null", "-w", "%{num_connects} %{http_code}\n"};
        const QStringList first{url("/api/v1/namespaces?watch=1&timeoutSeconds=1"), "--next"};
        const QStringList second{"-X", "DELETE", url("/api/v1/namespaces/default/configmaps/none")};
        const Said said = curl(figures + first + credentials() + figures + second);
        QCOMPARE(said.exitCode, 0);
        QCOMPARE(said.out, QByteArray("1 200\n0 404\n"));
    }

    void healthAndFigures() {
        QVERIFY(curl({url("/livez?verbose")}).out.endsWith("livez check passed\n"));
        QVERIFY(curl({url("/readyz?verbose")}).out.contains("[+]etcd ok\n"));
        QCOMPARE(curl({url("/healthz/ping")}).out, QByteArray("ok"));
        const QByteArray figures = curl({url("/metrics")}).out;
        for (const char* name : {"apiserver_request_total{", "apiserver_request_duration_seconds_bucket{",
                                 "apiserver_storage_objects{resource=\"namespaces\"}", "process_resident_memory_bytes ",
                                 "apiserver_current_inflight_requests{request_kind=\"mutating\"}"})
            QVERIFY2(figures.contains(name), name);
    }

    void localApiServicesAreAvailable() {
        QTRY_VERIFY_WITH_TIMEOUT(curl({url("/apis/apiregistration.k8s.io/v1/apiservices/v1.apps/status")})
                                     .out.contains("\"reason\":\"Local\""),
                                 60'000);
    }

    void watchesSpeakWebSocket() {
        QSslSocket socket;
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setCaCertificates(QSslCertificate::fromData(QByteArray::fromStdString(admin_.caPem)));
        configuration.setLocalCertificate(QSslCertificate(QByteArray::fromStdString(admin_.clientCertificatePem)));
        configuration.setPrivateKey(QSslKey(QByteArray::fromStdString(admin_.clientKeyPem), QSsl::Ec));
        socket.setSslConfiguration(configuration);
        const QUrl address(QString::fromStdString(admin_.server));
        socket.connectToHostEncrypted(address.host(), static_cast<quint16>(address.port()));
        QVERIFY2(socket.waitForEncrypted(30'000), qPrintable(socket.errorString()));
        socket.write(
            "GET /api/v1/namespaces?watch=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        QByteArray said;
        while (!said.contains("\"ADDED\"") && socket.waitForReadyRead(30'000))
            said += socket.readAll();
        QVERIFY(said.startsWith("HTTP/1.1 101"));
        QVERIFY(said.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        const qsizetype frame = said.indexOf("\r\n\r\n") + 4;
        QCOMPARE(static_cast<unsigned char>(said[frame]), 0x81U); // a whole text message
    }

    /// The last one: the server is gone afterwards.
    void aServerThatStopsEndsItsStreamsInOrder() {
        QProcess older, newer;
        const QString target = url("/api/v1/namespaces?watch=1");
        older.start("curl", credentials() + QStringList{"--http1.1", "--no-buffer", target});
        newer.start("curl", credentials() + QStringList{"--http2", "--no-buffer", target});
        for (QProcess* watch : {&older, &newer})
            QVERIFY(watch->waitForReadyRead(30'000));
        QCOMPARE(server_.terminate(), 0);
        for (QProcess* watch : {&older, &newer}) {
            QVERIFY(watch->waitForFinished(30'000));
            QCOMPARE(watch->exitCode(), 0); // an answer that broke off would be 18
        }
    }
};

QTEST_GUILESS_MAIN(HttpTest)
#include "http_test.moc"
