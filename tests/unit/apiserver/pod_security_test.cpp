#include "api_under_test.h"

using namespace slipway;
using test::ApiUnderTest;
using test::podText;

/// The pod security standards: what each level refuses, in Kubernetes' words.
class PodSecurityTest : public QObject {
    Q_OBJECT

private slots:
    void levels_data() {
        QTest::addColumn<QString>("level");
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("container");
        QTest::addColumn<QString>("violations"); ///< empty: let through
        const auto row = [](const char* name, const char* level, const QString& spec, const QString& container,
                            const QString& violations) {
            QTest::newRow(name) << level << spec << container << violations;
        };
        const auto context = [](const QString& members) {
            return QStringLiteral(",'securityContext':{%1}").arg(members);
        };
        const QString tight = "'allowPrivilegeEscalation':false,'runAsNonRoot':true,'seccompProfile':{'type':"
                              "'RuntimeDefault'},'capabilities':{'drop':['ALL']}";
        row("privileged level", "privileged", ",'hostNetwork':true", context("'privileged':true"), "");
        row("plain pod", "baseline", "", "", "");
        row("privileged", "baseline", "", context("'privileged':true"),
            "privileged (container \"a\" must not set securityContext.privileged=true)");
        row("host namespaces", "baseline", ",'hostNetwork':true,'hostPID':true", "",
            "host namespaces (hostNetwork=true, hostPID=true)");
        row("host path", "baseline", ",'volumes':[{'name':'v','hostPath':{'path':'/'}}]", "",
            "hostPath volumes (volume \"v\")");
        row("host port", "baseline", "", ",'ports':[{'containerPort':80,'hostPort':80}]",
            "hostPort (container \"a\" uses hostPort 80)");
        row("added capability", "baseline", "", context("'capabilities':{'add':['SYS_ADMIN','CHOWN']}"),
            "non-default capabilities (container \"a\" must not include \"SYS_ADMIN\" in "
            "securityContext.capabilities.add)");
        row("proc mount", "baseline", ",'hostUsers':false", context("'procMount':'Unmasked'"),
            "procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")");
        row("seccomp", "baseline", context("'seccompProfile':{'type':'Unconfined'}"), "",
            "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")");
        row("safe sysctl", "baseline", context("'sysctls':[{'name':'kernel.shm_rmid_forced','value':'1'}]"), "", "");
        row("sysctl", "baseline", context("'sysctls':[{'name':'kernel.msgmax','value':'1'}]"), "",
            "forbidden sysctl (kernel.msgmax)");
        row("SELinux", "baseline", context("'seLinuxOptions':{'type':'x','user':'u'}"), "",
            "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"x\"; user may not be set)");
        row("AppArmor", "baseline", "", context("'appArmorProfile':{'type':'Unconfined'}"),
            "forbidden AppArmor profile (container \"a\" must not set AppArmor profile type to \"Unconfined\")");
        row("restricted plain", "restricted", "", "",
            "allowPrivilegeEscalation != false (container \"a\" must set "
            "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"a\" must set "
            "securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"a\" must set "
            "securityContext.runAsNonRoot=true), seccompProfile (pod or container \"a\" must set "
            "securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")");
        row("restricted good", "restricted", "", context(tight), "");
        row("bind capability", "restricted", "",
            context(QString(tight).replace("['ALL']", "['ALL'],'add':['NET_BIND_SERVICE']")), "");
        row("root user", "restricted", "", context(tight + ",'runAsUser':0"),
            "runAsUser=0 (container \"a\" must not set runAsUser=0)");
        row("explicit root", "restricted", context("'runAsNonRoot':true"),
            context(QString(tight).replace("'runAsNonRoot':true", "'runAsNonRoot':false")),
            "runAsNonRoot != true (container \"a\" must not set securityContext.runAsNonRoot=false)");
        row("restricted volume", "restricted", ",'volumes':[{'name':'v','hostPath':{'path':'/'}}]", context(tight),
            "restricted volume types (volume \"v\" uses restricted volume type \"hostPath\")");
    }
    void levels() {
        QFETCH(QString, level);
        QFETCH(QString, spec);
        QFETCH(QString, container);
        QFETCH(QString, violations);
        ApiUnderTest api;
        api.makeNamespace("t", QStringLiteral("{'pod-security.kubernetes.io/enforce':'%1'}").arg(level));
        const auto answer = api.post("/api/v1/namespaces/t/pods", podText("p", spec, container));
        QCOMPARE(answer.brief(), violations.isEmpty()
                                     ? QString("201")
                                     : QStringLiteral("403 Forbidden: pods \"p\" is forbidden: violates PodSecurity "
                                                      "\"%1:latest\": %2")
                                           .arg(level, violations));
    }

    void warnings() {
        ApiUnderTest api;
        api.makeNamespace("t", "{'pod-security.kubernetes.io/warn':'baseline','pod-security.kubernetes.io/"
                               "warn-version':'v1.30'}");
        const auto pod = api.post("/api/v1/namespaces/t/pods", podText("p", ",'hostNetwork':true"));
        QCOMPARE(pod.code, 201);
        const std::vector<std::string> expected{
            "would violate PodSecurity \"baseline:v1.30\": host namespaces (hostNetwork=true)"};
        QCOMPARE(pod.warnings, expected);
        const auto deployment = api.post(
            "/apis/apps/v1/namespaces/t/deployments",
            "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':"
            "{'a':'b'}},'spec':{'hostNetwork':true,'containers':[{'name':'a','image':'x'}]}}}}");
        QCOMPARE(deployment.warnings, expected);
        const auto raised = api.merge("/api/v1/namespaces/t",
                                      "{'metadata':{'labels':{'pod-security.kubernetes.io/enforce':'baseline'}}}");
        QCOMPARE(raised.warnings,
                 (std::vector<std::string>{
                     "existing pods in namespace \"t\" violate the new PodSecurity enforce level \"baseline:latest\"",
                     "p: host namespaces"}));
    }

    void labelsAreJudged() {
        ApiUnderTest api;
        QCOMPARE(api.post("/api/v1/namespaces", "{'metadata':{'name':'n','labels':{'pod-security.kubernetes.io/"
                                                "enforce':'strict'}}}")
                     .brief(),
                 QString("422 Invalid: Namespace \"n\" is invalid: metadata.labels[pod-security.kubernetes.io/"
                         "enforce]: Invalid value: \"strict\": must be one of privileged, baseline, restricted "
                         "[FieldValueInvalid metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "
                         "\"strict\": must be one of privileged, baseline, restricted]"));
    }
};

QTEST_GUILESS_MAIN(PodSecurityTest)
#include "pod_security_test.moc"
