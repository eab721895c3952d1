#include "cluster/ingress/nginx_config.h"
#include "cluster/ingress/tls_pair.h"
#include "cluster/pki/pki.h"

#include <QTest>

using namespace slipway::ingress;
namespace api = slipway::api;
namespace networking = slipway::api::networking_v1;

namespace {

template <class T> std::shared_ptr<const T> decoded(const QString& json) {
    const auto value = api::parseJson(json.toStdString());
    if (!value)
        qFatal("not JSON: %s", qPrintable(json));
    auto object = api::fromJson<T>(*value);
    if (!object)
        qFatal("%s: %s", object.error().path.c_str(), object.error().message.c_str());
    return std::make_shared<const T>(std::move(*object));
}

IngressPtr ingress(const QString& spec, const QString& annotations = "{}", const QString& name = "web",
                   const QString& created = "2025-01-01T00:00:00Z") {
    return decoded<networking::Ingress>(
        QString(
            R"({"metadata":{"namespace":"default","name":"%1","creationTimestamp":"%2","annotations":%3},"spec":%4})")
            .arg(name, created, annotations, spec));
}

QString rule(const QString& host, const QString& path, const QString& type, const QString& service = "web",
             const QString& port = R"("number":80)") {
    return QString(
               R"({"host":"%1","http":{"paths":[{"path":"%2","pathType":"%3","backend":{"service":{"name":"%4","port":{%5}}}}]}})")
        .arg(host, path, type, service, port);
}

QString rules(const QStringList& list) {
    return "{\"rules\":[" + list.join(',') + "]}";
}

IngressSources sources() {
    return {
        [](const std::string&, const std::string& name) -> ServicePtr {
            if (name == "ext")
                return decoded<api::core_v1::Service>(
                    R"({"spec":{"type":"ExternalName","externalName":"www.example.org"}})");
            if (name == "gone")
                return nullptr;
            return decoded<api::core_v1::Service>(
                QString(
                    R"({"metadata":{"namespace":"default","name":"%1"},"spec":{"ports":[{"name":"http","port":80}]}})")
                    .arg(QString::fromStdString(name)));
        },
        [](const std::string&, const std::string& service) -> std::vector<SlicePtr> {
            if (service == "empty")
                return {};
            return {decoded<api::discovery_v1::EndpointSlice>(
                R"({"addressType":"IPv4","ports":[{"name":"http","port":8080}],"endpoints":[
                        {"addresses":["10.244.0.2"],"conditions":{"ready":true}},{"addresses":["10.244.0.3"],"conditions":{"ready":false}}]})")};
        }};
}

/// The configuration without its indentation.
QString configOf(const std::vector<IngressPtr>& ingresses, const std::set<std::string>& certificates = {}) {
    NginxSettings settings;
    settings.folder = "/f";
    settings.resolver = "10.96.0.10";
    return QString::fromStdString(nginxConfig(planIngress(ingresses, sources()), certificates, settings)).simplified();
}

} // namespace

class IngressTest : public QObject {
    Q_OBJECT

private slots:
    void whichAreOurs_data() {
        QTest::addColumn<QString>("className");
        QTest::addColumn<QString>("annotations");
        QTest::addColumn<QString>("classes"); // name=controller, * marks the default
        QTest::addColumn<bool>("ours");
        QTest::newRow("our class") << "slipway" << "{}" << "slipway=slipway.io/ingress" << true;
        QTest::newRow("another class") << "other" << "{}" << "slipway=slipway.io/ingress other=example.org/x" << false;
        QTest::newRow("a class of ours by another name") << "mine" << "{}" << "mine=slipway.io/ingress" << true;
        QTest::newRow("no such class") << "nope" << "{}" << "slipway=slipway.io/ingress" << false;
        QTest::newRow("nginx when nobody has it") << "nginx" << "{}" << "slipway=slipway.io/ingress" << true;
        QTest::newRow("nginx of its own controller") << "nginx" << "{}" << "nginx=k8s.io/ingress-nginx" << false;
        QTest::newRow("no class, ours is default") << "" << "{}" << "*slipway=slipway.io/ingress" << true;
        QTest::newRow("no class, no default") << "" << "{}" << "slipway=slipway.io/ingress" << false;
        QTest::newRow("no class, another default")
            << "" << "{}" << "*other=example.org/x slipway=slipway.io/ingress" << false;
        QTest::newRow("annotation") << "" << R"({"kubernetes.io/ingress.class":"slipway"})"
                                    << "slipway=slipway.io/ingress" << true;
        QTest::newRow("another annotation")
            << "" << R"({"kubernetes.io/ingress.class":"traefik"})" << "*slipway=slipway.io/ingress" << false;
    }
    void whichAreOurs() {
        QFETCH(QString, className);
        QFETCH(QString, annotations);
        QFETCH(QString, classes);
        QFETCH(bool, ours);
        std::vector<IngressClassPtr> known;
        for (const QString& word : classes.split(' ')) {
            const bool isDefault = word.startsWith('*');
            known.push_back(decoded<networking::IngressClass>(
                QString(
                    R"({"metadata":{"name":"%1","annotations":{"ingressclass.kubernetes.io/is-default-class":"%3"}},"spec":{"controller":"%2"}})")
                    .arg(word.section('=', 0, 0).mid(isDefault ? 1 : 0), word.section('=', 1),
                         isDefault ? "true" : "false")));
        }
        QCOMPARE(isOurs(*ingress(QString(R"({"ingressClassName":"%1"})").arg(className), annotations), known), ours);
    }

    void paths_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QStringList>("locations");
        QTest::newRow("prefix") << "/foo" << "Prefix" << QStringList{"location \"/foo/\" {", "location = \"/foo\" {"};
        QTest::newRow("prefix with a slash")
            << "/foo/" << "Prefix" << QStringList{"location \"/foo/\" {", "location = \"/foo\" {"};
        QTest::newRow("everything") << "/" << "Prefix" << QStringList{"location \"/\" {"};
        QTest::newRow("exact") << "/foo" << "Exact" << QStringList{"location = \"/foo\" {"};
        QTest::newRow("as the proxy likes")
            << "/foo" << "ImplementationSpecific" << QStringList{"location \"/foo/\" {", "location = \"/foo\" {"};
        QTest::newRow("no path") << "" << "ImplementationSpecific" << QStringList{"location \"/\" {"};
        QTest::newRow("not to be written") << "/a\\\"; }" << "Exact" << QStringList();
        QTest::newRow("a variable") << "/$http_host" << "Prefix" << QStringList();
    }
    void paths() {
        QFETCH(QString, path);
        QFETCH(QString, type);
        QFETCH(QStringList, locations);
        const QString config = configOf({ingress(rules({rule("a.example", path, type)}))});
        for (const QString& location : locations)
            QVERIFY2(config.contains(location), qPrintable(config));
        QCOMPARE(config.count("proxy_pass http"), locations.size());
        QVERIFY(!config.contains("a\"; }") && !config.contains("location \"/$"));
    }

    void exactAndPrefixOfOnePath() {
        const QString config = configOf(
            {ingress(rules({rule("a.example", "/foo", "Prefix"), rule("a.example", "/foo", "Exact", "empty")}))});
        QCOMPARE(config.count("location = \"/foo\""), 1);
        QVERIFY(config.contains("location = \"/foo\" { return 503; }")); // the exact one's service has no endpoints
    }

    void hosts() {
        const QString config = configOf({ingress(rules(
            {rule("a.example", "/", "Prefix"), rule("*.b.example", "/", "Prefix"), rule("", "/all", "Prefix")}))});
        QVERIFY(config.contains("server_name a.example;"));
        QVERIFY(config.contains("server_name \"~^[^.]+\\.b\\.example$\";"));
        QVERIFY(config.contains("listen 80 default_server;") && config.contains("server_name _;"));
        QVERIFY(config.contains("404 \"default backend - 404"));
        QVERIFY(!configOf({ingress(rules({rule("evil; }", "/", "Prefix")}))}).contains("evil"));
    }

    void backends() {
        const auto plan = planIngress(
            {ingress(rules({rule("a.example", "/", "Prefix"),
                            rule("a.example", "/named", "Prefix", "web", R"("name":"http")"),
                            rule("a.example", "/gone", "Prefix", "gone"), rule("a.example", "/ext", "Prefix", "ext"),
                            rule("a.example", "/noport", "Prefix", "web", R"("number":81)")}))},
            sources());
        QCOMPARE(plan.upstreams.size(), std::size_t(3));
        QCOMPARE(plan.upstreams[1].key, std::string("default/web:80"));
        QCOMPARE(plan.upstreams[1].servers, std::vector<std::string>{"10.244.0.2:8080"}); // ready ones
        QCOMPARE(plan.upstreams[2].servers, plan.upstreams[1].servers);
        QCOMPARE(plan.upstreams[0].externalName, std::string("www.example.org:80"));
        const QString config = configOf({ingress(
            rules({rule("a.example", "/gone", "Prefix", "gone"), rule("a.example", "/ext", "Prefix", "ext")}))});
        QCOMPARE(config.count("return 503;"), 2);
        QVERIFY(configOf({ingress(rules({rule("a.example", "/", "Prefix")}))})
                    .contains("server 10.244.0.2:8080 max_fails=0; keepalive 32; }"));
        QVERIFY(config.contains("set $target \"www.example.org:80\"; proxy_pass http://$target;"));
    }

    void changedEndpointsChangeNothingOfAServiceWithAnAddress() {
        IngressSources withAddress = sources();
        int endpoints = 1;
        withAddress.service = [](const std::string&, const std::string& name) {
            return decoded<api::core_v1::Service>(
                QString("{'metadata':{'namespace':'default','name':'%1'},'spec':{'clusterIP':'10.96.0.5','ports':[{'"
                        "name':'http','port':80}]}}")
                    .arg(QString::fromStdString(name))
                    .replace('\'', '"'));
        };
        withAddress.slices = [&](const std::string&, const std::string& service) {
            return endpoints == 0 ? std::vector<SlicePtr>() : sources().slices("default", service);
        };
        const std::vector<IngressPtr> web{ingress(rules({rule("a.example", "/", "Prefix")}))};
        QCOMPARE(planIngress(web, withAddress).upstreams[0].servers, std::vector<std::string>{"10.96.0.5:80"});
        const auto text = QString::fromStdString(nginxConfig(planIngress(web, withAddress), {}, {})).simplified();
        QVERIFY(text.contains("10.96.0.5:80 max_fails=0; keepalive 32; keepalive_requests 4; keepalive_time 5s;"));
        endpoints = 0;
        QVERIFY(planIngress(web, withAddress).upstreams[0].servers.empty()); // 503 rather than 502
    }

    void theOlderKeepsAPath() {
        const auto plan = planIngress(
            {ingress(rules({rule("a.example", "/", "Prefix", "new")}), "{}", "new", "2025-02-01T00:00:00Z"),
             ingress(rules({rule("a.example", "/", "Prefix", "old"), rule("a.example", "/more", "Prefix", "old")}),
                     "{}", "old")},
            sources());
        QCOMPARE(plan.hosts.size(), std::size_t(1));
        QCOMPARE(plan.hosts[0].locations.size(), std::size_t(2));
        QCOMPARE(plan.hosts[0].locations[0].upstream, std::string("default/old:80"));
    }

    void defaultBackends() {
        const QString backend = R"("defaultBackend":{"service":{"name":"web","port":{"number":80}}})";
        const auto alone = planIngress({ingress("{" + backend + "}")}, sources());
        QCOMPARE(alone.hosts.size(), std::size_t(1));
        QVERIFY(alone.hosts[0].host.empty() && alone.hosts[0].locations[0].path.empty());
        const auto with = planIngress(
            {ingress("{" + backend + ",\"rules\":[" + rule("a.example", "/foo", "Prefix", "old") + "]}")}, sources());
        QCOMPARE(with.hosts.size(), std::size_t(1));
        QCOMPARE(with.hosts[0].locations[1].upstream, std::string("default/web:80"));
    }

    void certificates() {
        const QString tls = R"("tls":[{"hosts":["a.example","*.b.example"],"secretName":"cert"}])";
        const auto web = ingress("{" + tls + ",\"rules\":[" + rule("a.example", "/", "Prefix") + "," +
                                     rule("x.b.example", "/", "Prefix") + "," + rule("c.example", "/", "Prefix") + "]}",
                                 R"({"nginx.ingress.kubernetes.io/ssl-redirect":"true"})");
        const auto plan = planIngress({web}, sources());
        QCOMPARE(plan.secrets, std::set<std::string>{"default/cert"});
        QCOMPARE(plan.hosts[0].certificate, std::string("default/cert"));
        QVERIFY(plan.hosts[1].certificate.empty() && !plan.hosts[2].certificate.empty());
        const std::string file = certificateFile("/f", "default/cert").string();
        QCOMPARE(
            configOf({web}, {"default/cert"}).count(QString("ssl_certificate %1;").arg(QString::fromStdString(file))),
            2);
        QCOMPARE(configOf({web}).count("ssl_certificate /f/default.pem;"), 4); // the secret is not there (yet)
        QCOMPARE(configOf({web}).count("return 308 https://"), 2);
    }

    void rewrites() {
        const auto annotated = [](const QString& target, const QString& size) {
            return QString("{'nginx.ingress.kubernetes.io/rewrite-target':'%1','nginx.ingress.kubernetes.io/"
                           "proxy-body-size':'%2'}")
                .arg(target, size)
                .replace('\'', '"');
        };
        const QString path = "/api(/|$)(.*)";
        const QString config =
            configOf({ingress(rules({rule("a.example", path, "ImplementationSpecific")}), annotated("/$2", "8m"))});
        QVERIFY(config.contains("location ~* \"^" + path + "\" {"));
        QVERIFY(config.contains("rewrite \"(?i)" + path + "\" /$2 break;"));
        QVERIFY(config.contains("client_max_body_size 8m;"));
        const QString safe =
            configOf({ingress(rules({rule("a.example", "/", "Prefix")}), annotated("/; } evil", "8; evil"))});
        QVERIFY(!safe.contains("evil"));
    }

    void pairs() {
        const auto authority = slipway::pki::makeAuthority("test"), other = slipway::pki::makeAuthority("other");
        QVERIFY(isUsablePair(authority->certificatePem, authority->keyPem));
        QVERIFY(!isUsablePair(authority->certificatePem, other->keyPem));
        QVERIFY(!isUsablePair("", "") && !isUsablePair("nonsense", authority->keyPem));
    }
};

QTEST_GUILESS_MAIN(IngressTest)
#include "ingress_test.moc"
