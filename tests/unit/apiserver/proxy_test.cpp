#include "cluster/apiserver/health.h"
#include "cluster/apiserver/http/compress.h"
#include "cluster/apiserver/http/proxy_rewrite.h"
#include "cluster/apiserver/log_options.h"
#include "cluster/apiserver/proxy_target.h"
#include "cluster/apiserver/request.h"

#include <QTest>

using namespace slipway::apiserver;

namespace {

const ProxiedPlace place{"/api/v1/namespaces/a/pods/web/proxy", "10.244.0.5:8080", "127.0.0.1:6443"};

RequestInfo infoOf(const std::string& target) {
    Request request;
    request.target = target;
    return understand(request);
}

int codeOf(const std::string& query) {
    const auto refusal = refuseLogOptions(Query::parse(query));
    return refusal ? refusal->code : 0;
}

} // namespace

class ProxyTest : public QObject {
    Q_OBJECT

private slots:
    void names() {
        QCOMPARE(parseProxyName("web")->name, std::string("web"));
        QCOMPARE(parseProxyName("web:http")->port, std::string("http"));
        const auto whole = parseProxyName("https:web:8443");
        QVERIFY(whole->tls() && whole->name == "web" && whole->port == "8443");
        QVERIFY(!parseProxyName("ftp:web:21") && !parseProxyName("a:b:c:d") && !parseProxyName(":80") &&
                !parseProxyName(""));
    }

    void targets() {
        const ProxyPath pod = splitProxyTarget("/api/v1/namespaces/a/pods/web:80/proxy/x%2Fy/?q=1&r");
        QCOMPARE(pod.prefix, std::string("/api/v1/namespaces/a/pods/web:80/proxy"));
        QCOMPARE(pod.rest, std::string("/x%2Fy/"));
        QCOMPARE(pod.query, std::string("?q=1&r"));
        QCOMPARE(splitProxyTarget("/api/v1/namespaces/proxy/services/proxy/proxy").rest, std::string());
        QCOMPARE(splitProxyTarget("/api/v1/nodes/n/proxy/logs/").rest, std::string("/logs/"));
    }

    void forwardedRequestsAreTold() {
        QVERIFY(isForwarded("/api/v1/namespaces/a/pods/web/proxy/x"));
        QVERIFY(isForwarded("/api/v1/nodes/n/proxy?x"));
        QVERIFY(!isForwarded("/api/v1/namespaces/a/pods/web/log"));
        QVERIFY(!isForwarded("/api/v1/namespaces/a/configmaps/web/proxy"));
        QVERIFY(!isForwarded("/apis/apps/v1/namespaces/a/deployments/web/proxy"));
    }

    void namedResourcesAreNeverWatched() {
        QCOMPARE(infoOf("/api/v1/namespaces/a/pods/web/proxy?watch=1").verb, std::string("get"));
        QCOMPARE(infoOf("/api/v1/namespaces/a/pods?watch=1").verb, std::string("watch"));
    }

    void links_data() {
        QTest::addColumn<QString>("link");
        QTest::addColumn<QString>("expected");
        const QString prefix = "/api/v1/namespaces/a/pods/web/proxy";
        QTest::newRow("absolute path") << "/login?next=/" << prefix + "/login?next=/";
        QTest::newRow("relative") << "login" << "login";
        QTest::newRow("own host") << "http://10.244.0.5:8080/x" << prefix + "/x";
        QTest::newRow("own host alone") << "http://10.244.0.5:8080" << prefix + "/";
        QTest::newRow("client's host") << "https://127.0.0.1:6443/x" << "https://127.0.0.1:6443" + prefix + "/x";
        QTest::newRow("another host") << "https://example.org/x" << "https://example.org/x";
        QTest::newRow("another host without scheme") << "//example.org/x" << "//example.org/x";
        QTest::newRow("done already") << prefix + "/x" << prefix + "/x";
        QTest::newRow("fragment") << "#top" << "#top";
    }

    void links() {
        QFETCH(QString, link);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(rewriteLink(link.toStdString(), place)), expected);
    }

    void pages() {
        QCOMPARE(rewriteHtml(R"(<a href="/rewriteme">test</a>)", place),
                 std::string(R"(<a href="/api/v1/namespaces/a/pods/web/proxy/rewriteme">test</a>)"));
        QCOMPARE(rewriteHtml("<IMG alt=/x SRC='/y.png'/><p title=\"/t\">/text</p>", place),
                 std::string("<IMG alt=/x SRC='/api/v1/namespaces/a/pods/web/proxy/y.png'/><p title=\"/t\">/text</p>"));
        for (const char* same :
             {"<!-- <a href=\"/x\"> -->", "a < b && c", "<", "<a href=", "<a href=\"/x", "", "</a>", "<a =\"/x\">"})
            QVERIFY(rewriteHtml(same, place).starts_with(std::string(same).substr(0, 8)));
    }

    void logOptions() {
        QCOMPARE(codeOf("follow=true&tailLines=5&sinceSeconds=60&limitBytes=10&stream=All"), 0);
        QCOMPARE(codeOf("tailLines=x"), 400);
        QCOMPARE(codeOf("sinceTime=noon"), 400);
        QCOMPARE(codeOf("tailLines=-1"), 422);
        QCOMPARE(codeOf("limitBytes=0"), 422);
        QCOMPARE(codeOf("sinceSeconds=0"), 422);
        QCOMPARE(codeOf("sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z"), 422);
        QCOMPARE(codeOf("stream=stdout"), 422);
        QCOMPARE(codeOf("stream=Stdout&tailLines=1"), 422);
        QCOMPARE(refuseLogOptions(Query::parse("limitBytes=0"))->message,
                 std::string("PodLogOptions \"\" is invalid: limitBytes: Invalid value: 0: must be greater than 0"));
    }

    void health() {
        bool well = true;
        const std::vector<HealthCheck> checks{{"ping", [] { return true; }}, {"etcd", [&] { return well; }}};
        QCOMPARE(answerHealth(infoOf("/livez"), checks)->body, std::string("ok"));
        QCOMPARE(answerHealth(infoOf("/livez?verbose"), checks)->body,
                 std::string("[+]ping ok\n[+]etcd ok\nlivez check passed\n"));
        QCOMPARE(answerHealth(infoOf("/readyz/ping"), checks)->body, std::string("ok"));
        QVERIFY(!answerHealth(infoOf("/readyz/none"), checks));
        well = false;
        const auto failed = answerHealth(infoOf("/readyz"), checks);
        QCOMPARE(failed->code, 500);
        QCOMPARE(failed->body, std::string("[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n"));
        QCOMPARE(answerHealth(infoOf("/readyz?exclude=etcd"), checks)->code, 200);
        QCOMPARE(
            answerHealth(infoOf("/readyz?verbose&exclude=etcd&exclude=x"), checks)->body,
            std::string("[+]ping ok\n[+]etcd excluded: ok\nwarn: some health checks cannot be excluded: no matches "
                        "for \"x\"\nreadyz check passed\n"));
        QCOMPARE(answerHealth(infoOf("/readyz/etcd"), checks)->code, 500);
    }

    void compression() {
        constexpr std::size_t large = 200 * 1024;
        QVERIFY(worthCompressing("gzip", large));
        QVERIFY(worthCompressing("deflate, gzip;q=0.5", large));
        QVERIFY(!worthCompressing("gzip", 1000));
        QVERIFY(!worthCompressing("gzip;q=0", large));
        QVERIFY(!worthCompressing("br, deflate", large));
        QVERIFY(!worthCompressing("", large));
        const std::string packed = gzip(std::string(large, 'x'));
        QVERIFY(packed.size() < 2000 && packed.starts_with("\x1f\x8b"));
    }
};

QTEST_GUILESS_MAIN(ProxyTest)
#include "proxy_test.moc"
