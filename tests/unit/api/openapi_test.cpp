#include "cluster/api/openapi.h"
#include "cluster/api/schema.h"
#include "texts.h"

#include <algorithm>
#include <functional>
#include <set>

using namespace slipway::api;
using namespace slipway::api::test;

/// The documents clients learn the API from.
class OpenApiTest : public QObject {
    Q_OBJECT
private slots:
    void everyGroupVersionHasADocument();
    void everyReferenceLeadsSomewhere();
    void patchMetadata();
    void scalars();
    void patchOperationTakesFieldValidation();
    void discoveryAgreesWithItself();
    void coreDiscovery();
};

static void visit(const Json& value, const std::function<void(std::string_view)>& reference) {
    if (value.is_object())
        for (const auto& [key, member] : value.get_object()) {
            if (key == "$ref" && member.is_string())
                reference(view(member.get_string()));
            visit(member, reference);
        }
    else if (value.is_array())
        for (const Json& item : value.get_array())
            visit(item, reference);
}

void OpenApiTest::everyGroupVersionHasADocument() {
    const auto paths = openApiGroupVersions();
    QVERIFY(std::ranges::find(paths, "api/v1") != paths.end());
    QVERIFY(std::ranges::find(paths, "apis/apps/v1") != paths.end());
    for (const std::string& path : paths)
        QVERIFY2(!openApiV3Document(path).empty(), path.c_str());
    QVERIFY(openApiV3Document("apis/nothing/v1").empty());
}

void OpenApiTest::everyReferenceLeadsSomewhere() {
    const auto check = [](const JsonObject& document, std::string_view prefix, const JsonObject& schemas) {
        visit(Json(document), [&](std::string_view reference) {
            QVERIFY(reference.starts_with(prefix));
            QVERIFY2(schemas.contains(reference.substr(prefix.size())), std::string(reference).c_str());
        });
    };
    for (const std::string& path : openApiGroupVersions()) {
        const JsonObject document = openApiV3Document(path);
        check(document, "#/components/schemas/", find(document, {"components", "schemas"})->as_object());
    }
    const JsonObject swagger = openApiV2Document();
    check(swagger, "#/definitions/", swagger.at("definitions").as_object());
}

void OpenApiTest::patchMetadata() {
    const JsonObject document = openApiV3Document("apis/apps/v1");
    const Json& schemas = *find(document, {"components", "schemas"});
    const Json& containers = *find(schemas, {"io.k8s.api.core.v1.PodSpec", "properties", "containers"});
    QCOMPARE(stringAt(containers, {"x-kubernetes-patch-strategy"}), "merge");
    QCOMPARE(stringAt(containers, {"x-kubernetes-patch-merge-key"}), "name");
    QCOMPARE(stringAt(containers, {"x-kubernetes-list-type"}), "map");
    QCOMPARE(*find(containers, {"x-kubernetes-list-map-keys"}), json("['name']"));
    QCOMPARE(*find(containers, {"items"}),
             json("{'allOf':[{'$ref':'#/components/schemas/io.k8s.api.core.v1.Container'}],'default':{}}"));
    QCOMPARE(*find(schemas, {"io.k8s.api.apps.v1.Deployment", "x-kubernetes-group-version-kind"}),
             json("[{'group':'apps','kind':'Deployment','version':'v1'}]"));
}

void OpenApiTest::scalars() {
    const JsonObject document = openApiV3Document("api/v1");
    const Json& schemas = *find(document, {"components", "schemas"});
    QCOMPARE(*find(schemas, {"io.k8s.apimachinery.pkg.util.intstr.IntOrString", "oneOf"}),
             json("[{'type':'integer'},{'type':'string'}]"));
    QCOMPARE(stringAt(schemas, {"io.k8s.apimachinery.pkg.apis.meta.v1.Time", "format"}), "date-time");
    QCOMPARE(*find(schemas, {"io.k8s.api.core.v1.Container", "properties", "imagePullPolicy", "enum"}),
             json("['Always','IfNotPresent','Never']"));
    QCOMPARE(*find(schemas, {"io.k8s.api.core.v1.Container", "required"}), json("['name']"));
}

void OpenApiTest::patchOperationTakesFieldValidation() {
    const JsonObject document = openApiV3Document("apis/apps/v1");
    const Json* patch = find(document, {"paths", "/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "patch"});
    QVERIFY(patch != nullptr);
    QCOMPARE(*find(*patch, {"x-kubernetes-group-version-kind"}),
             json("{'group':'apps','kind':'Deployment','version':'v1'}"));
    std::set<std::string> names;
    for (const Json& parameter : find(*patch, {"parameters"})->as_array())
        names.emplace(stringAt(parameter, {"name"}));
    for (const char* name : {"fieldValidation", "dryRun", "fieldManager"})
        QVERIFY2(names.contains(name), name);
}

void OpenApiTest::discoveryAgreesWithItself() {
    std::size_t listed = 0, aggregated = 0;
    std::set<std::pair<std::string_view, std::string_view>> versions;
    for (const Resource& resource : builtInResources())
        versions.emplace(resource.group, resource.version);
    for (const auto& [group, version] : versions)
        listed += discoveryResources(group, version).at("resources").as_array().size();
    for (const bool core : {true, false}) {
        const JsonObject groups = discoveryAggregated(core);
        for (const Json& group : groups.at("items").as_array())
            for (const Json& version : find(group, {"versions"})->as_array()) {
                QCOMPARE(stringAt(version, {"freshness"}), "Current");
                for (const Json& resource : find(version, {"resources"})->as_array()) {
                    ++aggregated;
                    if (const Json* parts = find(resource, {"subresources"}))
                        aggregated += parts->as_array().size();
                }
            }
    }
    QCOMPARE(aggregated, listed);
    QVERIFY(discoveryResources("nothing", "v1").empty());
    QVERIFY(discoveryGroup("nothing").empty());
}

void OpenApiTest::coreDiscovery() {
    const JsonObject list = discoveryResources("", "v1");
    const auto entry = [&](std::string_view name) -> Json {
        for (const Json& resource : list.at("resources").as_array())
            if (stringAt(resource, {"name"}) == name)
                return resource;
        return {};
    };
    const Json pods = entry("pods");
    QCOMPARE(stringAt(pods, {"kind"}), "Pod");
    QCOMPARE(stringAt(pods, {"singularName"}), "pod");
    QCOMPARE(*find(pods, {"shortNames"}), json("['po']"));
    QCOMPARE(*find(pods, {"categories"}), json("['all']"));
    QCOMPARE(entry("pods/eviction"), json("{'name':'pods/"
                                          "eviction','singularName':'','namespaced':true,'group':'policy','version':'"
                                          "v1','kind':'Eviction','verbs':['create']}"));
}

QTEST_GUILESS_MAIN(OpenApiTest)
#include "openapi_test.moc"
