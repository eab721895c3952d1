#include "cluster/pki/pki.h"
#include "cluster/pki/signing_requests.h"

#include <QtTest>
#include <memory>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace pki = slipway::pki;

namespace {

using Certificate = std::shared_ptr<X509>;

/// O=system:nodes, CN=system:node:n1, for n1, 192.0.2.1 and 2001:db8::1; of a key made for this test.
constexpr const char* nodeRequest = R"(-----BEGIN CERTIFICATE REQUEST-----
MIIBIjCBygIBADAwMRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxFzAVBgNVBAMMDnN5
c3RlbTpub2RlOm4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2gaRVVQzFqbm
LHizbt8FYJikeoNT0dvbY6kOMzFCwkQHaZwT6VGsd1tFS7osIp2hRdCsJmuM0+Dw
s/zmYICtQKA4MDYGCSqGSIb3DQEJDjEpMCcwJQYDVR0RBB4wHIICbjGHBMAAAgGH
ECABDbgAAAAAAAAAAAAAAAEwCgYIKoZIzj0EAwIDRwAwRAIgPnQWr8PvlWofYZUm
lpw7eYYijexBU0UXFhL0hQLSLwcCIH3UNmMyVgKzjC1alKi9XOwfIvtKgx5U6RoT
/KE0PyOx
-----END CERTIFICATE REQUEST-----
)";

Certificate read(const std::string& pem) {
    BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    Certificate certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), X509_free);
    BIO_free(bio);
    return certificate;
}

/// What OpenSSL says of a chain leaf -> authority used for a purpose; X509_V_OK when it holds.
int verify(const std::string& authorityPem, const std::string& leafPem, int purpose) {
    const Certificate authority = read(authorityPem), leaf = read(leafPem);
    X509_STORE* trusted = X509_STORE_new();
    X509_STORE_add_cert(trusted, authority.get());
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, trusted, leaf.get(), nullptr);
    X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT);
    X509_STORE_CTX_set_purpose(context, purpose);
    X509_verify_cert(context);
    const int result = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(trusted);
    return result;
}

pki::CertificateRequest serverRequest() {
    pki::CertificateRequest request;
    request.commonName = "kube-apiserver";
    request.dnsNames = {"localhost", "kubernetes.default.svc"};
    request.ipAddresses = {"127.0.0.1", "10.96.0.1", "::1"};
    request.server = true;
    return request;
}

} // namespace

namespace {

/// A key as PEM; it is freed.
std::string pemOf(EVP_PKEY* key) {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(bio);
    EVP_PKEY_free(key);
    return pem;
}

} // namespace

class PkiTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        auto made = pki::makeAuthority("test-ca");
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        authority_ = *made;
    }

    void authorityVerifiesItselfStrictly() {
        QCOMPARE(verify(authority_.certificatePem, authority_.certificatePem, X509_PURPOSE_ANY), X509_V_OK);
        QCOMPARE(X509_check_ca(read(authority_.certificatePem).get()), 1);
        QVERIFY(authority_.keyPem.starts_with("-----BEGIN PRIVATE KEY-----"));
    }

    void serverCertificateVerifies() {
        const auto issued = pki::issueCertificate(authority_, serverRequest());
        QVERIFY(issued);
        QCOMPARE(verify(authority_.certificatePem, issued->certificatePem, X509_PURPOSE_SSL_SERVER), X509_V_OK);
        QVERIFY(verify(authority_.certificatePem, issued->certificatePem, X509_PURPOSE_SSL_CLIENT) != X509_V_OK);
        const Certificate leaf = read(issued->certificatePem);
        QCOMPARE(X509_check_host(leaf.get(), "kubernetes.default.svc", 0, 0, nullptr), 1);
        QCOMPARE(X509_check_host(leaf.get(), "example.org", 0, 0, nullptr), 0);
        QCOMPARE(X509_check_ip_asc(leaf.get(), "10.96.0.1", 0), 1);
        QCOMPARE(X509_check_ip_asc(leaf.get(), "::1", 0), 1);
        QVERIFY(X509_get0_subject_key_id(leaf.get()));
        QVERIFY(X509_get0_authority_key_id(leaf.get()));
        QVERIFY(X509_cmp_current_time(X509_get0_notBefore(leaf.get())) < 0);
    }

    void aCommaDoesNotAddANameOfItsOwn() {
        auto request = serverRequest();
        request.dnsNames = {"a.example,DNS:b.example"};
        const auto issued = pki::issueCertificate(authority_, request);
        QVERIFY(issued);
        QCOMPARE(X509_check_host(read(issued->certificatePem).get(), "b.example", 0, 0, nullptr), 0);
    }

    void clientCertificateCarriesUserAndGroups() {
        pki::CertificateRequest request;
        request.commonName = "system:node:one";
        request.organizations = {"system:nodes", "行き"};
        request.client = true;
        const auto issued = pki::issueCertificate(authority_, request);
        QVERIFY(issued);
        QCOMPARE(verify(authority_.certificatePem, issued->certificatePem, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
        const auto identity = pki::identityOf(issued->certificatePem);
        QVERIFY(identity);
        QCOMPARE(identity->user, std::string("system:node:one"));
        QCOMPARE(identity->groups, request.organizations);
    }

    void serialsDiffer() {
        const auto one = pki::issueCertificate(authority_, serverRequest());
        const auto two = pki::issueCertificate(authority_, serverRequest());
        QVERIFY(one && two);
        QVERIFY(ASN1_INTEGER_cmp(X509_get0_serialNumber(read(one->certificatePem).get()),
                                 X509_get0_serialNumber(read(two->certificatePem).get())) != 0);
    }

    void lifetimeEndsWhenAskedAndNotAfterTheAuthority() {
        auto request = serverRequest();
        request.lifetime = std::chrono::hours(5);
        const auto shortLived = pki::issueCertificate(authority_, request);
        QVERIFY(shortLived);
        const auto left = *pki::expiryOf(shortLived->certificatePem) - std::chrono::system_clock::now();
        QVERIFY(left > std::chrono::hours(4) && left <= std::chrono::hours(5));

        request.lifetime = std::chrono::hours(24 * 36500);
        const auto longLived = pki::issueCertificate(authority_, request);
        QVERIFY(longLived);
        QVERIFY(*pki::expiryOf(longLived->certificatePem) == *pki::expiryOf(authority_.certificatePem));
    }

    void otherAuthorityDoesNotVerify() {
        const auto other = pki::makeAuthority("test-ca");
        const auto issued = pki::issueCertificate(*other, serverRequest());
        QVERIFY(other && issued);
        QVERIFY(verify(authority_.certificatePem, issued->certificatePem, X509_PURPOSE_SSL_SERVER) != X509_V_OK);
        const auto mixed = pki::issueCertificate({authority_.certificatePem, other->keyPem}, serverRequest());
        QVERIFY(!mixed);
        QVERIFY(mixed.error().kind == pki::Errc::badKey);
    }

    void badInputIsRefused() {
        QVERIFY(pki::identityOf("nonsense").error().kind == pki::Errc::badCertificate);
        QVERIFY(pki::expiryOf("").error().kind == pki::Errc::badCertificate);
        QVERIFY(pki::signToken("nonsense", "{}").error().kind == pki::Errc::badKey);
        auto request = serverRequest();
        request.ipAddresses = {"300.1.2.3"};
        QVERIFY(!pki::issueCertificate(authority_, request));
    }

    void tokenRoundTrip() {
        const auto key = pki::makePrivateKey();
        QVERIFY(key);
        const std::string claims = R"({"iss":"slipway","sub":"system:serviceaccount:default:default","exp":1})";
        const auto token = pki::signToken(*key, claims);
        QVERIFY(token);
        const auto verified = pki::verifyToken(*key, *token);
        QVERIFY(verified);
        QCOMPARE(*verified, claims);
    }

    void everyChangedLetterOfATokenIsRefused() {
        const auto key = pki::makePrivateKey();
        const auto token = pki::signToken(*key, R"({"sub":"a"})");
        QVERIFY(key && token);
        for (std::size_t i = 0; i < token->size(); ++i) {
            std::string changed = *token;
            changed[i] = changed[i] == 'B' ? 'A' : 'B';
            const auto verified = pki::verifyToken(*key, changed);
            QVERIFY(!verified);
            QVERIFY(verified.error().kind == pki::Errc::badToken);
        }
        for (std::size_t size = 0; size < token->size(); ++size)
            QVERIFY(!pki::verifyToken(*key, token->substr(0, size)));
        QVERIFY(!pki::verifyToken(*key, *token + "="));
        QVERIFY(!pki::verifyToken(*key, *token + "\n"));
    }

    void unsignedAndForeignTokensAreRefused() {
        const auto key = pki::makePrivateKey(), other = pki::makePrivateKey();
        const auto token = pki::signToken(*other, R"({"sub":"a"})");
        QVERIFY(!pki::verifyToken(*key, *token));
        QVERIFY(!pki::verifyToken(*key, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."));
    }

    void keysOfEveryAlgorithmSignAndVerify_data() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"RS256", "ES256", "ES384", "ES512"})
            QTest::newRow(kind) << kind;
    }
    void keysOfEveryAlgorithmSignAndVerify() {
        QFETCH(QString, kind);
        const auto make = [&] {
            return pemOf(kind == "RS256"   ? EVP_RSA_gen(2048)
                         : kind == "ES256" ? EVP_EC_gen("P-256")
                         : kind == "ES384" ? EVP_EC_gen("P-384")
                                           : EVP_EC_gen("P-521"));
        };
        const std::string key = make(), other = make(), mine = pki::makePrivateKey().value();
        const std::string token = pki::signToken(key, R"({"sub":"a"})").value();
        QCOMPARE(pki::verifyToken(key, token).value(), std::string(R"({"sub":"a"})"));
        QCOMPARE(pki::verifyToken(mine + key, token).value(), std::string(R"({"sub":"a"})"));
        QVERIFY(!pki::verifyToken(other, token));
        QVERIFY(!pki::verifyToken(key, token.substr(0, token.size() - 8) + "AAAAAAAA"));
        QCOMPARE(pki::tokenAlgorithms(key), std::vector<std::string>{kind.toStdString()});
        // What the key set says of the key is enough for others.
        const auto set = pki::KeySet::parse(pki::publicKeySet(mine + key).value());
        QVERIFY(set);
        const auto view = pki::readToken(token);
        QVERIFY(view && set->has(view->keyId) && !set->has("other"));
        QVERIFY(set->verify(token, {kind.toStdString()}));
        QVERIFY(!set->verify(token, {"PS256"}));
        QVERIFY(!set->verify(pki::signToken(other, "{}").value(), {kind.toStdString()}));
        QVERIFY(!pki::KeySet::parse("[]"));
        QVERIFY(pki::KeySet::parse(R"({"keys":[{"kty":"RSA","n":"","e":"AQAB"},{"kty":"oct","k":"AA"}]})"));
    }

    void smallRsaKeysAreRefused() {
        QVERIFY(pki::signToken(pemOf(EVP_RSA_gen(1024)), "{}").error().kind == pki::Errc::badKey);
    }

    void keySetNamesTheTokensKey() {
        const auto key = pki::makePrivateKey();
        const auto set = pki::publicKeySet(*key);
        QVERIFY(set);
        const auto jwk = QJsonDocument::fromJson(QByteArray::fromStdString(*set))["keys"][0];
        QCOMPARE(jwk["kty"].toString(), "EC");
        const auto token = pki::signToken(*key, "{}");
        const auto header = QByteArray::fromBase64(QByteArray::fromStdString(token->substr(0, token->find('.'))),
                                                   QByteArray::Base64UrlEncoding);
        QCOMPARE(QJsonDocument::fromJson(header)["kid"].toString(), jwk["kid"].toString());
        QCOMPARE(QByteArray::fromBase64(jwk["x"].toString().toLatin1(), QByteArray::Base64UrlEncoding).size(), 32);
    }

    void aRequestNamesItsSubject() {
        const auto names = pki::namesOfRequest(nodeRequest);
        QVERIFY(names);
        QCOMPARE(names->commonName, "system:node:n1");
        QCOMPARE(names->organizations, std::vector<std::string>{"system:nodes"});
        QCOMPARE(names->dnsNames, std::vector<std::string>{"n1"});
        QCOMPARE(names->ipAddresses, (std::vector<std::string>{"192.0.2.1", "2001:db8:0:0:0:0:0:1"}));
        QVERIFY(!names->otherNames);
        std::string forged = nodeRequest;
        forged[forged.find("MIIB") + 60] ^= 1; // within what is signed
        QVERIFY(!pki::namesOfRequest(forged));
        QVERIFY(!pki::namesOfRequest("no request"));
    }

    void aRequestIsSignedForItsUses() {
        const auto signedPem =
            pki::signRequest(authority_, nodeRequest, {"digital signature", "client auth"}, std::chrono::hours(1));
        QVERIFY(signedPem);
        QCOMPARE(pki::identityOf(*signedPem)->user, "system:node:n1");
        QCOMPARE(verify(authority_.certificatePem, *signedPem, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
        QVERIFY(verify(authority_.certificatePem, *signedPem, X509_PURPOSE_SSL_SERVER) != X509_V_OK);
        const auto left = *pki::expiryOf(*signedPem) - std::chrono::system_clock::now();
        QVERIFY(left > std::chrono::minutes(58) && left < std::chrono::minutes(62));
        QVERIFY(!pki::signRequest(authority_, nodeRequest, {"mining"}, std::chrono::hours(1)));
    }

private:
    pki::KeyPair authority_;
};

QTEST_GUILESS_MAIN(PkiTest)
#include "pki_test.moc"
