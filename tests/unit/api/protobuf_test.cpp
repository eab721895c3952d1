#include "cluster/api/protobuf.h"

#include "cluster/api/decode.h"
#include "cluster/api/openapi.h"
#include "cluster/api/protobuf_envelope.h"
#include "cluster/api/protobuf_wire.h"
#include "texts.h"

#include <map>

using namespace slipway::api;
using namespace slipway::api::test;

/// Kubernetes' protobuf encoding. The messages were written by protoc from Kubernetes' own generated.proto files.
class ProtobufTest : public QObject {
    Q_OBJECT
private slots:
    void knownMessages_data();
    void knownMessages();
    void presence();
    void numbersOfLists();
    void schemasOfCustomResources();
    void jsonInTheEnvelope();
    void objectInARawMember();
    void kindsOfEveryGroup();
    void everyMemberOfEveryKind();
    void refusals_data();
    void refusals();
    void truncated();
    void nesting();
    void events();
    void openApiDocument();
};

static std::string enveloped(std::string_view apiVersion, std::string_view kind, std::string_view raw) {
    return writeEnvelope({apiVersion, kind, raw, {}});
}

static std::string bytes(const QString& hex) {
    return QByteArray::fromHex(hex.toLatin1()).toStdString();
}

static std::string field(std::uint32_t number, std::string_view content) {
    std::string out;
    wire::putBytes(out, number, content);
    return out;
}

void ProtobufTest::knownMessages_data() {
    QTest::addColumn<QString>("apiVersion");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("hex");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* apiVersion, const char* kind, const char* hex,
                        const char* expected) { QTest::newRow(name) << apiVersion << kind << hex << expected; };
    row("a pod with embedded structs", "v1", "Pod",
        "0a7f0a0377656212001a0473686f70380042005a0a0a0361707012037765626a210a0a5265706c6963615365741a05776562"
        "2d312201752a07617070732f763130008a013c0a076b75626563746c12065570646174651a02763122080880e2cfaa061000"
        "32084669656c647356313a0f0a0d7b22663a73706563223a7b7d7d420012af010a120a03746d70120b12090a0012050a0331"
        "47690a190a04636f6e6612119a010e0a0a0a0873657474696e67731800124c0a0377656212056e67696e78320d0a00100018"
        "5022035443502a00420f0a0d0a0363707512060a043530306d521b0a1512130a012f120a080110001a04687474701a002200"
        "100038008001001a005800720f1000200120feffffffffffffffff01a801009202170a100a05646562756712076275737962"
        "6f7812037765621a020a00",
        "{'kind':'Pod','apiVersion':'v1','metadata':{'name':'web','namespace':'shop','labels':{'app':'web'},"
        "'ownerReferences':[{'kind':'ReplicaSet','name':'web-1','uid':'u','controller':false,'apiVersion':'apps/v1'}],"
        "'managedFields':[{'manager':'kubectl','operation':'Update','apiVersion':'v1','time':'2023-11-14T22:13:20Z',"
        "'fieldsType':'FieldsV1','fieldsV1':{'f:spec':{}}}]},"
        "'spec':{'volumes':[{'name':'tmp','emptyDir':{'sizeLimit':'1Gi'}},{'name':'conf','configMap':{'name':'settings'"
        ",'defaultMode':0}}],"
        "'containers':[{'name':'web','image':'nginx','ports':[{'containerPort':80,'protocol':'TCP'}],"
        "'resources':{'limits':{'cpu':'500m'}},"
        "'livenessProbe':{'httpGet':{'path':'/','port':'http'},'terminationGracePeriodSeconds':0}}],"
        "'securityContext':{'runAsUser':0,'supplementalGroups':[1,-2]},"
        "'automountServiceAccountToken':false,"
        "'ephemeralContainers':[{'name':'debug','image':'busybox','targetContainerName':'web'}]},"
        "'status':{}}");
    row("bytes in a map", "v1", "Secret", "0a030a017312070a01701202710112090a05656d70747912001a064f7061717565",
        "{'kind':'Secret','apiVersion':'v1','metadata':{'name':'s'},'data':{'p':'cQE=','empty':''},'type':'Opaque'}");
    row("microseconds", "events.k8s.io/v1", "Event", "0a030a0165120b0880e2cfaa06108094ef3a2200",
        "{'kind':'Event','apiVersion':'events.k8s.io/"
        "v1','metadata':{'name':'e'},'eventTime':'2023-11-14T22:13:20.123456Z'}");
    row("a time of the first year", "events.k8s.io/v1", "Event", "0a030a0165120d088292b8c398feffffff0110002200",
        "{'kind':'Event','apiVersion':'events.k8s.io/"
        "v1','metadata':{'name':'e'},'eventTime':'0001-01-01T00:00:02.000000Z'}");
    row("a map of lists", "authorization.k8s.io/v1", "SubjectAccessReview",
        "0a0012240a0b12036765742a04706f64731a03616e6e2a100a0673636f70657312060a01610a0162",
        "{'kind':'SubjectAccessReview','apiVersion':'authorization.k8s.io/v1','metadata':{},"
        "'spec':{'user':'ann','extra':{'scopes':['a','b']},'resourceAttributes':{'verb':'get','resource':'pods'}}}");
    row("structs embedded twice", "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration",
        "0a030a016812320a0d682e6578616d706c652e636f6d1a190a06435245415445120f0a00120276311a04706f647322012a32"
        "044e6f6e653800",
        "{'kind':'MutatingWebhookConfiguration','apiVersion':'admissionregistration.k8s.io/v1','metadata':{'name':'h'},"
        "'webhooks':[{'name':'h.example.com','rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1'],'"
        "resources':['pods'],'scope':'*'}],"
        "'timeoutSeconds':0,'sideEffects':'None'}]}");
}

void ProtobufTest::knownMessages() {
    QFETCH(QString, apiVersion);
    QFETCH(QString, kind);
    QFETCH(QString, hex);
    QFETCH(QString, expected);
    const auto decoded = decodeBody(enveloped(apiVersion.toStdString(), kind.toStdString(), bytes(hex)),
                                    "application/vnd.kubernetes.protobuf");
    QVERIFY2(decoded, decoded ? "" : decoded.error().message.c_str());
    const bool same = *decoded == json(expected);
    QVERIFY2(same, qPrintable(print(*decoded)));
    // What is written for it means the same again.
    const auto encoded = encodeProtobuf(decoded->as_object());
    QVERIFY(encoded);
    const auto again = decodeProtobuf(*encoded);
    QVERIFY(again);
    const bool sameAgain = *again == *decoded;
    QVERIFY2(sameAgain, qPrintable(print(*again)));
}

void ProtobufTest::presence() {
    // DeploymentSpec.replicas is a pointer, paused and minReadySeconds are not.
    std::string spec;
    wire::putInteger(spec, 1, 0);
    wire::putInteger(spec, 5, 0);
    wire::putInteger(spec, 7, 0);
    const auto decoded = decodeProtobuf(enveloped("apps/v1", "Deployment", field(2, spec)));
    QVERIFY(decoded);
    QCOMPARE(print(decoded->at("spec")), QStringLiteral(R"({"replicas":0})"));
}

void ProtobufTest::numbersOfLists() {
    // Packed (one field of varints) and not: PodSecurityContext.supplementalGroups.
    std::string unpacked;
    wire::putInteger(unpacked, 4, 5);
    wire::putInteger(unpacked, 4, static_cast<std::uint64_t>(-1));
    const std::string packed = field(4, std::string("\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11));
    for (const std::string& groups : {unpacked, packed}) {
        const auto decoded = decodeProtobuf(enveloped("v1", "Pod", field(2, field(14, groups))));
        QVERIFY(decoded);
        QCOMPARE(print(*find(*decoded, {"spec", "securityContext", "supplementalGroups"})), QStringLiteral("[5,-1]"));
    }
}

void ProtobufTest::schemasOfCustomResources() {
    // Members that are a schema or something simpler.
    const JsonObject definition =
        object("{'kind':'CustomResourceDefinition','apiVersion':'apiextensions.k8s.io/v1','metadata':{'name':'x'},"
               "'spec':{'group':'g','versions':[{'name':'v1','schema':{'openAPIV3Schema':{'type':'object',"
               "'default':{'a':1},'enum':[1,'b'],'items':{'type':'string'},'additionalProperties':false,"
               "'additionalItems':{'type':'string'},'minimum':0.5,'maxLength':0,"
               "'dependencies':{'a':['b','c'],'d':{'type':'integer'}},"
               "'properties':{'list':{'items':[{'type':'string'},{'type':'integer'}],'additionalProperties':true},"
               "'any':{'x-kubernetes-preserve-unknown-fields':true,'$ref':'r'}}}}}]}}");
    const auto encoded = encodeProtobuf(definition);
    QVERIFY(encoded);
    const auto decoded = decodeProtobuf(*encoded);
    QVERIFY2(decoded, decoded ? "" : decoded.error().message.c_str());
    const bool same = *decoded == Json(definition);
    QVERIFY2(same, qPrintable(print(*decoded)));
}

void ProtobufTest::jsonInTheEnvelope() {
    const auto decoded =
        decodeProtobuf(writeEnvelope({"v1", "ConfigMap", R"({"data":{"a":"b"}})", "application/json"}));
    QVERIFY(decoded);
    QCOMPARE(print(*decoded), QStringLiteral(R"({"data":{"a":"b"}})"));
}

void ProtobufTest::objectInARawMember() {
    const std::string inner = enveloped("v1", "ConfigMap", field(2, field(1, "a") + field(2, "b")));
    const auto decoded = decodeProtobuf(enveloped("apps/v1", "ControllerRevision", field(2, field(1, inner))));
    QVERIFY(decoded);
    QCOMPARE(print(decoded->at("data")), QStringLiteral(R"({"kind":"ConfigMap","apiVersion":"v1","data":{"a":"b"}})"));
}

void ProtobufTest::kindsOfEveryGroup() {
    std::string options;
    wire::putInteger(options, 1, 0);
    for (const char* version : {"v1", "apps/v1", "example.com/v1"}) {
        const auto decoded = decodeProtobuf(enveloped(version, "DeleteOptions", options));
        QVERIFY(decoded);
        QCOMPARE(intAt(decoded->as_object(), {"gracePeriodSeconds"}), std::optional<std::int64_t>(0));
    }
    // Every served kind has a message, and an empty object is one of it.
    for (const Resource& resource : builtInResources()) {
        const std::string version = resource.group.empty()
                                        ? std::string(resource.version)
                                        : std::string(resource.group) + "/" + std::string(resource.version);
        const auto decoded = decodeProtobuf(enveloped(version, resource.kind, ""));
        QVERIFY2(decoded, resource.kind.data());
    }
}

/// A value of every member of a type, two levels of the same type deep at most.
static Json fullValue(const Field& field, std::map<const Type*, int>& depth);

static Json fullScalar(const Field& field, std::map<const Type*, int>& depth) {
    switch (field.kind) {
    case FieldKind::string_:
        return field.enumValues.empty() ? Json("text") : Json(field.enumValues.front());
    case FieldKind::int32_:
        return -7;
    case FieldKind::int64_:
        return 1'234'567'890'123;
    case FieldKind::bool_:
        return true;
    case FieldKind::double_:
        return 0.25;
    case FieldKind::bytes_:
        return "YWI=";
    case FieldKind::quantity_:
        return "1500m";
    case FieldKind::intOrString_:
        return "25%";
    case FieldKind::time_:
        return "2026-01-02T03:04:05Z";
    case FieldKind::microTime_:
        return "2026-01-02T03:04:05.678901Z";
    case FieldKind::raw_:
        return field.rawForm == RawForm::orBool_      ? Json(true)
               : field.rawForm == RawForm::orStrings_ ? json("['a']")
                                                      : json("{'type':'string'}");
    case FieldKind::object_:
        break;
    }
    JsonObject made;
    if (++depth[field.type] <= 2)
        for (const Field& member : field.type->fields)
            if (member.proto[0] != 0)
                made[member.name] = fullValue(member, depth);
    --depth[field.type];
    return made;
}

static Json fullValue(const Field& field, std::map<const Type*, int>& depth) {
    const Json scalar = fullScalar(field, depth);
    switch (field.container) {
    case Container::none:
        return scalar;
    case Container::list:
        return JsonArray{scalar, scalar};
    case Container::map:
        return JsonObject{{"key", scalar}};
    case Container::mapOfList:
        return JsonObject{{"key", JsonArray{scalar}}};
    }
    return {};
}

void ProtobufTest::everyMemberOfEveryKind() {
    for (const Resource& resource : builtInResources()) {
        JsonObject whole{{"kind", resource.kind},
                         {"apiVersion", resource.group.empty()
                                            ? std::string(resource.version)
                                            : std::string(resource.group) + "/" + std::string(resource.version)}};
        std::map<const Type*, int> depth;
        for (const Field& field : resource.type->fields)
            if (field.proto[0] != 0)
                whole[field.name] = fullValue(field, depth);
        const auto encoded = encodeProtobuf(whole);
        QVERIFY2(encoded, resource.kind.data());
        const auto decoded = decodeProtobuf(*encoded);
        QVERIFY2(decoded, decoded ? "" : decoded.error().message.c_str());
        const bool same = *decoded == Json(whole);
        QVERIFY2(same, qPrintable(print(whole) + "\n" + print(*decoded)));
    }
}

void ProtobufTest::refusals_data() {
    QTest::addColumn<std::string>("body");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* name, const std::string& body, const char* problem) {
        QTest::newRow(name) << body << problem;
    };
    row("nothing", "", "expected prefix");
    row("JSON", "{}", "expected prefix");
    row("only the prefix", std::string(protobufMagic), "Kind");
    row("unknown kind", enveloped("v1", "Foo", ""), "no kind \"Foo\" is registered for version \"v1\"");
    row("a length beyond the end", enveloped("v1", "Pod", "\x0a\x7f"), "malformed");
    row("a group", enveloped("v1", "Pod", "\x0b"), "malformed");
    row("field 0", enveloped("v1", "Pod", std::string(2, '\0')), "malformed");
    row("an endless number", enveloped("v1", "Pod", std::string(12, '\xff')), "malformed");
    row("a number for a message", enveloped("v1", "Pod", "\x08\x01"), "wire type");
    row("text that is none", enveloped("v1", "Pod", field(1, field(1, "\xc0\x80"))), "UTF-8");
    row("broken JSON within", enveloped("apps/v1", "ControllerRevision", field(2, field(1, "{"))), "not JSON");
    row(
        "an encoding",
        [] {
            std::string body = enveloped("v1", "Pod", "");
            wire::putBytes(body, 3, "gzip");
            return body;
        }(),
        "encoding");
}

void ProtobufTest::refusals() {
    QFETCH(std::string, body);
    QFETCH(QString, problem);
    const auto decoded = decodeProtobuf(body);
    QVERIFY(!decoded);
    QCOMPARE(decoded.error().code, 400);
    QVERIFY2(decoded.error().message.find(problem.toStdString()) != std::string::npos, decoded.error().message.c_str());
}

void ProtobufTest::truncated() {
    const std::string whole =
        *encodeProtobuf(object("{'kind':'Pod','apiVersion':'v1','metadata':{'name':'a','labels':{'x':'y'}},"
                               "'spec':{'containers':[{'name':'c','image':'i'}]}}"));
    for (std::size_t size = 0; size < whole.size(); ++size)
        (void)decodeProtobuf(std::string_view(whole).substr(0, size)); // refused or not, it must not crash
}

void ProtobufTest::nesting() {
    // A revision within a revision, ever deeper.
    std::string body = enveloped("v1", "ConfigMap", "");
    for (int i = 0; i < 200; ++i)
        body = enveloped("apps/v1", "ControllerRevision", field(2, field(1, body)));
    const auto decoded = decodeProtobuf(body);
    QVERIFY(!decoded);
    QVERIFY(decoded.error().message.find("too deeply") != std::string::npos);
}

void ProtobufTest::events() {
    const auto frame =
        encodeProtobufEvent("ADDED", object("{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'a'}}"));
    QVERIFY(frame);
    QCOMPARE(static_cast<std::size_t>(static_cast<unsigned char>((*frame)[2])) << 8 |
                 static_cast<unsigned char>((*frame)[3]),
             frame->size() - 4);
    const auto event = decodeProtobuf(enveloped("v1", "WatchEvent", frame->substr(4)));
    QVERIFY(event);
    QCOMPARE(print(*event),
             QStringLiteral(R"({"kind":"WatchEvent","apiVersion":"v1","type":"ADDED",)"
                            R"("object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"}}})"));
    QVERIFY(!encodeProtobufEvent("ADDED", object("{'kind':'Table','apiVersion':'meta.k8s.io/v1'}")));
}

void ProtobufTest::openApiDocument() {
    const std::string document = openApiV2Protobuf(openApiV2Document());
    wire::WireReader reader(document);
    wire::WireField part;
    std::string_view swagger, definitions;
    while (reader.next(part)) {
        if (part.number == 1)
            swagger = part.bytes;
        if (part.number == 9)
            definitions = part.bytes;
    }
    QVERIFY(!reader.malformed());
    QCOMPARE(swagger, std::string_view("2.0"));
    QVERIFY(definitions.find("io.k8s.api.core.v1.Pod") != std::string_view::npos);
    QVERIFY(definitions.find("x-kubernetes-group-version-kind") != std::string_view::npos);
}

QTEST_GUILESS_MAIN(ProtobufTest)
#include "protobuf_test.moc"
