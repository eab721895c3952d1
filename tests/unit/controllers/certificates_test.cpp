#include "cluster/controllers/certificates/certificate_request.h"

#include "cluster/base/time.h"
#include "tests/unit/controllers/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using std::chrono::seconds;

namespace {

CertificateSigningRequest request(const std::string& signer, const std::string& usages, const std::string& rest = "") {
    return fromText<CertificateSigningRequest>(std::format(
        R"({{"metadata":{{"name":"r","creationTimestamp":"2026-01-01T00:00:00Z"}},"spec":{{"request":"","signerName":"{}",)"
        R"("username":"system:node:n1","usages":[{}]{}}}}})",
        signer, usages, rest));
}

CertificateNames node() {
    return {"system:node:n1", {"system:nodes"}, {}, {}, false};
}

constexpr const char *clientUses = R"("digital signature","client auth")",
                     *serverUses = R"("digital signature","key encipherment","server auth")";

} // namespace

class CertificatesTest : public QObject {
    Q_OBJECT

private slots:
    void nodesGetClientCertificates() {
        QVERIFY(refusal(request(nodeClientSigner, clientUses), node()).empty());
        QVERIFY(!refusal(request(nodeClientSigner, serverUses), node()).empty());
        auto named = node();
        named.dnsNames = {"n1"};
        QVERIFY(!refusal(request(nodeClientSigner, clientUses), named).empty());
        auto other = node();
        other.organizations = {"system:masters"};
        QVERIFY(!refusal(request(nodeClientSigner, clientUses), other).empty());
    }

    void nodesGetServingCertificatesForThemselves() {
        QCOMPARE(refusal(request(nodeServingSigner, serverUses), node()), "DNS or IP subjectAltName is required");
        auto named = node();
        named.ipAddresses = {"192.0.2.1"};
        QVERIFY(refusal(request(nodeServingSigner, serverUses), named).empty());
        named.commonName = "system:node:n2";
        QCOMPARE(refusal(request(nodeServingSigner, serverUses), named), "subject common name is not the requestor");
    }

    void usersGetClientCertificates() {
        const CertificateNames user{"jane", {"developers"}, {}, {}, false};
        QVERIFY(refusal(request(clientSigner, clientUses), user).empty());
        QVERIFY(!refusal(request(clientSigner, serverUses), user).empty());
        QVERIFY(isOurSigner(clientSigner));
        QVERIFY(!isOurSigner("example.com/other"));
    }

    void aNodesOwnRequestIsKnown() {
        QVERIFY(isNodeClientRequest(request(nodeClientSigner, clientUses), node(), true));
        auto other = node();
        other.commonName = "system:node:n2";
        QVERIFY(!isNodeClientRequest(request(nodeClientSigner, clientUses), other, true));
        QVERIFY(isNodeClientRequest(request(nodeClientSigner, clientUses), other, false));
        QVERIFY(!isNodeClientRequest(request(clientSigner, clientUses), node(), false));
    }

    void theLifetimeHasBounds() {
        QCOMPARE(lifetimeOf(request(clientSigner, clientUses)), seconds(365 * 24 * 3600));
        QCOMPARE(lifetimeOf(request(clientSigner, clientUses, R"(,"expirationSeconds":3600)")), seconds(3600));
        QCOMPARE(lifetimeOf(request(clientSigner, clientUses, R"(,"expirationSeconds":5)")), seconds(600));
    }

    void requestsAreNotKeptForEver() {
        auto pending = request(clientSigner, clientUses);
        const auto now = base::parseTime("2026-01-01T02:00:00Z").value();
        QCOMPARE(keepFor(pending, now), seconds(22 * 3600));
        auto& condition = pending.status.emplace().conditions.emplace_back();
        condition.type = "Approved";
        condition.status = "True";
        condition.lastUpdateTime = "2026-01-01T01:30:00Z";
        QCOMPARE(keepFor(pending, now), seconds(1800));
    }
};

QTEST_GUILESS_MAIN(CertificatesTest)
#include "certificates_test.moc"
