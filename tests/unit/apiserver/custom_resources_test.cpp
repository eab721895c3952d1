// Custom resources from their definition to their objects, through the API server without a socket.

#include "tests/unit/apiserver/api_under_test.h"

using namespace slipway;
using slipway::test::ApiUnderTest;

namespace {

const QString schema = R"({
  'type':'object','required':['spec'],
  'properties':{
    'spec':{'type':'object','required':['image'],
      'properties':{
        'image':{'type':'string','minLength':2,'pattern':'^[a-z/:.0-9]+$'},
        'replicas':{'type':'integer','minimum':0,'maximum':10,'default':1,'format':'int32'},
        'mode':{'type':'string','enum':['fast','slow']},
        'port':{'x-kubernetes-int-or-string':true},
        'note':{'type':'string','nullable':true},
        'hosts':{'type':'array','items':{'type':'string'},'x-kubernetes-list-type':'set'},
        'rules':{'type':'array','maxItems':2,'x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['name'],
          'items':{'type':'object','required':['name'],
            'properties':{'name':{'type':'string'},'weight':{'type':'number','exclusiveMinimum':true,'minimum':0,'default':1}}}},
        'free':{'type':'object','x-kubernetes-preserve-unknown-fields':true,'properties':{'known':{'type':'boolean'}}},
        'labels':{'type':'object','additionalProperties':{'type':'string'}},
        'template':{'type':'object','x-kubernetes-embedded-resource':true,'x-kubernetes-preserve-unknown-fields':true},
        'choice':{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'string'}},
          'oneOf':[{'required':['a']},{'required':['b']}]}}},
    'status':{'type':'object','properties':{'replicas':{'type':'integer'},'selector':{'type':'string'},'phase':{'type':'string'}}}}})";

QString definition(const QString& plural = "widgets", const QString& kind = "Widget", const QString& extra = {}) {
    return QStringLiteral(R"({'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition',
      'metadata':{'name':'%1.example.com'},
      'spec':{'group':'example.com','scope':'Namespaced',
        'names':{'plural':'%1','kind':'%2','shortNames':['%1s'],'categories':['all']},
        'versions':[
          {'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':%3},
           'subresources':{'status':{},'scale':{'specReplicasPath':'.spec.replicas','statusReplicasPath':'.status.replicas',
             'labelSelectorPath':'.status.selector'}},
           'selectableFields':[{'jsonPath':'.spec.mode'}],
           'additionalPrinterColumns':[{'name':'Image','type':'string','jsonPath':'.spec.image'},
             {'name':'Count','type':'integer','jsonPath':'.spec.replicas'}]},
          {'name':'v1beta1','served':true,'storage':false,'deprecated':true,'schema':{'openAPIV3Schema':%3}}]%4}})")
        .arg(plural, kind, schema, extra);
}

const std::string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                  widgets = "/apis/example.com/v1/namespaces/default/widgets";

QString widget(const QString& name, const QString& spec) {
    return QStringLiteral("{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'%1'},'spec':%2}")
        .arg(name, spec);
}

QString text(const api::Json& value) {
    return QString::fromStdString(api::printJson(value)).replace(u'"', u'\'');
}

} // namespace

class CustomResourcesTest : public QObject {
    Q_OBJECT

    /// Makes a definition and waits until it is established.
    static void define(ApiUnderTest& api, const QString& body = definition(),
                       const std::string& name = "widgets.example.com") {
        QCOMPARE(api.post(definitions, body).brief(), "201");
        QTRY_VERIFY_WITH_TIMEOUT(isEstablished(api, name), 10000);
    }
    static bool isEstablished(ApiUnderTest& api, const std::string& name) {
        return condition(api, name, "Established") == "True";
    }
    static std::string condition(ApiUnderTest& api, const std::string& name, std::string_view type,
                                 std::string_view member = "status") {
        const auto crd = api.get(definitions + "/" + name);
        if (const api::Json* list = api::find(crd.body, {"status", "conditions"}); list && list->is_array())
            for (const api::Json& one : list->get_array())
                if (api::stringAt(one, {"type"}) == type)
                    return std::string(api::stringAt(one, {member}));
        return {};
    }

private slots:
    void isServedOnceEstablished() {
        ApiUnderTest api;
        QCOMPARE(api.get(widgets).code, 404);
        const auto made = api.post(definitions, definition());
        QCOMPARE(made.brief(), "201");
        QCOMPARE(text(made.at({"spec", "names", "singular"})), "'widget'");
        QCOMPARE(text(made.at({"spec", "names", "listKind"})), "'WidgetList'");
        QCOMPARE(text(made.at({"spec", "conversion", "strategy"})), "'None'");
        QCOMPARE(text(made.at({"status", "storedVersions"})), "['v1']");
        QTRY_VERIFY_WITH_TIMEOUT(isEstablished(api, "widgets.example.com"), 10000);
        QCOMPARE(condition(api, "widgets.example.com", "NamesAccepted", "reason"), "NoConflicts");
        QCOMPARE(condition(api, "widgets.example.com", "Established", "reason"), "InitialNamesAccepted");
        const auto list = api.get(widgets);
        QCOMPARE(list.brief(), "200");
        QCOMPARE(list.text({"kind"}), "WidgetList");
        QCOMPARE(list.text({"apiVersion"}), "example.com/v1");
    }

    void keepsObjects() {
        ApiUnderTest api;
        define(api);
        const auto made =
            api.post(widgets, widget("a", "{'image':'nginx','unknown':1,'free':{'x':{'y':1}},'note':null}"));
        QCOMPARE(made.brief(), "201");
        QCOMPARE(text(made.at({"spec"})), "{'image':'nginx','free':{'x':{'y':1}},'note':null,'replicas':1}");
        QCOMPARE(text(made.at({"metadata", "generation"})), "1");
        QVERIFY(made.at({"status"}).is_null());
        const auto beta = api.get("/apis/example.com/v1beta1/namespaces/default/widgets/a");
        QCOMPARE(beta.text({"apiVersion"}), "example.com/v1beta1");
        QCOMPARE(beta.warnings, std::vector<std::string>{"example.com/v1beta1 Widget is deprecated"});
        const auto changed = api.merge(widgets + "/a", "{'spec':{'replicas':3}}");
        QCOMPARE(text(changed.at({"metadata", "generation"})), "2");
        const auto status = api.merge(widgets + "/a/status", "{'status':{'phase':'Up'},'spec':{'replicas':7}}");
        QCOMPARE(status.brief(), "200");
        QCOMPARE(text(status.at({"spec", "replicas"})), "3");
        QCOMPARE(text(status.at({"metadata", "generation"})), "2");
        QCOMPARE(api.merge(widgets + "/a", "{'metadata':{'finalizers':['any-name']}}").code, 200);
        QCOMPARE(api.merge(widgets + "/a", "{'metadata':{'finalizers':null}}").code, 200);
        const auto labelled =
            api.merge(widgets + "/a/status", "{'metadata':{'labels':{'l':'1'}},'status':{'phase':'Up'}}");
        QVERIFY(labelled.at({"metadata", "labels"}).is_null());
        const auto ignored = api.merge(widgets + "/a", "{'status':{'phase':'Down'}}");
        QCOMPARE(ignored.text({"status", "phase"}), "Up");
        QCOMPARE(api.remove(widgets + "/a").text({"status"}), "Success");
        QCOMPARE(api.get(widgets + "/a").brief(), "404 NotFound: widgets.example.com \"a\" not found");
    }

    void judgesObjects_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("said");
        const auto invalid = [](const char* name, const char* spec, const char* said) {
            QTest::newRow(name) << spec << said;
        };
        invalid("required", "{}", "spec.image: Required value");
        invalid("type", "{'image':'nginx','replicas':'two'}",
                "spec.replicas: Invalid value: 'string': spec.replicas in body must be of type integer: 'string'");
        invalid("too small", "{'image':'nginx','replicas':-1}",
                "spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0");
        invalid("too large", "{'image':'nginx','replicas':11}",
                "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10");
        invalid("enum", "{'image':'nginx','mode':'other'}",
                "spec.mode: Unsupported value: 'other': supported values: 'fast', 'slow'");
        invalid("pattern", "{'image':'NGINX'}",
                "spec.image: Invalid value: 'NGINX': spec.image in body should match '^[a-z/:.0-9]+$'");
        invalid("short", "{'image':'n'}",
                "spec.image: Invalid value: 'n': spec.image in body should be at least 2 chars long");
        invalid("null", "{'image':null}",
                "spec.image: Invalid value: 'null': spec.image in body must be of type string: 'null'");
        invalid("set", "{'image':'nginx','hosts':['a','b','a']}", "spec.hosts[2]: Duplicate value: 'a'");
        invalid("map", "{'image':'nginx','rules':[{'name':'a'},{'name':'a'}]}",
                "spec.rules[1]: Duplicate value: {'name':'a'}");
        invalid("too many", "{'image':'nginx','rules':[{'name':'a'},{'name':'b'},{'name':'c'}]}",
                "spec.rules: Too many: 3: must have at most 2 items");
        invalid("exclusive", "{'image':'nginx','rules':[{'name':'a','weight':0}]}",
                "spec.rules[0].weight: Invalid value: 0: spec.rules[0].weight in body should be greater than 0");
        invalid("either", "{'image':'nginx','port':1.5}",
                "spec.port: Invalid value: 'number': spec.port in body must be of type integer,string: 'number'");
        invalid("additional", "{'image':'nginx','labels':{'a':1}}",
                "spec.labels.a: Invalid value: 'integer': spec.labels.a in body must be of type string: 'integer'");
        invalid("embedded", "{'image':'nginx','template':{'kind':'Pod'}}",
                "spec.template.apiVersion: Required value: must not be empty");
        invalid("one of", "{'image':'nginx','choice':{'a':'x','b':'y'}}",
                "<nil>: Invalid value: '': 'spec.choice' must validate one and only one schema (oneOf). Found 2 valid "
                "alternatives");
    }
    void judgesObjects() {
        QFETCH(QString, spec);
        QFETCH(QString, said);
        static ApiUnderTest api;
        static const bool defined = [] {
            define(api);
            return true;
        }();
        QVERIFY(defined);
        const auto answer = api.post(widgets, widget("bad", spec));
        QCOMPARE(answer.code, 422);
        QCOMPARE(QString::fromStdString(answer.message()).replace(u'"', u'\''),
                 "Widget.example.com 'bad' is invalid: " + said);
    }

    void saysWhatIsUnknown() {
        ApiUnderTest api;
        define(api);
        const QString body =
            "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'a','other':1},"
            "'spec':{'image':'nginx','typo':1,'template':{'apiVersion':'v1','kind':'Pod','metadata':{'strange':1}}}}";
        QCOMPARE(api.send("POST", widgets + "?fieldValidation=Strict", body).brief(),
                 "400 BadRequest: Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: "
                 "unknown field "
                 "\"metadata.other\", unknown field \"spec.typo\", unknown field \"spec.template.metadata.strange\"");
        const auto warned = api.send("POST", widgets, body);
        QCOMPARE(warned.code, 201);
        QCOMPARE(warned.warnings.size(), 3);
        QCOMPARE(
            api.send("POST", widgets + "?fieldValidation=Strict",
                     "{'metadata':{'name':'b'},'spec':{'free':{'a':1,'a':2},'image':'nginx'}}")
                .brief(),
            "400 BadRequest: Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: duplicate "
            "field \"spec.free.a\"");
    }

    void scales() {
        ApiUnderTest api;
        define(api);
        QCOMPARE(api.post(widgets, widget("a", "{'image':'nginx','replicas':2}")).code, 201);
        QCOMPARE(api.merge(widgets + "/a/status", "{'status':{'replicas':1,'selector':'app=a'}}").code, 200);
        const auto scale = api.get(widgets + "/a/scale");
        QCOMPARE(text(scale.at({"spec"})), "{'replicas':2}");
        QCOMPARE(text(scale.at({"status"})), "{'replicas':1,'selector':'app=a'}");
        QCOMPARE(api.merge(widgets + "/a/scale", "{'spec':{'replicas':5}}").code, 200);
        const auto after = api.get(widgets + "/a");
        QCOMPARE(text(after.at({"spec", "replicas"})), "5");
        QCOMPARE(text(after.at({"metadata", "generation"})), "2");
    }

    void isSelectedByFields() {
        ApiUnderTest api;
        define(api);
        api.post(widgets, widget("a", "{'image':'nginx','mode':'fast'}"));
        api.post(widgets, widget("b", "{'image':'nginx','mode':'slow'}"));
        const auto slow = api.get(widgets + "?fieldSelector=spec.mode%3Dslow");
        QCOMPARE(slow.at({"items"}).as_array().size(), 1);
        QCOMPARE(api.get(widgets + "?fieldSelector=spec.image%3Dx").code, 400);
    }

    void showsTables() {
        ApiUnderTest api;
        define(api);
        api.post(widgets, widget("a", "{'image':'nginx'}"));
        apiserver::Request request;
        request.target = widgets;
        request.accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
        request.trustedUser = ApiUnderTest::admin();
        const auto table = api.ask(request);
        QCOMPARE(table.text({"kind"}), "Table");
        QCOMPARE(text(table.at({"columnDefinitions"}).as_array()[1].as_object()["name"]), "'Image'");
        QCOMPARE(text(table.at({"rows"}).as_array()[0].as_object()["cells"]), "['a','nginx',1]");
        request.accept = "application/vnd.kubernetes.protobuf";
        QCOMPARE(api.ask(request).brief(),
                 "406 NotAcceptable: only the following media types are accepted: application/json, application/yaml");
    }

    void isFoundInDiscoveryAndDocuments() {
        ApiUnderTest api;
        define(api);
        const auto group = api.get("/apis/example.com");
        QCOMPARE(text(group.at({"preferredVersion"})), "{'groupVersion':'example.com/v1','version':'v1'}");
        const auto resources = api.get("/apis/example.com/v1");
        QCOMPARE(resources.at({"resources"}).as_array().size(), 3);
        QCOMPARE(text(resources.at({"resources"}).as_array()[0].as_object()["storageVersionHash"]), "'gIwvi5rymmg='");
        const auto document = api.get("/openapi/v3/apis/example.com/v1");
        QVERIFY(
            !document.at({"components", "schemas", "com.example.v1.Widget", "properties", "spec", "properties", "mode"})
                 .is_null());
        QCOMPARE(
            text(document.at({"components", "schemas", "com.example.v1.Widget", "x-kubernetes-selectable-fields"})),
            "[{'fieldPath':'spec.mode'}]");
        const auto v2 = api.get("/openapi/v2");
        QVERIFY(!v2.at({"definitions", "com.example.v1.Widget", "properties", "metadata"}).is_null());
        QVERIFY(!v2.at({"definitions", "io.k8s.api.core.v1.Pod"}).is_null());
        QVERIFY(!v2.at({"paths", "/apis/example.com/v1/namespaces/{namespace}/widgets"}).is_null());
        QCOMPARE(api.remove(definitions + "/widgets.example.com").code, 200);
        QTRY_COMPARE_WITH_TIMEOUT(api.get(definitions + "/widgets.example.com").code, 404, 10000);
        QTRY_COMPARE_WITH_TIMEOUT(api.get("/apis/example.com").code, 404, 10000);
        QVERIFY(api.get("/openapi/v2").at({"definitions", "com.example.v1.Widget"}).is_null());
    }

    void itsCollectionAndItsObjectsTakeTheirOwnMethods() {
        ApiUnderTest api;
        define(api);
        const std::string refused =
            "405 MethodNotAllowed: the server does not allow this method on the requested resource";
        for (const std::string& collection : {widgets, std::string("/api/v1/namespaces/default/configmaps")}) {
            QCOMPARE(api.send("PUT", collection, "{'metadata':{'name':'a'}}").brief(), refused);
            QCOMPARE(api.merge(collection, "{}").brief(), refused);
            QCOMPARE(api.post(collection + "/a", "{'metadata':{'name':'a'}}").brief(), refused);
        }
    }

    void isPublishedForClientsOfSwagger() {
        ApiUnderTest api;
        QString open = definition();
        open.replace("'openAPIV3Schema':{", "'openAPIV3Schema':{'x-kubernetes-preserve-unknown-fields':true,");
        define(api, open);
        QCOMPARE(text(api.get("/openapi/v2").at({"definitions", "com.example.v1.Widget"})),
                 "{'type':'object','x-kubernetes-group-version-kind':[{'group':'example.com','kind':'Widget',"
                 "'version':'v1'}],'x-kubernetes-selectable-fields':[{'fieldPath':'spec.mode'}]}");
    }

    void goesWithItsObjects() {
        ApiUnderTest api;
        define(api);
        QCOMPARE(api.post(widgets, widget("a", "{'image':'nginx'}")).code, 201);
        QCOMPARE(api.merge(widgets + "/a", "{'metadata':{'finalizers':['example.com/wait']}}").code, 200);
        QCOMPARE(api.remove(definitions + "/widgets.example.com").code, 200);
        QCOMPARE(condition(api, "widgets.example.com", "Terminating"), "True");
        QTRY_VERIFY_WITH_TIMEOUT(!api.get(widgets + "/a").at({"metadata", "deletionTimestamp"}).is_null(), 10000);
        QTRY_COMPARE_WITH_TIMEOUT(api.post(widgets, widget("b", "{'image':'nginx'}")).code, 405, 10000);
        QCOMPARE(api.merge(widgets + "/a", "{'metadata':{'finalizers':null}}").code, 200);
        QTRY_COMPARE_WITH_TIMEOUT(api.get(definitions + "/widgets.example.com").code, 404, 10000);
        define(api); // and the same may come again, empty
        QCOMPARE(api.get(widgets).at({"items"}).as_array().size(), 0);
    }

    void refusesNamesInUse() {
        ApiUnderTest api;
        define(api);
        const QString other = definition("gadgets", "Widget");
        QCOMPARE(api.post(definitions, other).code, 201);
        QTRY_COMPARE_WITH_TIMEOUT(condition(api, "gadgets.example.com", "NamesAccepted", "reason"), "ListKindConflict",
                                  10000);
        QCOMPARE(condition(api, "gadgets.example.com", "Established"), "False");
        QCOMPARE(api.get("/apis/example.com/v1/namespaces/default/gadgets").code, 404);
        QCOMPARE(api.remove(definitions + "/widgets.example.com").code, 200);
        QTRY_VERIFY_WITH_TIMEOUT(isEstablished(api, "gadgets.example.com"), 10000);
    }

    void isCalledAsBuiltInOnesAre() {
        ApiUnderTest api;
        define(api, definition("services", "Service"), "services.example.com");
        const auto made = api.post("/apis/example.com/v1/namespaces/default/services",
                                   "{'metadata':{'name':'a'},'spec':{'image':'nginx'}}");
        QCOMPARE(made.brief(), "201");
        QVERIFY(made.at({"spec", "clusterIP"}).is_null());
    }

    void readsObjectsByTheSchemaOfToday() {
        ApiUnderTest api;
        define(api);
        QCOMPARE(api.post(widgets, widget("a", "{'image':'nginx'}")).code, 201);
        auto crd = api.get(definitions + "/widgets.example.com").body;
        api::JsonObject& spec = api::objectAt(crd["spec"].as_object()["versions"].as_array()[0].as_object(),
                                              {"schema", "openAPIV3Schema", "properties", "spec", "properties"});
        spec["extra"] = api::JsonObject{{"type", "string"}, {"default", "given"}};
        QCOMPARE(
            api.send("PUT", definitions + "/widgets.example.com", QString::fromStdString(api::printJson(crd))).brief(),
            "200");
        QTRY_COMPARE_WITH_TIMEOUT(api.get(widgets + "/a").text({"spec", "extra"}), "given", 10000);
    }

    void needsAVersionToReplace() {
        ApiUnderTest api;
        define(api);
        QCOMPARE(api.post(widgets, widget("a", "{'image':'nginx'}")).code, 201);
        QCOMPARE(api.send("PUT", widgets + "/a", widget("a", "{'image':'other'}")).brief(),
                 "422 Invalid: Widget.example.com \"a\" is invalid: metadata.resourceVersion: Invalid value: 0: must "
                 "be specified "
                 "for an update [FieldValueInvalid metadata.resourceVersion: Invalid value: 0: must be specified for "
                 "an update]");
    }

    void judgesDefinitions_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("said");
        QTest::newRow("name")
            << "metadata.name" << "'other.example.com'"
            << "metadata.name: Invalid value: 'other.example.com': must be spec.names.plural+'.'+spec.group";
        QTest::newRow("scope") << "spec.scope" << "'Global'"
                               << "spec.scope: Unsupported value: 'Global': supported values: 'Cluster', 'Namespaced'";
        QTest::newRow("preserve") << "spec.preserveUnknownFields" << "true"
                                  << "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set "
                                     "x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        QTest::newRow("no schema") << "spec.versions" << "[{'name':'v1','served':true,'storage':true}]"
                                   << "spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required";
        QTest::newRow("no type") << "spec.versions"
                                 << "[{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'"
                                    "object','properties':{'spec':{}}}}}]"
                                 << "spec.versions[0].schema.openAPIV3Schema.properties[spec].type: Required value: "
                                    "must not be empty for specified "
                                    "object fields";
    }
    void judgesDefinitions() {
        QFETCH(QString, path);
        QFETCH(QString, value);
        QFETCH(QString, said);
        static ApiUnderTest api;
        auto body = api::parseJson(definition().replace(u'\'', u'"').toStdString())->as_object();
        const QStringList parts = path.split('.');
        api::objectAt(body, {parts[0].toStdString()})[parts[1].toStdString()] =
            *api::parseJson(QString(value).replace(u'\'', u'"').toStdString());
        const auto answer = api.post(definitions, QString::fromStdString(api::printJson(body)));
        QCOMPARE(answer.code, 422);
        QVERIFY2(QString::fromStdString(answer.message()).replace(u'"', u'\'').contains(said),
                 answer.message().c_str());
    }
};

QTEST_GUILESS_MAIN(CustomResourcesTest)
#include "custom_resources_test.moc"
