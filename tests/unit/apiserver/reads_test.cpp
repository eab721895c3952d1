// Lists in pages, watches and the forms of answers, through the API server without a socket.

#include "cluster/apiserver/local_transport.h"
#include "cluster/client/client.h"
#include "tests/unit/apiserver/api_under_test.h"

using namespace slipway;
using slipway::test::ApiUnderTest;

namespace {

const std::string maps = "/api/v1/namespaces/default/configmaps";

QString text(const api::Json& value) {
    return QString::fromStdString(api::printJson(value)).replace(u'"', u'\'');
}

QStringList names(const ApiUnderTest::Answer& list) {
    QStringList found;
    const api::Json items = list.at({"items"});
    for (const api::Json& item : items.as_array())
        found << QString::fromStdString(std::string(api::stringAt(item, {"metadata", "name"})));
    return found;
}

/// What a watch says before anything else happens, event by event: "ADDED a", "BOOKMARK", "ERROR 410".
QStringList events(ApiUnderTest& api, const std::string& query, const std::string& accept = {},
                   const std::string& target = maps) {
    apiserver::Request request;
    request.target = target + "?watch=true&" + query;
    request.accept = accept;
    request.trustedUser = ApiUnderTest::admin();
    apiserver::Answer answer = api.server().handle(request);
    auto* stream = std::get_if<std::unique_ptr<apiserver::StreamBody>>(&answer);
    if (stream == nullptr)
        return {"no stream"};
    (*stream)->setWake([] {});
    QStringList found;
    const std::string data = (*stream)->drain().data;
    for (const QString& line : QString::fromStdString(data).split('\n', Qt::SkipEmptyParts)) {
        const auto event = api::parseJson(line.toStdString());
        const auto object = *api::find(*event, {"object"});
        QString brief = QString::fromStdString(std::string(api::stringAt(*event, {"type"})));
        if (brief == "ERROR")
            brief += " " + text(*api::find(object, {"code"}));
        if (const auto name = api::stringAt(object, {"metadata", "name"}); !name.empty())
            brief += " " + QString::fromStdString(std::string(name));
        if (api::stringAt(object, {"kind"}) != "ConfigMap" && brief[0] != u'E')
            brief += " " + QString::fromStdString(std::string(api::stringAt(object, {"kind"})));
        if (api::find(object, {"metadata", "annotations", "k8s.io/initial-events-end"}) != nullptr)
            brief += " end";
        found << brief;
    }
    return found;
}

ApiUnderTest::Answer inForm(ApiUnderTest& api, const std::string& target, const std::string& accept,
                            const std::string& method = "GET", const std::string& body = {}) {
    apiserver::Request request;
    request.method = method;
    request.target = target;
    request.accept = accept;
    request.body = body;
    request.contentType = "application/json";
    request.trustedUser = ApiUnderTest::admin();
    return api.ask(request);
}

void make(ApiUnderTest& api, std::initializer_list<const char*> list) {
    for (const char* name : list)
        QCOMPARE(api.post(maps, QStringLiteral("{'metadata':{'name':'%1','labels':{'n':'%1'}}}").arg(name)).code, 201);
}

} // namespace

class ReadsTest : public QObject {
    Q_OBJECT

private slots:
    void pagesAreOfOneRevision() {
        ApiUnderTest api;
        make(api, {"a", "b", "c", "d", "e"});
        const auto first = api.get(maps + "?limit=2");
        QCOMPARE(names(first), (QStringList{"a", "b"}));
        QCOMPARE(text(first.at({"metadata", "remainingItemCount"})), "3");
        make(api, {"ab", "f"});
        QCOMPARE(api.remove(maps + "/c").code, 200);
        const auto second = api.get(maps + "?limit=2&continue=" + first.text({"metadata", "continue"}));
        QCOMPARE(names(second), (QStringList{"c", "d"}));
        QCOMPARE(second.text({"metadata", "resourceVersion"}), first.text({"metadata", "resourceVersion"}));
        const auto third = api.get(maps + "?limit=2&continue=" + second.text({"metadata", "continue"}));
        QCOMPARE(names(third), QStringList{"e"});
        QVERIFY(third.at({"metadata", "continue"}).is_null());
        QVERIFY(api.get(maps + "?limit=1&labelSelector=n").at({"metadata", "remainingItemCount"}).is_null());
    }

    void aNumberThatIsNoneIsRefused() {
        ApiUnderTest api;
        for (const char* query : {"?limit=abc", "?timeoutSeconds=abc", "?watch=1&timeoutSeconds=abc"}) {
            const auto refused = api.get(maps + query);
            QCOMPARE(refused.code, 400);
            QCOMPARE(refused.text({"reason"}), "BadRequest");
            QCOMPARE(refused.text({"message"}), "strconv.ParseInt: parsing \"abc\": invalid syntax");
        }
        QCOMPARE(api.get(maps + "?limit=99999999999999999999").text({"message"}),
                 "strconv.ParseInt: parsing \"99999999999999999999\": value out of range");
        QCOMPARE(api.get(maps + "?limit=&timeoutSeconds=").code, 200);
    }

    void aLongListIsSentWhileItIsPutTogether() {
        ApiUnderTest api("secret,admin,1,\"system:masters\"");
        const QString filling(3000, u'x');
        for (int i = 0; i < 120; ++i)
            QCOMPARE(api.post(maps, QStringLiteral("{'metadata':{'name':'m%1'},'data':{'k':'%2'}}").arg(i).arg(filling))
                         .code,
                     201);
        apiserver::Request request;
        request.method = "GET";
        request.target = maps;
        request.authorization = "Bearer secret";
        apiserver::Answer answer = api.server().handle(request);
        auto* stream = std::get_if<std::unique_ptr<apiserver::StreamBody>>(&answer);
        QVERIFY(stream != nullptr);
        std::string body;
        qsizetype pieces = 0;
        for (apiserver::StreamBody::Piece piece; !piece.end; ++pieces) {
            piece = (*stream)->drain();
            body += piece.data;
        }
        QVERIFY(pieces > 3);
        const auto whole = api::parseJson(body);
        QVERIFY(whole.has_value());
        const auto expected = api.get(maps); // a reply in one, as parts of the server itself get it
        QCOMPARE(text(*whole), text(expected.body));
        request.acceptEncoding = "gzip";
        answer = api.server().handle(request);
        QVERIFY(std::holds_alternative<apiserver::Reply>(answer));
    }

    void theServersOwnWatchesGoWithoutManagedFields() {
        ApiUnderTest api;
        const auto transport = apiserver::makeLocalTransport(api.server(), ApiUnderTest::admin());
        client::Request watch;
        watch.target = maps + "?watch=true";
        auto stream = transport->open(watch);
        QVERIFY(stream.has_value());
        QCOMPARE(
            api.send("POST", maps + "?fieldManager=m", "{'metadata':{'name':'a'},'data':{'managedFields':'x'}}").code,
            201);
        const auto line = (*stream)->read();
        QVERIFY(line.has_value());
        auto event = api::parseJson(*line);
        QVERIFY(event.has_value());
        api::JsonObject object = event->at("object").as_object();
        QCOMPARE(text(*api::find(object, {"data"})), "{'managedFields':'x'}");
        QVERIFY(api::find(object, {"metadata", "managedFields"}) == nullptr);
        // What is written back without them leaves them as they are.
        api::objectAt(object, {"metadata", "labels"})["b"] = "c";
        const auto written =
            api.send("PUT", maps + "/a?fieldManager=n", QString::fromStdString(api::printJson(object)));
        QCOMPARE(written.code, 200);
        QCOMPARE(written.at({"metadata", "managedFields"}).as_array().size(), 2U);
    }

    void aListGoesOnAfterItsRevisionIsGone() {
        ApiUnderTest api;
        make(api, {"a", "b", "c"});
        const auto first = api.get(maps + "?limit=1");
        make(api, {"d"});
        api.compact();
        const auto gone = api.get(maps + "?limit=1&continue=" + first.text({"metadata", "continue"}));
        QCOMPARE(gone.code, 410);
        QCOMPARE(gone.text({"reason"}), "Expired");
        const std::string token = gone.text({"metadata", "continue"});
        QVERIFY(!token.empty());
        QCOMPARE(names(api.get(maps + "?continue=" + token)), (QStringList{"b", "c", "d"}));
        QCOMPARE(api.get(maps + "?resourceVersion=1&resourceVersionMatch=Exact").code, 410);
    }

    void aListThatTakesTooLongGoesOnWithThePresent() {
        ApiUnderTest api({}, [](apiserver::ServerOptions& options) { options.listLifetime = std::chrono::seconds(0); });
        make(api, {"a", "b", "c"});
        const auto first = api.get(maps + "?limit=1");
        make(api, {"d"});
        const auto late = api.get(maps + "?limit=1&continue=" + first.text({"metadata", "continue"}));
        QCOMPARE(late.code, 410);
        const auto second = api.get(maps + "?limit=1&continue=" + late.text({"metadata", "continue"}));
        QCOMPARE(names(second), QStringList{"b"});
        QVERIFY(second.text({"metadata", "resourceVersion"}) != first.text({"metadata", "resourceVersion"}));
        QCOMPARE(api.get(maps + "?resourceVersion=1&resourceVersionMatch=Exact").code, 200);
    }

    void refusesOptionsThatDoNotGoTogether_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("said");
        const auto options = [](const char* query, const char* said) {
            QTest::newRow(query) << query << 422 << QStringLiteral("ListOptions.meta.k8s.io '' is invalid: ") + said;
        };
        options(
            "resourceVersionMatch=Exact",
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
        options("resourceVersionMatch=Exact&resourceVersion=0",
                "resourceVersionMatch: Forbidden: resourceVersionMatch 'exact' is forbidden for resourceVersion '0'");
        options("resourceVersionMatch=Other&resourceVersion=1",
                "resourceVersionMatch: Unsupported value: 'Other': supported values: '', 'Exact', 'NotOlderThan'");
        options("sendInitialEvents=true", "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list");
        options(
            "watch=true&resourceVersionMatch=NotOlderThan",
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is "
            "provided");
        options(
            "watch=true&sendInitialEvents=true",
            "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        QTest::newRow("token")
            << "continue=nonsense" << 400
            << "invalid continue token: continue key is not valid: the token is not one this server gave";
        QTest::newRow("version")
            << "resourceVersion=x" << 400
            << "resourceVersion: Invalid value: 'x': strconv.ParseUint: parsing 'x': invalid syntax";
        QTest::newRow("field")
            << "fieldSelector=data%3Dx" << 400
            << "Unable to find '/v1, Resource=configmaps' that match label selector '', field selector "
               "'data=x': field label not supported: data";
    }
    void refusesOptionsThatDoNotGoTogether() {
        QFETCH(QString, query);
        QFETCH(int, code);
        QFETCH(QString, said);
        static ApiUnderTest api;
        const auto answer = api.get(maps + "?" + query.toStdString());
        QCOMPARE(answer.code, code);
        QCOMPARE(QString::fromStdString(answer.message()).replace(u'"', u'\''), said);
    }

    void watchesBeginAsAsked() {
        ApiUnderTest api;
        make(api, {"a", "b"});
        const std::string now = api.get(maps).text({"metadata", "resourceVersion"});
        make(api, {"c"});
        QCOMPARE(events(api, ""), (QStringList{"ADDED a", "ADDED b", "ADDED c"}));
        QCOMPARE(events(api, "resourceVersion=" + now), QStringList{"ADDED c"});
        QCOMPARE(events(api, "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"),
                 (QStringList{"ADDED a", "ADDED b", "ADDED c", "BOOKMARK end"}));
        QCOMPARE(events(api, "sendInitialEvents=false&resourceVersionMatch=NotOlderThan"), QStringList());
        QCOMPARE(events(api, "labelSelector=n%3Db"), QStringList{"ADDED b"});
        QCOMPARE(events(api, "", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"),
                 (QStringList{"ADDED a PartialObjectMetadata", "ADDED b PartialObjectMetadata",
                              "ADDED c PartialObjectMetadata"}));
        QCOMPARE(events(api, "", "application/json;as=Table;v=v1;g=meta.k8s.io").size(), 3);
    }

    void selectsByFieldsThatAreAbsent() {
        ApiUnderTest api;
        const std::string pods = "/api/v1/namespaces/default/pods";
        QCOMPARE(api.post("/api/v1/namespaces/default/serviceaccounts", "{'metadata':{'name':'default'}}").code, 201);
        const auto pod = [&](const char* name, const char* more) {
            return api.post(pods, QStringLiteral("{'metadata':{'name':'%1'},'spec':{%2'containers':["
                                                 "{'name':'c','image':'x'}]}}")
                                      .arg(name, more));
        };
        const auto transport = apiserver::makeLocalTransport(api.server(), ApiUnderTest::admin());
        client::Request watch;
        watch.target = pods + "?watch=true&fieldSelector=spec.nodeName%3D"; // pods without a node
        auto waiting = transport->open(watch);
        QVERIFY(waiting.has_value());
        QCOMPARE(pod("free", "").brief(), "201");
        QCOMPARE(pod("bound", "'nodeName':'n','hostNetwork':true,").brief(), "201");
        const auto selected = [&](const std::string& selector) {
            return names(api.get(pods + "?fieldSelector=" + selector));
        };
        QCOMPARE(selected("spec.nodeName%3D"), QStringList{"free"});
        QCOMPARE(selected("spec.nodeName!%3D"), QStringList{"bound"});
        QCOMPARE(selected("spec.nodeName%3Dn"), QStringList{"bound"});
        QCOMPARE(selected("spec.hostNetwork%3Dfalse"), QStringList{"free"});
        QCOMPARE(selected("spec.hostNetwork!%3Dfalse"), QStringList{"bound"});
        QCOMPARE(selected("status.podIP%3D"), (QStringList{"bound", "free"}));
        const auto added = (*waiting)->read();
        QVERIFY(added && added->starts_with(R"({"type":"ADDED")") && added->contains(R"("name":"free")"));
        QCOMPARE(api.post(pods + "/free/binding", "{'metadata':{'name':'free'},'target':{'name':'n'}}").brief(), "201");
        const auto gone = (*waiting)->read();
        QVERIFY(gone && gone->starts_with(R"({"type":"DELETED")") && gone->contains(R"("name":"free")"));
        QCOMPARE(selected("spec.nodeName%3D"), QStringList());
    }

    void aWatchThatCannotBeginSaysSo() {
        ApiUnderTest restarted;
        QCOMPARE(events(restarted, "resourceVersion=1"),
                 QStringList()); // the window begins before the server's first object
        QCOMPARE(restarted.get(maps + "?watch=true&resourceVersion=x").code, 422);
    }

    void answersInTheFormAccepted() {
        ApiUnderTest api;
        make(api, {"a"});
        const std::string table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        QCOMPARE(inForm(api, maps, table).text({"kind"}), "Table");
        QCOMPARE(inForm(api, maps, table + ",application/json;q=0.9").text({"kind"}), "Table");
        QCOMPARE(inForm(api, maps, "application/json;as=Table;v=v9;g=meta.k8s.io,application/json").text({"kind"}),
                 "ConfigMapList");
        QCOMPARE(inForm(api, maps, "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io").text({"kind"}),
                 "PartialObjectMetadataList");
        const auto old = inForm(api, maps, "application/json;as=Table;v=v1beta1;g=meta.k8s.io");
        QCOMPARE(old.text({"apiVersion"}), "meta.k8s.io/v1beta1");
        QCOMPARE(api::stringAt(old.at({"rows"}).at(0), {"object", "apiVersion"}), "meta.k8s.io/v1beta1");
        QCOMPARE(events(api, "", "application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io"),
                 QStringList{"ADDED a PartialObjectMetadata"});
        QCOMPARE(inForm(api, maps, "image/png").brief(),
                 "406 NotAcceptable: only the following media types are accepted: application/json, application/yaml, "
                 "application/vnd.kubernetes.protobuf");
        const std::string review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        const std::string asked = R"({"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}})";
        QCOMPARE(inForm(api, review, table, "POST", asked).code, 406);
        QCOMPARE(inForm(api, review, table + ",application/json", "POST", asked).code, 201);
    }

    void aDeploymentKeepsItsLabelsThroughItsStatus() {
        ApiUnderTest api;
        const std::string web = "/apis/apps/v1/namespaces/default/deployments/web";
        QCOMPARE(
            api.post("/apis/apps/v1/namespaces/default/deployments",
                     "{'metadata':{'name':'web','labels':{'l':'old'}},'spec':{'selector':{'matchLabels':{'a':'b'}},"
                     "'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'x'}]}}}}")
                .brief(),
            "201");
        const auto written = api.merge(web + "/status", "{'metadata':{'labels':{'l':'new'},'annotations':{'a':'b'}},"
                                                        "'status':{'replicas':2}}");
        QCOMPARE(written.text({"metadata", "labels", "l"}), "old");
        QCOMPARE(written.text({"metadata", "annotations", "a"}), "b");
        QCOMPARE(text(written.at({"status", "replicas"})), "2");
    }

    void tellsHowThePartsOfTheControlPlaneAre() {
        ApiUnderTest api;
        QCOMPARE(names(api.get("/api/v1/componentstatuses")),
                 (QStringList{"scheduler", "controller-manager", "etcd-0"}));
        const auto health = [&](const std::string& part) {
            const api::Json conditions = api.get("/api/v1/componentstatuses/" + part).at({"conditions"});
            return std::string(api::stringAt(conditions.at(0), {"status"}));
        };
        QCOMPARE(health("etcd-0"), "True");
        QCOMPARE(health("controller-manager"), "False"); // nobody controls here
        QCOMPARE(api.get("/api/v1/componentstatuses/other").code, 404);
        const auto table =
            inForm(api, "/api/v1/componentstatuses/etcd-0", "application/json;as=Table;v=v1;g=meta.k8s.io");
        QCOMPARE(text(table.at({"rows"}).at(0).at("cells")), "['etcd-0','Healthy','ok','']");
    }

    void keepsTheTwoFormsOfAnEvent() {
        ApiUnderTest api;
        const auto made =
            api.post("/apis/events.k8s.io/v1/namespaces/default/events",
                     "{'metadata':{'name':'e'},'eventTime':'2026-01-02T03:04:05.678901Z','note':'hello','reason':'R',"
                     "'action':'A','type':'Normal','reportingController':'c','reportingInstance':'i',"
                     "'regarding':{'kind':'Pod','name':'p','namespace':'default'}}");
        QCOMPARE(made.brief(), "201");
        QCOMPARE(made.text({"apiVersion"}), "events.k8s.io/v1");
        QCOMPARE(made.text({"note"}), "hello");
        const auto core = api.get("/api/v1/namespaces/default/events/e");
        QCOMPARE(core.text({"message"}), "hello");
        QCOMPARE(core.text({"involvedObject", "name"}), "p");
        QCOMPARE(core.text({"reportingComponent"}), "c");
        QCOMPARE(core.text({"eventTime"}), "2026-01-02T03:04:05.678901Z");
        QCOMPARE(names(api.get("/api/v1/events?fieldSelector=involvedObject.name%3Dp")), QStringList{"e"});
        QCOMPARE(names(api.get("/apis/events.k8s.io/v1/events?fieldSelector=regarding.name%3Dp")), QStringList{"e"});
        QCOMPARE(names(api.get("/api/v1/events?fieldSelector=source%3Dc")), QStringList{"e"});
    }

    void keepsTheTwoFormsOfAnAutoscaler() {
        ApiUnderTest api;
        const auto made =
            api.post("/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers",
                     "{'metadata':{'name':'h'},'spec':{'maxReplicas':3,'targetCPUUtilizationPercentage':50,"
                     "'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'d'}}}");
        QCOMPARE(made.brief(), "201");
        QCOMPARE(text(made.at({"spec", "targetCPUUtilizationPercentage"})), "50");
        const std::string v2 = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/h";
        QCOMPARE(
            text(api.get(v2).at({"spec", "metrics"})),
            "[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':50}}}]");
        const QString memory =
            "{'type':'Resource','resource':{'name':'memory','target':{'type':'Utilization','averageUtilization':70}}}";
        QCOMPARE(api.merge(v2, QStringLiteral("{'spec':{'metrics':[%1]}}").arg(memory)).brief(), "200");
        const auto v1 = api.get("/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/h");
        QVERIFY(v1.at({"spec", "targetCPUUtilizationPercentage"}).is_null());
        QVERIFY(v1.text({"metadata", "annotations", "autoscaling.alpha.kubernetes.io/metrics"}).contains("memory"));
        QCOMPARE(api.merge("/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/h",
                           "{'spec':{'maxReplicas':4}}")
                     .code,
                 200);
        QVERIFY(text(api.get(v2).at({"spec", "metrics"})).contains("memory")); // nothing is lost on the way
    }

    void whatAStatusAlwaysShowsIsThereFromTheStart() {
        ApiUnderTest api;
        const auto attachment = api.post("/apis/storage.k8s.io/v1/volumeattachments",
                                         "{'metadata':{'name':'a'},'spec':{'attacher':'x.example','nodeName':'n',"
                                         "'source':{'persistentVolumeName':'v'}}}");
        QCOMPARE(attachment.at({"status", "attached"}), api::Json(false));
        const auto set =
            api.post("/apis/apps/v1/namespaces/default/replicasets",
                     "{'metadata':{'name':'a'},'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{"
                     "'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'a','image':'a'}]}}}}");
        QCOMPARE(set.at({"status", "replicas"}), api::Json(0));
    }

    void triesOtherNames() {
        ApiUnderTest api;
        const auto one = api.post(maps, "{'metadata':{'generateName':'x-'}}"),
                   two = api.post(maps, "{'metadata':{'generateName':'x-'}}");
        QCOMPARE(one.code, 201);
        QVERIFY(one.text({"metadata", "name"}) != two.text({"metadata", "name"}));
    }

    void refusesBadPatches() {
        ApiUnderTest api;
        make(api, {"a"});
        QCOMPARE(api.send("PATCH", maps + "/a", "[{'op':'test','path':'/data','value':1}]", ApiUnderTest::admin(),
                          "application/json-patch+json")
                     .brief(),
                 "422 Invalid: the server rejected our request due to an error in our request");
        const auto typed = api.merge(maps + "/a", "{'data':{'x':1}}");
        QCOMPARE(typed.code, 422);
        QVERIFY(typed.message().starts_with(" \"\" is invalid: patch: Invalid value: "));
        QVERIFY(typed.message().ends_with(
            "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"));
        const auto strict = api.merge(maps + "/a?fieldValidation=Strict", "{'nothing':1}");
        QCOMPARE(strict.code, 422);
        QVERIFY(strict.message().ends_with("strict decoding error: unknown field \"nothing\""));
        QCOMPARE(api.send("PATCH", maps + "/a", "{}", ApiUnderTest::admin(), "text/plain").code, 415);
    }

    void aNameThatDoesNotFitTheAddressIsRefused() {
        ApiUnderTest api;
        QCOMPARE(api.send("PUT", maps + "/a", "{'metadata':{'name':'b'}}").brief(),
                 "400 BadRequest: the name of the object (b) does not match the name on the URL (a)");
        QCOMPARE(api.post((maps + "/a").c_str(), "{'metadata':{'name':'a'}}").brief(),
                 "405 MethodNotAllowed: the server does not allow this method on the requested resource");
    }

    void deletesOnConditions() {
        ApiUnderTest api;
        make(api, {"a", "b"});
        QCOMPARE(api.send("DELETE", maps + "/a", "{'preconditions':{'uid':'other'}}").code, 409);
        QCOMPARE(api.send("DELETE", maps + "/a", "{'preconditions':{'resourceVersion':'1'}}").code, 409);
        QCOMPARE(api.send("DELETE", maps + "/a", "{'propagationPolicy':'Sideways'}").brief().left(100),
                 QStringLiteral("422 Invalid: DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: "
                                "Unsupported value: \"Sideways")
                     .left(100));
        const auto foreground = api.send("DELETE", maps + "/a", "{'propagationPolicy':'Foreground'}");
        QCOMPARE(text(foreground.at({"metadata", "finalizers"})), "['foregroundDeletion']");
        QCOMPARE(api.send("DELETE", maps + "?labelSelector=n%3Db").code, 200);
        QCOMPARE(names(api.get(maps)), QStringList{"a"});
    }

    void leavesBehindWhatOldKindsLeave() {
        ApiUnderTest api;
        const std::string controllers = "/api/v1/namespaces/default/replicationcontrollers";
        const auto create = [&] {
            QCOMPARE(api.send("POST", controllers,
                              "{'metadata':{'name':'a'},'spec':{'selector':{'a':'b'},'template':{'metadata':{'labels':"
                              "{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}}")
                         .code,
                     201);
        };
        create();
        const auto unsaid = api.send("DELETE", controllers + "/a", "");
        QCOMPARE(text(unsaid.at({"metadata", "finalizers"})), "['orphan']");
        QCOMPARE(api.merge(controllers + "/a", "{'metadata':{'finalizers':null}}").code, 200);
        QCOMPARE(api.get(controllers + "/a").code, 404);
        create();
        QCOMPARE(api.send("DELETE", controllers + "/a", "{'propagationPolicy':'Background'}").code, 200);
        QCOMPARE(api.get(controllers + "/a").code, 404);
    }

    void documentsAreToldApartByHash() {
        ApiUnderTest api;
        const auto index = api.get("/openapi/v3");
        const std::string url = index.text({"paths", "apis/apps/v1", "serverRelativeURL"});
        QVERIFY(url.starts_with("/openapi/v3/apis/apps/v1?hash="));
        QCOMPARE(api.get(url).code, 200);
        QCOMPARE(api.get("/openapi/v3/apis/apps/v1?hash=OLD").code, 301);
    }
};

QTEST_GUILESS_MAIN(ReadsTest)
#include "reads_test.moc"
