// Users of other issuers, keys of other algorithms, and those without credentials, at a real server.

#include "tests/integration/server/curl.h"
#include "tests/integration/server/token_issuer.h"
#include "tests/support/places.h"

#include <QSslSocket>

using slipway::test::Curl;
using slipway::test::ServerProcess;
using slipway::test::TokenIssuer;
namespace api = slipway::api;
namespace pki = slipway::pki;

class IdentitiesTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;

    /// Who a server takes the bearer of a token for, as SelfSubjectReview says; empty: it is not let in.
    static QJsonObject whoIs(const Curl& curl, const std::string& token) {
        const auto answer = curl.anonymous(
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            {"-H", "Authorization: Bearer " + QString::fromStdString(token), "-H", "Content-Type: application/json",
             "--data-binary", "{\"kind\":\"SelfSubjectReview\",\"apiVersion\":\"authentication.k8s.io/v1\"}"});
        return answer.json()["status"].toObject()["userInfo"].toObject();
    }
    static QString nameOf(const Curl& curl, const std::string& token) {
        return whoIs(curl, token)["username"].toString();
    }
    QString saved(const QString& name, const std::string& text) {
        Curl::write(folder_.filePath(name), text);
        return folder_.filePath(name);
    }
    /// What a server says that ends at once.
    QString refusal(const QStringList& arguments) const {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(slipway::tests::inBuild("bin/slipway-server"),
                      QStringList{"--data-dir", folder_.filePath("other"), "--secure-port", "0"} + arguments);
        if (!process.waitForFinished(20'000))
            process.kill();
        process.waitForFinished();
        return process.exitCode() == 0 ? QString() : QString::fromUtf8(process.readAll());
    }

private slots:
    void flagsNameAnIssuer() {
        TokenIssuer issuer;
        const std::string rsa = slipway::test::makeRsaKey(), curve = pki::makePrivateKey().value();
        issuer.publish(rsa + curve);
        ServerProcess server({}, {"--oidc-issuer-url", QString::fromStdString(issuer.url()), "--oidc-client-id",
                                  "slipway", "--oidc-ca-file", saved("issuer-ca", issuer.caPem()),
                                  "--oidc-groups-claim", "roles", "--oidc-groups-prefix", "corp:",
                                  "--oidc-required-claim", "hd=example.com", "--oidc-signing-algs", "RS256,ES256"});
        server.start();
        const Curl curl(server);
        const api::JsonObject claims{{"sub", "jane"}, {"hd", "example.com"}, {"roles", api::JsonArray{"dev", "ops"}}};
        const QJsonObject user = whoIs(curl, issuer.token(rsa, claims));
        QCOMPARE(user["username"].toString(), QString::fromStdString(issuer.url() + "#jane"));
        QCOMPARE(user["groups"].toArray(), (QJsonArray{"corp:dev", "corp:ops", "system:authenticated"}));
        QCOMPARE(nameOf(curl, issuer.token(curve, claims)), user["username"].toString());
        const auto changed = [&](std::string_view claim, api::Json value) {
            api::JsonObject other = claims;
            other[claim] = std::move(value);
            return nameOf(curl, issuer.token(rsa, other));
        };
        QCOMPARE(changed("hd", "elsewhere"), QString());
        QCOMPARE(changed("aud", "other"), QString());
        QCOMPARE(changed("exp", 1000), QString());
        QCOMPARE(changed("nbf", 99'999'999'999), QString());
        QCOMPARE(changed("iss", "https://other"), QString());
        QCOMPARE(changed("aud", api::JsonArray{"other", "slipway"}), user["username"].toString());
        QCOMPARE(nameOf(curl, issuer.token(pki::makePrivateKey().value(), claims)), QString());
        // RBAC knows the groups.
        QCOMPARE(curl.post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                           "{\"metadata\":{\"name\":\"ops\"},\"roleRef\":{\"kind\":\"ClusterRole\",\"name\":\"view\","
                           "\"apiGroup\":\"rbac.authorization.k8s.io\"},\"subjects\":[{\"kind\":\"Group\",\"name\":"
                           "\"corp:ops\"}]}")
                     .code,
                 201);
        QCOMPARE(curl.withToken(QString::fromStdString(issuer.token(rsa, claims)), "/api/v1/pods").code, 200);
        QCOMPARE(curl.withToken(QString::fromStdString(issuer.token(rsa, claims)), "/api/v1/secrets").code, 403);
    }

    void keysAreFetchedAnewWhenATokenNamesANewOne() {
        TokenIssuer issuer;
        const std::string first = slipway::test::makeRsaKey(), second = slipway::test::makeRsaKey();
        issuer.publish(first);
        ServerProcess server({},
                             {"--oidc-issuer-url", QString::fromStdString(issuer.url()), "--oidc-client-id", "slipway",
                              "--oidc-ca-file", saved("issuer-ca", issuer.caPem()), "--oidc-username-prefix", "-"});
        server.start();
        const Curl curl(server);
        QCOMPARE(nameOf(curl, issuer.token(first, {{"sub", "a"}})), QString("a"));
        const int asked = issuer.asked();
        for (int i = 0; i < 5; ++i)
            QCOMPARE(nameOf(curl, issuer.token(first, {{"sub", "a"}})), QString("a"));
        QCOMPARE(issuer.asked(), asked);
        issuer.publish(second);
        QCOMPARE(nameOf(curl, issuer.token(second, {{"sub", "b"}})), QString("b"));
        QCOMPARE(nameOf(curl, issuer.token(first, {{"sub", "a"}})), QString());
        // Without --oidc-signing-algs only RS256 counts.
        const std::string curve = pki::makePrivateKey().value();
        issuer.publish(second + curve);
        QCOMPARE(nameOf(curl, issuer.token(curve, {{"sub", "a"}})), QString());
    }

    void aConfigurationMapsClaimsByExpressions() {
        TokenIssuer issuer;
        const std::string key = slipway::test::makeRsaKey();
        issuer.publish(key);
        std::string ca = issuer.caPem();
        for (std::size_t at = ca.find('\n'); at != ca.npos && at + 1 < ca.size(); at = ca.find('\n', at + 8))
            ca.insert(at + 1, "      ");
        const QString config = saved(
            "authentication.yaml",
            "apiVersion: apiserver.config.k8s.io/v1beta1\nkind: AuthenticationConfiguration\njwt:\n- issuer:\n    "
            "url: " +
                issuer.url() +
                "\n    audiences: [slipway, second]\n    audienceMatchPolicy: MatchAny\n    certificateAuthority: |\n"
                "      " +
                ca +
                "  claimValidationRules:\n"
                "  - {claim: tenant, requiredValue: acme}\n"
                "  - {expression: 'claims.exp - claims.iat <= 3600', message: lives too long}\n"
                "  claimMappings:\n"
                "    username: {expression: \"'acme:' + claims.login.lowerAscii()\"}\n"
                "    groups: {expression: \"claims.roles.split(',')\"}\n"
                "    uid: {claim: sub}\n"
                "    extra:\n"
                "    - {key: acme.io/team, valueExpression: \"has(claims.team) ? claims.team : ''\"}\n"
                "  userValidationRules:\n"
                "  - {expression: \"!user.username.startsWith('acme:system')\", message: reserved}\n"
                "  - {expression: \"user.groups.all(g, g != 'system:masters')\"}\n"
                "anonymous:\n  enabled: true\n  conditions: [{path: /livez}, {path: /readyz}]\n");
        ServerProcess server({}, {"--authentication-config", config});
        server.start();
        const Curl curl(server);
        const api::JsonObject claims{
            {"sub", "17"}, {"tenant", "acme"}, {"login", "Jane"}, {"roles", "a,b"}, {"team", "red"}};
        const QJsonObject user = whoIs(curl, issuer.token(key, claims));
        QCOMPARE(user["username"].toString(), QString("acme:jane"));
        QCOMPARE(user["uid"].toString(), QString("17"));
        QCOMPARE(user["groups"].toArray(), (QJsonArray{"a", "b", "system:authenticated"}));
        QCOMPARE(user["extra"].toObject()["acme.io/team"].toArray(), QJsonArray{"red"});
        const auto changed = [&](std::string_view claim, api::Json value) {
            api::JsonObject other = claims;
            other[claim] = std::move(value);
            return nameOf(curl, issuer.token(key, other));
        };
        QCOMPARE(changed("tenant", "other"), QString());
        QCOMPARE(changed("login", "system"), QString());
        QCOMPARE(changed("login", 5), QString());
        QCOMPARE(changed("roles", "system:masters"), QString());
        QCOMPARE(changed("iat", 5), QString());
        QCOMPARE(changed("aud", "second"), QString("acme:jane"));
        // A TokenReview says the same.
        const QByteArray review =
            "{\"spec\":{\"token\":\"" + QByteArray::fromStdString(issuer.token(key, claims)) + "\"}}";
        const QJsonObject status =
            curl.post("/apis/authentication.k8s.io/v1/tokenreviews", review).json()["status"].toObject();
        QVERIFY(status["authenticated"].toBool());
        QCOMPARE(status["user"].toObject()["username"].toString(), QString("acme:jane"));
        // Those without a credential are let in where the conditions say it, and nowhere else.
        QCOMPARE(curl.anonymous("/livez").code, 200);
        QCOMPARE(curl.anonymous("/livez?verbose").code, 200);
        QCOMPARE(curl.anonymous("/healthz").code, 401);
        QCOMPARE(curl.anonymous("/api/v1/pods").code, 401);
    }

    void configurationsThatCannotBeEndTheServer() {
        const std::string head = "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n";
        const std::string issuer = "jwt:\n- issuer: {url: 'https://a', audiences: [x]}\n";
        const auto said = [&](const std::string& text) {
            return refusal({"--authentication-config", saved("bad.yaml", head + text)});
        };
        QVERIFY(said("jwt:\n- issuer: {url: 'http://a', audiences: [x]}\n").contains("must be https"));
        QVERIFY(said("jwt:\n- issuer: {url: 'https://a'}\n").contains("issuer.audiences"));
        QVERIFY(said(issuer + "  claimMappings: {username: {claim: sub}}\n").contains("prefix is required"));
        QVERIFY(said(issuer + "  claimMappings: {username: {claim: sub, prefix: '', expression: 'x'}}\n")
                    .contains("can't both be set"));
        QVERIFY(said(issuer + "  claimMappings: {username: {expression: 'claims.'}}\n").contains("compilation failed"));
        QVERIFY(
            said(issuer + "  claimMappings: {username: {expression: '1'}}\n").contains("must evaluate to a string"));
        QVERIFY(
            said(issuer + "  claimMappings: {username: {expression: 'claims.email'}}\n").contains("email_verified"));
        QVERIFY(said(issuer + "  claimMapping: {}\n").contains("unknown field"));
        QVERIFY(said("anonymous: {enabled: false, conditions: [{path: /a}]}\n").contains("enabled should be set"));
    }

    void nobodyIsAnonymousWhereThatIsTurnedOff() {
        const QString dir = folder_.filePath("closed");
        // Ready is what the administrator is told.
        ServerProcess server(dir, {"--anonymous-auth", "false"});
        server.start();
        const Curl curl(server);
        QCOMPARE(curl.anonymous("/version").code, 401);
        QCOMPARE(curl.ask("/version").code, 200);
    }

    void changedFilesAreReadWithoutARestart() {
        const QString dir = folder_.filePath("changing");
        const auto authority = pki::makeAuthority("clients").value();
        const QString clientCa = saved("client-ca.pem", authority.certificatePem);
        const std::string head = "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n";
        const QString config = saved("changing.yaml", head + "anonymous: {enabled: true}\n");
        ServerProcess server(dir, {"--client-ca-file", clientCa, "--authentication-config", config});
        server.start();
        const Curl curl(server);
        QCOMPARE(curl.anonymous("/version").code, 200);
        // A certificate of the cluster's authority with another name.
        const auto read = [&](const char* name) {
            QFile file(dir + name);
            return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
        };
        const pki::KeyPair cluster{read("/pki/ca.crt"), read("/pki/ca.key")};
        pki::CertificateRequest request;
        request.commonName = "renewed";
        request.ipAddresses = {"127.0.0.1"};
        request.server = true;
        const auto renewed = pki::issueCertificate(cluster, request).value();
        const auto shown = [&] {
            QSslSocket socket;
            socket.setPeerVerifyMode(QSslSocket::VerifyNone);
            socket.connectToHostEncrypted("127.0.0.1", static_cast<quint16>(server.port()));
            return socket.waitForEncrypted()
                       ? socket.peerCertificate().subjectInfo(QSslCertificate::CommonName).join(',')
                       : QString();
        };
        QCOMPARE(shown(), QString("kube-apiserver"));
        Curl::write(dir + "/pki/apiserver.key", "nonsense");
        Curl::write(dir + "/pki/apiserver.crt", renewed.certificatePem);
        QCOMPARE(curl.ask("/version").code, 200); // what cannot be used is not
        Curl::write(dir + "/pki/apiserver.key", renewed.keyPem);
        QTRY_COMPARE(shown(), QString("renewed"));
        QCOMPARE(curl.ask("/version").code, 200);
        // Clients of another authority.
        const auto other = pki::makeAuthority("others").value();
        request = {};
        request.commonName = "visitor";
        request.client = true;
        const auto visitor = pki::issueCertificate(other, request).value();
        const QStringList credentials{"--cert", saved("visitor.crt", visitor.certificatePem), "--key",
                                      saved("visitor.key", visitor.keyPem)};
        QVERIFY(curl.anonymous("/api/v1/pods", credentials).code != 403 ||
                !curl.anonymous("/api/v1/pods", credentials).body.contains("visitor"));
        Curl::write(clientCa, authority.certificatePem + other.certificatePem);
        QTRY_VERIFY(curl.anonymous("/api/v1/pods", credentials).body.contains("visitor"));
        // And the configuration of who is let in.
        Curl::write(config, head + "anonymous: {enabled: false}\n");
        QTRY_COMPARE(curl.anonymous("/version").code, 401);
    }

    void serviceAccountTokensMayBeSignedWithOtherKeys() {
        const std::string rsa = slipway::test::makeRsaKey();
        ServerProcess server({}, {"--service-account-key-file", saved("rsa.pem", rsa)});
        server.start();
        const Curl curl(server);
        curl.post("/api/v1/namespaces/default/serviceaccounts", "{\"metadata\":{\"name\":\"robot\"}}");
        const QString uid = curl.ask("/api/v1/namespaces/default/serviceaccounts/robot")
                                .json()["metadata"]
                                .toObject()["uid"]
                                .toString();
        QVERIFY(!uid.isEmpty());
        const auto now =
            std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
                .count();
        const api::JsonObject claims{
            {"iss", "https://kubernetes.default.svc.cluster.local"},
            {"aud", api::JsonArray{"https://kubernetes.default.svc.cluster.local"}},
            {"exp", now + 600},
            {"sub", "system:serviceaccount:default:robot"},
            {"kubernetes.io",
             api::JsonObject{{"namespace", "default"},
                             {"serviceaccount", api::JsonObject{{"name", "robot"}, {"uid", uid.toStdString()}}}}}};
        QCOMPARE(nameOf(curl, pki::signToken(rsa, api::printJson(claims)).value()),
                 QString("system:serviceaccount:default:robot"));
        QCOMPARE(nameOf(curl, pki::signToken(slipway::test::makeRsaKey(), api::printJson(claims)).value()), QString());
        // What the server issues itself is still good, and both keys are published.
        const QString issued = curl.post("/api/v1/namespaces/default/serviceaccounts/robot/token", "{\"spec\":{}}")
                                   .json()["status"]
                                   .toObject()["token"]
                                   .toString();
        QCOMPARE(nameOf(curl, issued.toStdString()), QString("system:serviceaccount:default:robot"));
        QCOMPARE(curl.ask("/openid/v1/jwks").json()["keys"].toArray().size(), 2);
        QCOMPARE(
            curl.ask("/.well-known/openid-configuration").json()["id_token_signing_alg_values_supported"].toArray(),
            (QJsonArray{"ES256", "RS256"}));
    }
};

QTEST_GUILESS_MAIN(IdentitiesTest)
#include "identities_test.moc"
