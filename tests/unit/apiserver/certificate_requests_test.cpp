#include "cluster/api/base64.h"
#include "tests/unit/apiserver/api_under_test.h"

using namespace slipway;
using test::ApiUnderTest;

namespace {

const std::string requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const QString pem = QString::fromStdString(api::encodeBase64("-----BEGIN CERTIFICATE-----\nMA==\n"));

/// The types of the conditions, in their order.
QStringList conditions(const ApiUnderTest::Answer& request) {
    QStringList types;
    const api::Json list = request.at({"status", "conditions"});
    if (list.is_array())
        for (const api::Json& condition : list.get_array())
            types << QString::fromStdString(std::string(api::stringAt(condition, {"type"})));
    return types;
}

QString condition(const char* type) {
    return QStringLiteral("{'type':'%1','status':'True','reason':'Tried'}").arg(type);
}

QString withConditions(std::initializer_list<const char*> types) {
    QStringList list;
    for (const char* type : types)
        list << condition(type);
    return QStringLiteral("{'status':{'conditions':[%1]}}").arg(list.join(','));
}

} // namespace

/// Who may write what of a certificate signing request through its subresources.
class CertificateRequestsTest : public QObject {
    Q_OBJECT

    std::unique_ptr<ApiUnderTest> api_;
    const std::string request_ = requests + "/c";

private slots:
    void init() {
        api_ = std::make_unique<ApiUnderTest>();
        QCOMPARE(api_->post(requests, "{'metadata':{'name':'c'},'spec':{'request':"
                                      "'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K','signerName':'example.com/s',"
                                      "'usages':['client auth']}}")
                     .brief(),
                 "201");
    }

    void anApproverWritesConditionsAlone() {
        const auto noted = api_->merge(request_ + "/approval", withConditions({"Looked"}));
        QCOMPARE(conditions(noted), QStringList{"Looked"});
        QVERIFY(!api::stringAt(noted.at({"status", "conditions"}).at(0), {"lastUpdateTime"}).empty());
        QCOMPARE(conditions(api_->merge(request_ + "/approval", withConditions({"Looked", "Approved"}))),
                 (QStringList{"Looked", "Approved"}));
        const auto issued =
            api_->merge(request_ + "/approval", QStringLiteral("{'status':{'certificate':'%1'}}").arg(pem));
        QVERIFY(issued.at({"status", "certificate"}).is_null());
        QCOMPARE(api_->merge(request_ + "/approval", withConditions({"Looked"})).brief(),
                 "422 Invalid: CertificateSigningRequest.certificates.k8s.io \"c\" is invalid: status.conditions: "
                 "Forbidden: updates may not remove a condition of type \"Approved\" [FieldValueForbidden "
                 "status.conditions: Forbidden: updates may not remove a condition of type \"Approved\"]");
    }

    void aSignerWritesEverythingButDecisions() {
        QCOMPARE(api_->merge(request_ + "/status", withConditions({"Approved"})).code, 422);
        api_->merge(request_ + "/approval", withConditions({"Approved"}));
        const auto told = api_->merge(request_ + "/status", withConditions({"Told", "Approved"}));
        QCOMPARE(conditions(told), (QStringList{"Told", "Approved"}));
        QCOMPARE(api_->merge(request_ + "/status", "{'status':{'certificate':'eA=='}}").code, 422);
        const auto issue = QStringLiteral("{'status':{'certificate':'%1'}}").arg(pem);
        QCOMPARE(api_->merge(request_ + "/status", issue).brief(), "200");
        QCOMPARE(api_->merge(request_ + "/status", "{'status':{'certificate':null}}").code, 422);
    }
};

QTEST_GUILESS_MAIN(CertificateRequestsTest)
#include "certificate_requests_test.moc"
