// ValidatingAdmissionPolicies: what is taken, and what they let in.

#include "cluster/api/cel/admission_types.h"
#include "cluster/apiserver/audit/audit.h"
#include "tests/unit/apiserver/api_under_test.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QMutex>

using namespace slipway;
using slipway::test::ApiUnderTest;

namespace {

const std::string policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
                  bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
                  maps = "/api/v1/namespaces/t/configmaps";

QString policy(const QString& members) {
    return QStringLiteral(
               "{'metadata':{'name':'p'},'spec':{'matchConstraints':{'resourceRules':[{'apiGroups':['*'],"
               "'apiVersions':['*'],'operations':['CREATE','UPDATE'],'resources':['configmaps','widgets']}]},%1}}")
        .arg(members);
}

QString binding(const QString& members = "'validationActions':['Deny']") {
    return QStringLiteral("{'metadata':{'name':'b'},'spec':{'policyName':'p',%1}}").arg(members);
}

/// The annotations of audit events.
class KeptEvents {
public:
    std::shared_ptr<apiserver::audit::Audit> audit() {
        namespace audit = apiserver::audit;
        std::vector<std::unique_ptr<audit::Backend>> backends;
        backends.push_back(
            std::make_unique<audit::Backend>("kept", std::make_unique<Sink>(*this), audit::QueueLimits()));
        auto policy = audit::Policy::parse("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n");
        return std::make_shared<audit::Audit>(std::move(*policy), std::move(backends));
    }
    QJsonObject last() const {
        const QMutexLocker lock(&mutex_);
        return last_;
    }

private:
    struct Sink : apiserver::audit::Sink {
        explicit Sink(KeptEvents& kept) : kept_(kept) {}
        std::expected<void, std::string> write(const std::vector<std::string>& events) override {
            const QMutexLocker lock(&kept_.mutex_);
            for (const std::string& event : events)
                kept_.last_ =
                    QJsonDocument::fromJson(QByteArray::fromStdString(event)).object()["annotations"].toObject();
            return {};
        }
        KeptEvents& kept_;
    };
    mutable QMutex mutex_;
    QJsonObject last_;
};

} // namespace

class PoliciesTest : public QObject {
    Q_OBJECT

    static void bind(ApiUnderTest& api, const QString& spec, const QString& bound = binding()) {
        const auto made = api.post(policies, policy(spec));
        QVERIFY2(made.code == 201, qPrintable(made.brief()));
        QCOMPARE(api.post(bindings, bound).brief(), "201");
    }

private slots:
    void expressionsAreChecked_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("cause");
        QTest::newRow("syntax")
            << "'validations':[{'expression':'object.'}]"
            << "spec.validations[0].expression: Invalid value: \"object.\": compilation failed: ERROR: "
               "<input>:1:8: Syntax error: mismatched input '<EOF>' expecting IDENTIFIER\n | object.\n "
               "| .......^";
        QTest::newRow("no boolean") << "'validations':[{'expression':'1'}]"
                                    << "spec.validations[0].expression: Invalid value: \"1\": must evaluate to bool";
        QTest::newRow("params unbound")
            << "'validations':[{'expression':'params.x'}]"
            << "spec.validations[0].expression: Invalid value: \"params.x\": compilation failed: ERROR: <input>:1:1: "
               "undeclared reference to 'params' (in container '')\n | params.x\n | ^";
        QTest::newRow("request") << "'validations':[{'expression':'request.userinfo == \\\"\\\"'}]"
                                 << "spec.validations[0].expression: Invalid value: \"request.userinfo == \\\"\\\"\": "
                                    "compilation failed: ERROR: <input>:1:8: undefined field 'userinfo'\n | "
                                    "request.userinfo == \"\"\n | .......^";
        QTest::newRow("variable")
            << "'variables':[{'name':'v','expression':'1'}],"
               "'validations':[{'expression':'variables.v > \\\"a\\\"'}]"
            << "spec.validations[0].expression: Invalid value: \"variables.v > \\\"a\\\"\": compilation "
               "failed: ERROR: <input>:1:13: found no matching overload for '_>_' applied to '(int, "
               "string)'\n | variables.v > \"a\"\n | ............^";
        QTest::newRow("annotation") << "'auditAnnotations':[{'key':'k','valueExpression':'1'}]"
                                    << "spec.auditAnnotations[0].valueExpression: Invalid value: \"1\": must evaluate "
                                       "to one of [string null_type]";
    }
    void expressionsAreChecked() {
        QFETCH(QString, spec);
        QFETCH(QString, cause);
        ApiUnderTest api;
        const auto made = api.post(policies, policy(spec));
        QCOMPARE(made.code, 422);
        const api::Json causes = made.at({"details", "causes"});
        const api::Json& first = causes.as_array()[0];
        QCOMPARE(QString::fromStdString(
                     std::format("{}: {}", api::stringAt(first, {"field"}), api::stringAt(first, {"message"}))),
                 cause);
    }

    void requestsAreJudged_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("message"); ///< empty: it is let in
        const QString denied =
            "configmaps \"m\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ";
        QTest::newRow("plain") << "'validations':[{'expression':'has(object.data) && size(object.data) > 1'}]"
                               << denied + "failed expression: has(object.data) && size(object.data) > 1";
        QTest::newRow("message") << "'validations':[{'expression':'false','message':'never'}]" << denied + "never";
        QTest::newRow("message expression")
            << "'validations':[{'expression':'false','messageExpression':'\\\"not \\\" + object.metadata.name'}]"
            << denied + "not m";
        QTest::newRow("variables") << "'variables':[{'name':'n','expression':'size(object.data)'},{'name':'twice','"
                                      "expression':'variables.n * 2'}],"
                                      "'validations':[{'expression':'variables.twice == 2'}]"
                                   << "";
        QTest::newRow("variable that fails")
            << "'variables':[{'name':'n','expression':'object.none'}],'validations':[{'expression':'variables.n == 1'}]"
            << denied +
                   "expression 'variables.n == 1' resulted in error: composited variable \"n\" fails to evaluate: no "
                   "such key: none";
        QTest::newRow("condition")
            << "'matchConditions':[{'name':'c','expression':'request.operation == \\\"UPDATE\\\"'}],"
               "'validations':[{'expression':'false'}]"
            << "";
        QTest::newRow("condition that fails")
            << "'matchConditions':[{'name':'c','expression':'object.none == 1'}],'validations':[{'expression':'true'}]"
            << denied + "expression 'object.none == 1' resulted in error: no such key: none";
        QTest::newRow("fails open") << "'failurePolicy':'Ignore','validations':[{'expression':'object.none == 1'}]"
                                    << "";
        QTest::newRow("authorizer")
            << "'validations':[{'expression':'authorizer.requestResource.check(\\\"delete\\\")"
               ".allowed() && authorizer.group(\\\"\\\").resource(\\\"pods\\\").check(\\\"get\\\")"
               ".allowed()'}]"
            << "";
        QTest::newRow("namespace")
            << "'validations':[{'expression':'namespaceObject.metadata.labels.kind == \\\"test\\\"'}]"
            << "";
    }
    void requestsAreJudged() {
        QFETCH(QString, spec);
        QFETCH(QString, message);
        ApiUnderTest api;
        api.makeNamespace("t", "{'kind':'test'}");
        bind(api, spec);
        const auto made = api.post(maps, "{'metadata':{'name':'m'},'data':{'a':'1'}}");
        QCOMPARE(made.code, message.isEmpty() ? 201 : 422);
        if (!message.isEmpty())
            QCOMPARE(QString::fromStdString(made.message()), message);
    }

    void parametersAreObjects() {
        ApiUnderTest api;
        api.makeNamespace("t", "{}");
        bind(api,
             "'paramKind':{'apiVersion':'v1','kind':'Secret'},'validations':[{'expression':"
             "'params == null || object.data.n == string(params.data.n)'}]",
             binding("'validationActions':['Deny'],'paramRef':{'name':'s','parameterNotFoundAction':'Deny'}"));
        const auto none = api.post(maps, "{'metadata':{'name':'m'},'data':{'n':'MQ=='}}");
        QCOMPARE(none.message(), "configmaps \"m\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied "
                                 "request: failed to configure binding: no params found for policy binding with `Deny` "
                                 "parameterNotFoundAction");
        QCOMPARE(api.post("/api/v1/namespaces/t/secrets", "{'metadata':{'name':'s'},'data':{'n':'MQ=='}}").brief(),
                 "201");
        QCOMPARE(api.post(maps, "{'metadata':{'name':'m'},'data':{'n':'MQ=='}}").brief(), "201");
        QCOMPARE(api.post(maps, "{'metadata':{'name':'o'},'data':{'n':'Mg=='}}").code, 422);
    }

    void warningsAreGiven() {
        ApiUnderTest api;
        api.makeNamespace("t", "{}");
        bind(api, "'validations':[{'expression':'false','message':'never'}]",
             binding("'validationActions':['Warn','Audit']"));
        const auto made = api.post(maps, "{'metadata':{'name':'m'}}");
        QCOMPARE(made.code, 201);
        QCOMPARE(made.warnings, std::vector<std::string>{
                                    "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': never"});
    }

    void failuresAndAnnotationsAreForTheAuditLog() {
        KeptEvents events;
        ApiUnderTest api({}, [&](apiserver::ServerOptions& options) { options.audit = events.audit(); });
        api.makeNamespace("t", "{}");
        bind(
            api,
            "'validations':[{'expression':'true'},{'expression':'false','message':'never'}],'auditAnnotations':[{'key':"
            "'who','valueExpression':'request.userInfo.username'},{'key':'none','valueExpression':'null'}]",
            binding("'validationActions':['Audit']"));
        QCOMPARE(api.post(maps, "{'metadata':{'name':'m'}}").brief(), "201");
        QTRY_VERIFY(events.last().contains("p/who"));
        const QJsonObject notes = events.last();
        QCOMPARE(notes["p/who"].toString(), "admin");
        QVERIFY(!notes.contains("p/none"));
        QCOMPARE(
            notes["validation.policy.admission.k8s.io/validation_failure"].toString(),
            R"([{"message":"never","policy":"p","binding":"b","expressionIndex":1,"validationActions":["Audit"]}])");
    }

    /// The status says what is wrong with an expression by the types of what it judges.
    void statusHasWhatTheTypesSay() {
        ApiUnderTest api;
        const auto made = api.post(
            policies, "{'metadata':{'name':'p'},'spec':{'matchConstraints':{'resourceRules':[{'apiGroups':['apps'],"
                      "'apiVersions':['v1'],'operations':['CREATE'],'resources':['deployments','deployments/scale']},"
                      "{'apiGroups':['*'],'apiVersions':['v1'],'operations':['CREATE'],'resources':['pods']}]},"
                      "'validations':[{'expression':'object.spec.replica > 1'},{'expression':'object.spec.replicas > "
                      "1'}]}}");
        QCOMPARE(made.brief(), "201");
        const api::Json warnings = made.at({"status", "typeChecking", "expressionWarnings"});
        QVERIFY(warnings.is_array());
        QCOMPARE(warnings.get_array().size(), std::size_t(1));
        QCOMPARE(std::string(api::stringAt(warnings.get_array()[0], {"fieldRef"})),
                 std::string("spec.validations[0].expression"));
        QCOMPARE(QString::fromStdString(std::string(api::stringAt(warnings.get_array()[0], {"warning"}))),
                 QString("apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replica'\n | "
                         "object.spec.replica > 1\n | ...........^\n"));
        const auto better = api.merge(policies + "/p", "{'spec':{'validations':[{'expression':'true'}]}}");
        QCOMPARE(better.code, 200);
        QVERIFY(!better.at({"status", "typeChecking"}).as_object().contains("expressionWarnings"));
        QCOMPARE(better.at({"status", "observedGeneration"}), api::Json(2));
    }

    void parametersMayBeOfCustomKinds() {
        ApiUnderTest api;
        api.makeNamespace("t", "{}");
        QCOMPARE(
            api.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                     "{'metadata':{'name':'limits.example.com'},'spec':{'group':'example.com','scope':'Namespaced',"
                     "'names':{'plural':'limits','kind':'Limit'},'versions':[{'name':'v1','served':true,'storage':"
                     "true,'schema':{'openAPIV3Schema':{'type':'object','properties':{'spec':{'type':'object',"
                     "'properties':{'most':{'type':'integer'}}}}}}}]}}")
                .code,
            201);
        const std::string limits = "/apis/example.com/v1/namespaces/t/limits";
        QTRY_COMPARE_WITH_TIMEOUT(api.get(limits).code, 200, 10000);
        // It is served a moment before its definition says so, which is what policies go by.
        QTRY_VERIFY_WITH_TIMEOUT(
            api::printJson(api.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/limits.example.com").body)
                .contains(R"("type":"Established","status":"True")"),
            10000);
        bind(api,
             "'paramKind':{'apiVersion':'example.com/v1','kind':'Limit'},'validations':[{'expression':"
             "'size(object.data) <= params.spec.most'}]",
             binding("'validationActions':['Deny'],'paramRef':{'name':'l','parameterNotFoundAction':'Deny'}"));
        QCOMPARE(api.post(maps, "{'metadata':{'name':'m'},'data':{'a':'1'}}").code, 422);
        QCOMPARE(api.post(limits,
                          "{'apiVersion':'example.com/v1','kind':'Limit','metadata':{'name':'l'},'spec':{'most':"
                          "1}}")
                     .code,
                 201);
        QCOMPARE(api.post(maps, "{'metadata':{'name':'m'},'data':{'a':'1'}}").brief(), "201");
        QCOMPARE(api.post(maps, "{'metadata':{'name':'n'},'data':{'a':'1','b':'2'}}").code, 422);
    }

    /// What is found when the types of the objects are known.
    void typesAreFound() {
        const auto parsed = api::parseJson(R"({"spec":{"validations":[{"expression":"object.spec.replicas > '1'",
            "messageExpression":"'wants replicas > 1, got ' + object.spec.replicas"},
            {"expression":"object.spec.template.spec.containers.all(c, c.image != '') && object.metadata.name != ''"}]}})");
        api::cel::AdmissionScope scope;
        scope.object = api::cel::declaredTypeOf(*api::findType("apps.v1.Deployment"));
        const auto findings = api::cel::checkPolicy(parsed->as_object(), scope, true);
        QCOMPARE(findings.size(), std::size_t(2));
        QCOMPARE(findings[0].path, "spec.validations[0].expression");
        QVERIFY(findings[0].message.contains("found no matching overload for '_>_' applied to '(int, string)'"));
        QCOMPARE(findings[1].path, "spec.validations[0].messageExpression");
        QVERIFY(findings[1].message.contains("found no matching overload for '_+_' applied to '(string, int)'"));
    }
};

QTEST_GUILESS_MAIN(PoliciesTest)
#include "policies_test.moc"
