#include "api_under_test.h"

#include "cluster/apiserver/admission/chain.h"

#include <atomic>
#include <thread>

using namespace slipway;
using test::ApiUnderTest;
using test::podText;

/// The admission plugins, through requests.
class AdmissionTest : public QObject {
    Q_OBJECT

    std::optional<ApiUnderTest> api_;
    const std::string pods_ = "/api/v1/namespaces/t/pods";

    ApiUnderTest::Answer createPod(const QString& name, const QString& spec = {}, const QString& container = {}) {
        return api_->post(pods_, podText(name, spec, container));
    }
    static QString wanted(const QString& why, const QString& pod = "p") {
        return QStringLiteral("403 Forbidden: pods \"%1\" is forbidden: %2").arg(pod, why);
    }

private slots:
    void init() {
        api_.emplace();
        api_->makeNamespace("t");
    }

    void theChainIsInKubernetesOrder() {
        QStringList names;
        for (const auto& plugin : apiserver::admission::mutatingPlugins())
            names << QString::fromStdString(std::string(plugin.name));
        QCOMPARE(names.first(), QString("NamespaceLifecycle"));
        QVERIFY(names.indexOf("LimitRanger") < names.indexOf("ServiceAccount"));
        QVERIFY(names.indexOf("Priority") < names.indexOf("DefaultTolerationSeconds"));
    }

    void namespaces() {
        QCOMPARE(api_->post("/api/v1/namespaces/none/configmaps", "{'metadata':{'name':'c'}}").brief(),
                 QString("404 NotFound: namespaces \"none\" not found"));
        QCOMPARE(api_->remove("/api/v1/namespaces/t").code, 200);
        QCOMPARE(api_->post("/api/v1/namespaces/t/configmaps", "{'metadata':{'name':'c'}}").brief(),
                 QString("403 Forbidden: configmaps \"c\" is forbidden: unable to create new content in namespace t "
                         "because it is being terminated [NamespaceTerminating metadata.namespace: namespace t is "
                         "being terminated]"));
        QCOMPARE(api_->remove("/api/v1/namespaces/default").brief(),
                 QString("403 Forbidden: namespaces \"default\" is forbidden: this namespace may not be deleted"));
    }

    void serviceAccounts() {
        QCOMPARE(createPod("p", ",'serviceAccountName':'x'").brief(),
                 wanted("error looking up service account t/x: serviceaccount \"x\" not found"));
        api_->post("/api/v1/namespaces/t/serviceaccounts",
                   "{'metadata':{'name':'x'},'automountServiceAccountToken':false,'imagePullSecrets':[{'name':'s'}]}");
        const auto quiet = createPod("quiet", ",'serviceAccountName':'x'");
        QCOMPARE(quiet.code, 201);
        QVERIFY(quiet.at({"spec", "volumes"}).is_null());
        QCOMPARE(api::test::print(quiet.at({"spec", "imagePullSecrets"})), QString(R"([{"name":"s"}])"));
        const auto loud = createPod("loud", ",'serviceAccountName':'x','automountServiceAccountToken':true");
        QCOMPARE(loud.at({"spec", "volumes"}).as_array().size(), 1U);
        QCOMPARE(loud.text({"spec", "serviceAccount"}), std::string("x"));
    }

    void limitRangeDefaults() {
        const auto made = api_->post(
            "/api/v1/namespaces/t/limitranges",
            "{'metadata':{'name':'l'},'spec':{'limits':[{'type':'Container','min':{'cpu':'50m','memory':'100Mi',"
            "'ephemeral-storage':'200Gi'},'max':{'cpu':'500m','memory':'500Mi','ephemeral-storage':'500Gi'},'default':"
            "{'cpu':'500m','memory':'500Mi','ephemeral-storage':'500Gi'},'defaultRequest':{'cpu':'100m',"
            "'memory':'200Mi','ephemeral-storage':'200Gi'}}]}}");
        QCOMPARE(made.code, 201);
        const auto pod = createPod("p");
        QCOMPARE(pod.code, 201);
        const api::Json resources = pod.at({"spec", "containers"}).as_array()[0].as_object()["resources"];
        QCOMPARE(api::stringAt(resources, {"requests", "ephemeral-storage"}), std::string_view("200Gi"));
        QCOMPARE(api::stringAt(resources, {"limits", "cpu"}), std::string_view("500m"));
        QCOMPARE(pod.text({"metadata", "annotations", "kubernetes.io/limit-ranger"}),
                 std::string("LimitRanger plugin set: cpu, ephemeral-storage, memory request for container a; cpu, "
                             "ephemeral-storage, memory limit for container a"));
        QCOMPARE(createPod("p", "", ",'resources':{'requests':{'cpu':'10m'}}").brief().section(u':', 0, 3),
                 QString("403 Forbidden: pods \"p\" is forbidden: minimum cpu usage per Container is 50m, but request "
                         "is 10m"));
        QCOMPARE(createPod("p", "", ",'resources':{'limits':{'cpu':'2','memory':'1Gi'}}").brief(),
                 wanted("[maximum cpu usage per Container is 500m, but limit is 2, maximum memory usage per Container "
                        "is 500Mi, but limit is 1Gi]"));
    }

    void limitRangeRatiosAndClaims() {
        api_->post("/api/v1/namespaces/t/limitranges",
                   "{'metadata':{'name':'l'},'spec':{'limits':[{'type':'Pod','max':{'cpu':'1'},"
                   "'maxLimitRequestRatio':{'cpu':'2'}},{'type':'PersistentVolumeClaim','max':{'storage':'1Gi'},'min':"
                   "{'storage':'1Mi'}}]}}");
        QCOMPARE(createPod("p", "", ",'resources':{'requests':{'cpu':'100m'},'limits':{'cpu':'300m'}}").brief(),
                 wanted("cpu max limit to request ratio per Pod is 2, but provided ratio is 3.000000"));
        QCOMPARE(createPod("p").brief(),
                 wanted("[maximum cpu usage per Pod is 1.  No limit is specified, cpu max limit to request ratio per "
                        "Pod is 2, but no request is specified or request is 0]"));
        QCOMPARE(api_->post("/api/v1/namespaces/t/persistentvolumeclaims",
                            "{'metadata':{'name':'c'},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':"
                            "{'storage':'2Gi'}}}}")
                     .brief(),
                 QString("403 Forbidden: persistentvolumeclaims \"c\" is forbidden: maximum storage usage per "
                         "PersistentVolumeClaim is 1Gi, but request is 2Gi"));
    }

    void quota(const QString& hard, const QString& more = {}) {
        const auto made = api_->post("/api/v1/namespaces/t/resourcequotas",
                                     QStringLiteral("{'metadata':{'name':'q'},'spec':{'hard':%1%2}}").arg(hard, more));
        QCOMPARE(made.code, 201);
    }

    void quotaOfCounts() {
        quota("{'pods':'1','count/deployments.apps':'0','services':'2','services.nodeports':'1','configmaps':'1'}");
        QCOMPARE(createPod("p").code, 201);
        QCOMPARE(createPod("p2").brief(),
                 wanted("exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1", "p2"));
        QCOMPARE(api_->merge(pods_ + "/p/status", "{'status':{'phase':'Succeeded'}}").code, 200);
        QCOMPARE(createPod("p2").code, 201); // what has ended counts no more
        QCOMPARE(api_->post("/apis/apps/v1/namespaces/t/deployments",
                            "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':"
                            "{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'a','image':'x'}]}}}}")
                     .brief(),
                 QString("403 Forbidden: deployments.apps \"d\" is forbidden: exceeded quota: q, requested: "
                         "count/deployments.apps=1, used: count/deployments.apps=0, limited: "
                         "count/deployments.apps=0"));
        const auto service = [&](const QString& name, const QString& type) {
            return api_->post("/api/v1/namespaces/t/services",
                              QStringLiteral("{'metadata':{'name':'%1'},'spec':{'type':'%2','ports':[{'port':80}]}}")
                                  .arg(name, type));
        };
        QCOMPARE(service("s1", "ClusterIP").code, 201);
        QCOMPARE(service("s2", "NodePort").code, 201);
        QCOMPARE(service("s3", "NodePort").brief(),
                 QString("403 Forbidden: services \"s3\" is forbidden: exceeded quota: q, requested: "
                         "services=1,services.nodeports=1, used: services=2,services.nodeports=1, limited: "
                         "services=2,services.nodeports=1"));
        QCOMPARE(api_->merge("/api/v1/namespaces/t/services/s1", "{'spec':{'type':'NodePort'}}").brief(),
                 QString("403 Forbidden: services \"s1\" is forbidden: exceeded quota: q, requested: "
                         "services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1"));
    }

    void quotaOfCompute() {
        quota("{'requests.cpu':'1','limits.memory':'1Gi','requests.example.com/dongle':'1'}");
        QCOMPARE(createPod("p").brief(), wanted("failed quota: q: must specify limits.memory for: a; requests.cpu for: "
                                                "a"));
        const QString good = ",'resources':{'requests':{'cpu':'600m','example.com/dongle':'1'},'limits':{'memory':"
                             "'100Mi','example.com/dongle':'1'}}";
        QCOMPARE(createPod("p", "", good).code, 201);
        QCOMPARE(createPod("p2", "", good).brief(),
                 wanted("exceeded quota: q, requested: requests.cpu=600m,requests.example.com/dongle=1, used: "
                        "requests.cpu=600m,requests.example.com/dongle=1, limited: "
                        "requests.cpu=1,requests.example.com/dongle=1",
                        "p2"));
    }

    void quotaScopes_data() {
        QTest::addColumn<QString>("scopes");
        QTest::addColumn<QString>("pod");
        QTest::addColumn<QString>("container");
        QTest::addColumn<bool>("counted");
        const QString cpu = ",'resources':{'requests':{'cpu':'1'}}";
        QTest::newRow("best effort") << "'scopes':['BestEffort']" << "" << "" << true;
        QTest::newRow("not best effort") << "'scopes':['BestEffort']" << "" << cpu << false;
        QTest::newRow("burstable") << "'scopes':['NotBestEffort']" << "" << cpu << true;
        QTest::newRow("terminating") << "'scopes':['Terminating']" << ",'activeDeadlineSeconds':9" << "" << true;
        QTest::newRow("long running") << "'scopes':['Terminating']" << "" << "" << false;
        QTest::newRow("not terminating") << "'scopes':['NotTerminating']" << "" << "" << true;
        const QString byClass = "'scopeSelector':{'matchExpressions':[{'scopeName':'PriorityClass','operator':'In',"
                                "'values':['system-node-critical']}]}";
        QTest::newRow("priority") << byClass << ",'priorityClassName':'system-node-critical'" << "" << true;
        QTest::newRow("other priority") << byClass << ",'priorityClassName':'system-cluster-critical'" << "" << false;
    }
    void quotaScopes() {
        QFETCH(QString, scopes);
        QFETCH(QString, pod);
        QFETCH(QString, container);
        quota("{'pods':'0'}", "," + scopes);
        QTEST(createPod("p", pod, container).code == 403, "counted");
    }

    void quotaOfClaims() {
        quota("{'requests.storage':'10Gi','gold.storageclass.storage.k8s.io/persistentvolumeclaims':'0'}");
        const auto claim = [&](const QString& name, const QString& size, const QString& more = {}) {
            return api_
                ->post("/api/v1/namespaces/t/persistentvolumeclaims",
                       QStringLiteral("{'metadata':{'name':'%1'},'spec':{'accessModes':['ReadWriteOnce'],'resources':"
                                      "{'requests':{'storage':'%2'}}%3}}")
                           .arg(name, size, more))
                .brief();
        };
        QCOMPARE(claim("a", "8Gi"), QString("201"));
        QCOMPARE(claim("b", "3Gi"), QString("403 Forbidden: persistentvolumeclaims \"b\" is forbidden: exceeded quota: "
                                            "q, requested: requests.storage=3Gi, used: requests.storage=8Gi, limited: "
                                            "requests.storage=10Gi"));
        QVERIFY(claim("c", "1Gi", ",'storageClassName':'gold'")
                    .contains("requested: gold.storageclass.storage.k8s.io/persistentvolumeclaims=1"));
    }

    void quotaIsExactWhenManyAskAtOnce() {
        quota("{'pods':'7'}");
        std::atomic<int> made = 0;
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&, i] {
                for (int j = 0; j < 5; ++j)
                    if (createPod(QStringLiteral("p-%1-%2").arg(i).arg(j)).code == 201)
                        ++made;
            });
        threads.clear();
        QCOMPARE(made.load(), 7);
    }

    void priorities() {
        QCOMPARE(createPod("p", ",'priorityClassName':'none'").brief(),
                 wanted("no PriorityClass with name none was found"));
        QCOMPARE(createPod("p", ",'priority':7").brief(),
                 wanted("the integer value of priority (7) must not be provided in pod spec; priority admission "
                        "controller computed 0 from the given PriorityClass name"));
        const std::string classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
        QCOMPARE(api_->post(classes, "{'metadata':{'name':'usual'},'value':5,'globalDefault':true,'preemptionPolicy':"
                                     "'Never'}")
                     .code,
                 201);
        QCOMPARE(api_->post(classes, "{'metadata':{'name':'other'},'value':6,'globalDefault':true}").brief(),
                 QString("403 Forbidden: priorityclasses.scheduling.k8s.io \"other\" is forbidden: PriorityClass usual "
                         "is already marked as default. Only one default can exist"));
        const auto pod = createPod("p");
        QCOMPARE(pod.text({"spec", "priorityClassName"}), std::string("usual"));
        QCOMPARE(pod.at({"spec", "priority"}), api::Json(5));
        QCOMPARE(pod.text({"spec", "preemptionPolicy"}), std::string("Never"));
    }

    void runtimeClasses() {
        QCOMPARE(createPod("p", ",'runtimeClassName':'fast'").brief(),
                 wanted("pod rejected: RuntimeClass \"fast\" not found"));
        QCOMPARE(api_->post("/apis/node.k8s.io/v1/runtimeclasses",
                            "{'metadata':{'name':'fast'},'handler':'runc','overhead':{'podFixed':{'cpu':'10m'}},"
                            "'scheduling':{'nodeSelector':{'fast':'yes'},'tolerations':[{'key':'k','operator':"
                            "'Exists'}]}}")
                     .code,
                 201);
        const auto pod = createPod("p", ",'runtimeClassName':'fast'");
        QCOMPARE(pod.text({"spec", "overhead", "cpu"}), std::string("10m"));
        QCOMPARE(pod.text({"spec", "nodeSelector", "fast"}), std::string("yes"));
        QCOMPARE(createPod("q", ",'runtimeClassName':'fast','nodeSelector':{'fast':'no'}").brief(),
                 wanted("conflict: runtimeClass.scheduling.nodeSelector[fast] = yes; pod.spec.nodeSelector[fast] = no",
                        "q"));
        QCOMPARE(createPod("q", ",'runtimeClassName':'fast','overhead':{'cpu':'1'}").brief(),
                 wanted("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead", "q"));
        QCOMPARE(createPod("q", ",'overhead':{'cpu':'1'}").brief(),
                 wanted("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead", "q"));
    }

    void defaultClasses() {
        const auto storage = [&](const QString& name) {
            api_->post("/apis/storage.k8s.io/v1/storageclasses",
                       QStringLiteral("{'metadata':{'name':'%1','annotations':{'storageclass.kubernetes.io/"
                                      "is-default-class':'true'}},'provisioner':'x'}")
                           .arg(name));
        };
        const auto claim = [&](const QString& name, const QString& more) {
            return api_->post("/api/v1/namespaces/t/persistentvolumeclaims",
                              QStringLiteral("{'metadata':{'name':'%1'},'spec':{'accessModes':['ReadWriteOnce'],"
                                             "'resources':{'requests':{'storage':'1Gi'}}%2}}")
                                  .arg(name, more));
        };
        storage("b");
        storage("a");
        const auto made = claim("some", "");
        QCOMPARE(made.text({"spec", "storageClassName"}), std::string("a"));
        QCOMPARE(api::test::print(made.at({"metadata", "finalizers"})), QString(R"(["kubernetes.io/pvc-protection"])"));
        QCOMPARE(claim("empty", ",'storageClassName':''").text({"spec", "storageClassName"}), std::string());
        QCOMPARE(api_->merge("/api/v1/namespaces/t/persistentvolumeclaims/some",
                             "{'spec':{'resources':{'requests':{'storage':'2Gi'}}}}")
                     .code,
                 422);
        api_->post("/apis/networking.k8s.io/v1/ingressclasses",
                   "{'metadata':{'name':'web','annotations':{'ingressclass.kubernetes.io/is-default-class':'true'}},"
                   "'spec':{'controller':'example.com/x'}}");
        QCOMPARE(api_->post("/apis/networking.k8s.io/v1/namespaces/t/ingresses",
                            "{'metadata':{'name':'i'},'spec':{'defaultBackend':{'service':{'name':'s','port':{"
                            "'number':80}}}}}")
                     .text({"spec", "ingressClassName"}),
                 std::string("web"));
    }

    void policies() {
        const std::string group = "/apis/admissionregistration.k8s.io/v1/";
        const auto made = api_->post(
            group + "validatingadmissionpolicies",
            "{'metadata':{'name':'few'},'spec':{'paramKind':{'apiVersion':'v1','kind':'ConfigMap'},'matchConstraints':{"
            "'resourceRules':[{'operations':['CREATE','UPDATE'],'apiGroups':['apps'],'apiVersions':['v1'],'resources':["
            "'deployments']}]},'variables':[{'name':'most','expression':'int(params.data.most)'}],'validations':[{"
            "'expression':'object.spec.replicas <= variables.most','message':'too many'}]}}");
        QVERIFY2(made.code == 201, qPrintable(made.brief()));
        QCOMPARE(made.at({"status", "observedGeneration"}), api::Json(1));
        const auto deploy = [&](const QString& name, int replicas) {
            return api_->post(
                "/apis/apps/v1/namespaces/t/deployments",
                QStringLiteral("{'metadata':{'name':'%1'},'spec':{'replicas':%2,'selector':{'matchLabels':{"
                               "'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':["
                               "{'name':'a','image':'x'}]}}}}")
                    .arg(name)
                    .arg(replicas));
        };
        QCOMPARE(deploy("free", 9).code, 201); // nothing is bound yet
        api_->post("/api/v1/namespaces/t/configmaps", "{'metadata':{'name':'limits'},'data':{'most':'3'}}");
        const auto bound = api_->post(group + "validatingadmissionpolicybindings",
                                      "{'metadata':{'name':'few-here'},'spec':{'policyName':'few','validationActions':["
                                      "'Deny'],'paramRef':{'name':'limits','parameterNotFoundAction':'Deny'}}}");
        QVERIFY2(bound.code == 201, qPrintable(bound.brief()));
        QCOMPARE(deploy("good", 3).code, 201);
        const auto bad = deploy("bad", 4);
        QCOMPARE(bad.code, 422);
        QCOMPARE(bad.text({"reason"}), std::string("Invalid"));
        QCOMPARE(bad.message(),
                 std::string("deployments.apps \"bad\" is forbidden: ValidatingAdmissionPolicy 'few' with "
                             "binding 'few-here' denied request: too many"));
        api_->merge(group + "validatingadmissionpolicybindings/few-here", "{'spec':{'validationActions':['Warn']}}");
        QCOMPARE(deploy("warned", 4).warnings,
                 std::vector<std::string>{"Validation failed for ValidatingAdmissionPolicy 'few' with binding "
                                          "'few-here': too many"});
    }

    void nodesWriteOnlyTheirOwn() {
        const auto node = ApiUnderTest::named("system:node:one", {"system:nodes"});
        QCOMPARE(api_->post("/api/v1/nodes", "{'metadata':{'name':'two'}}", node).brief(),
                 QString("403 Forbidden: nodes \"two\" is forbidden: node \"one\" is not allowed to modify node "
                         "\"two\""));
        QCOMPARE(api_->post("/api/v1/nodes",
                            "{'metadata':{'name':'one','labels':{'kubernetes.io/os':'linux','node-restriction."
                            "kubernetes.io/x':'y'}}}",
                            node)
                     .brief(),
                 QString("403 Forbidden: nodes \"one\" is forbidden: is not allowed to set the following labels: "
                         "node-restriction.kubernetes.io/x"));
        const auto made = api_->post("/api/v1/nodes",
                                     "{'metadata':{'name':'one','labels':{'kubernetes.io/os':"
                                     "'linux'}}}",
                                     node);
        QCOMPARE(made.code, 201);
        QCOMPARE(api::test::print(made.at({"spec", "taints"})),
                 QString(R"([{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}])"));
        QCOMPARE(api_->merge("/api/v1/nodes/one", "{'spec':{'taints':null}}", node).brief(),
                 QString("403 Forbidden: nodes \"one\" is forbidden: node \"one\" is not allowed to modify taints"));
        QCOMPARE(api_->post(pods_, podText("m", ",'nodeName':'one'"), node).brief(),
                 wanted("pod does not have \"kubernetes.io/config.mirror\" annotation, node \"one\" can only create "
                        "mirror pods",
                        "m"));
        QString mirror = podText("m", ",'nodeName':'one'");
        mirror.replace("'name':'m'", "'name':'m','annotations':{'kubernetes.io/config.mirror':'h'}");
        QCOMPARE(api_->post(pods_, mirror, node).code, 201);
        QCOMPARE(api_->post(pods_, QString(mirror).replace("'one'", "'two'").replace("'m'", "'m2'"), node).brief(),
                 wanted("node \"one\" can only create pods with spec.nodeName set to itself", "m2"));
    }

    void nodesReadWhatTheirPodsUse() {
        const auto node = ApiUnderTest::named("system:node:one", {"system:nodes"});
        for (const QString name : {"mine", "theirs", "env", "pull"})
            api_->post("/api/v1/namespaces/t/secrets", QStringLiteral("{'metadata':{'name':'%1'}}").arg(name));
        createPod("p",
                  ",'nodeName':'one','volumes':[{'name':'v','secret':{'secretName':'mine'}}],'imagePullSecrets':[{"
                  "'name':'pull'}]",
                  ",'env':[{'name':'E','valueFrom':{'secretKeyRef':{'name':'env','key':'k'}}}]");
        for (const char* name : {"mine", "env", "pull"})
            QCOMPARE(api_->get(std::string("/api/v1/namespaces/t/secrets/") + name, node).code, 200);
        QCOMPARE(api_->get("/api/v1/namespaces/t/secrets/theirs", node).code, 403);
        QCOMPARE(api_->get("/api/v1/namespaces/t/secrets?fieldSelector=metadata.name%3Dmine", node).code, 200);
        QCOMPARE(api_->get("/api/v1/namespaces/t/secrets", node).code, 403);
        QCOMPARE(api_->post("/api/v1/namespaces/t/serviceaccounts/default/token", "{'spec':{'audiences':[]}}",
                            ApiUnderTest::named("system:node:two", {"system:nodes"}))
                     .code,
                 403);
    }
};

QTEST_GUILESS_MAIN(AdmissionTest)
#include "admission_test.moc"
