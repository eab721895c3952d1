#include "cluster/network/dns/answer.h"
#include "cluster/network/dns/cache.h"
#include "cluster/network/dns/config.h"
#include "cluster/network/dns/server.h"
#include "service_fixture.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace slipway::network;
using namespace slipway::network::test;

namespace {

using dns::Packet;
using Action = dns::Decision::Action;

ServiceView view(const core::Service& service, Slices slices = {}) {
    return {"default/" + service.metadata.name, shared(service), std::move(slices)};
}

core::Service externalName(const std::string& name, const std::string& target) {
    auto result = service(name, "");
    result.spec->type = "ExternalName";
    result.spec->externalName = target;
    return result;
}

std::vector<ServiceView> services() {
    auto first = endpoint("10.244.0.2");
    first.hostname = "db-0";
    auto dual = service("dual", "10.96.0.7");
    dual.spec->clusterIPs = {"10.96.0.7", "fd00::7"};
    return {view(service("web", "10.96.0.5")), view(dual),
            view(service("db", "None"),
                 {shared(slice("db", {first, endpoint("10.244.0.3"), endpoint("10.244.0.4", false)}))}),
            view(externalName("ext", "www.example.org")), view(externalName("inner", "web.default.svc.cluster.local"))};
}

Zone zone() {
    Zone result("cluster.local");
    for (const ServiceView& each : services())
        result.put(each.key, namesOf("cluster.local", each));
    return result;
}

Packet query(const std::string& name, ldns_rr_type type) {
    ldns_pkt* packet = ldns_pkt_query_new(ldns_dname_new_frm_str(name.c_str()), type, LDNS_RR_CLASS_IN, LDNS_RD);
    ldns_pkt_set_id(packet, 4711);
    std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    ldns_pkt2wire(&bytes, packet, &size);
    Packet result(bytes, bytes + size);
    std::free(bytes);
    ldns_pkt_free(packet);
    return result;
}

/// The code and the answers' data, sorted: "NOERROR 10.96.0.5".
QString read(const Packet& bytes) {
    ldns_pkt* packet = nullptr;
    if (ldns_wire2pkt(&packet, bytes.data(), bytes.size()) != LDNS_STATUS_OK)
        return "damaged";
    if (ldns_pkt_id(packet) != 4711 || !ldns_pkt_qr(packet))
        return "not an answer";
    QStringList data;
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(ldns_pkt_answer(packet)); ++i) {
        QStringList fields;
        const ldns_rr* record = ldns_rr_list_rr(ldns_pkt_answer(packet), i);
        for (std::size_t f = 0; f < ldns_rr_rd_count(record); ++f) {
            char* text = ldns_rdf2str(ldns_rr_rdf(record, f));
            fields << text;
            std::free(text);
        }
        data << fields.join(' ');
    }
    data.sort();
    const int code = ldns_pkt_get_rcode(packet);
    ldns_pkt_free(packet);
    return (QStringList(code == 0   ? "NOERROR"
                        : code == 3 ? "NXDOMAIN"
                        : code == 2 ? "SERVFAIL"
                                    : "OTHER") +
            data)
        .join(' ');
}

QString ask(const std::string& name, ldns_rr_type type) {
    const auto decision = dns::decide(query(name, type), zone(), 1232);
    if (decision.action == Action::resolve)
        return "resolve " + QString::fromStdString(decision.target);
    return decision.action == Action::forward ? "forward" : read(decision.answer);
}

} // namespace

class DnsTest : public QObject {
    Q_OBJECT

private slots:
    void answers_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("answer");
        const auto row = [](const char* what, const char* name, ldns_rr_type type, const char* answer) {
            QTest::newRow(what) << name << int(type) << answer;
        };
        row("service", "web.default.svc.cluster.local.", LDNS_RR_TYPE_A, "NOERROR 10.96.0.5");
        row("case does not matter", "WEB.Default.svc.cluster.LOCAL.", LDNS_RR_TYPE_A, "NOERROR 10.96.0.5");
        row("no such type", "web.default.svc.cluster.local.", LDNS_RR_TYPE_AAAA, "NOERROR");
        row("no such service", "nope.default.svc.cluster.local.", LDNS_RR_TYPE_A, "NXDOMAIN");
        row("a namespace exists", "default.svc.cluster.local.", LDNS_RR_TYPE_A, "NOERROR");
        row("no such namespace", "nope.svc.cluster.local.", LDNS_RR_TYPE_A, "NXDOMAIN");
        row("headless", "db.default.svc.cluster.local.", LDNS_RR_TYPE_A, "NOERROR 10.244.0.2 10.244.0.3");
        row("headless host", "db-0.db.default.svc.cluster.local.", LDNS_RR_TYPE_A, "NOERROR 10.244.0.2");
        row("headless address", "10-244-0-3.db.default.svc.cluster.local.", LDNS_RR_TYPE_A, "NOERROR 10.244.0.3");
        row("srv", "_http._tcp.web.default.svc.cluster.local.", LDNS_RR_TYPE_SRV,
            "NOERROR 0 100 80 web.default.svc.cluster.local.");
        row("headless srv", "_http._tcp.db.default.svc.cluster.local.", LDNS_RR_TYPE_SRV,
            "NOERROR 0 50 8080 10-244-0-3.db.default.svc.cluster.local. 0 50 8080 db-0.db.default.svc.cluster.local.");
        row("reverse service", "5.0.96.10.in-addr.arpa.", LDNS_RR_TYPE_PTR, "NOERROR web.default.svc.cluster.local.");
        row("reverse host", "2.0.244.10.in-addr.arpa.", LDNS_RR_TYPE_PTR, "NOERROR db-0.db.default.svc.cluster.local.");
        row("pod", "10-244-0-9.default.pod.cluster.local.", LDNS_RR_TYPE_A, "NOERROR 10.244.0.9");
        row("not a pod", "10-244-0-900.default.pod.cluster.local.", LDNS_RR_TYPE_A, "NXDOMAIN");
        row("alias", "ext.default.svc.cluster.local.", LDNS_RR_TYPE_A, "resolve www.example.org");
        row("alias inside", "inner.default.svc.cluster.local.", LDNS_RR_TYPE_A,
            "NOERROR 10.96.0.5 web.default.svc.cluster.local.");
        row("both families", "dual.default.svc.cluster.local.", LDNS_RR_TYPE_AAAA, "NOERROR fd00::7");
        row("reverse of the other family", "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa.",
            LDNS_RR_TYPE_PTR, "NOERROR dual.default.svc.cluster.local.");
        row("srv of all ports", "web.default.svc.cluster.local.", LDNS_RR_TYPE_SRV,
            "NOERROR 0 100 80 web.default.svc.cluster.local.");
        row("protocol without port", "_tcp.web.default.svc.cluster.local.", LDNS_RR_TYPE_SRV, "NOERROR");
        row("pod of the other family", "fd00--9.default.pod.cluster.local.", LDNS_RR_TYPE_AAAA, "NOERROR fd00::9");
        row("version", "dns-version.cluster.local.", LDNS_RR_TYPE_TXT, "NOERROR \"1.1.0\"");
        row("name server", "cluster.local.", LDNS_RR_TYPE_NS, "NOERROR ns.dns.cluster.local.");
        row("search path", "www.example.org.default.svc.cluster.local.", LDNS_RR_TYPE_A, "NXDOMAIN");
        row("outside", "www.example.org.", LDNS_RR_TYPE_A, "forward");
        row("outside reverse", "1.2.0.192.in-addr.arpa.", LDNS_RR_TYPE_PTR, "forward");
    }
    void answers() {
        QFETCH(QString, name);
        QFETCH(int, type);
        QFETCH(QString, answer);
        QCOMPARE(ask(name.toStdString(), static_cast<ldns_rr_type>(type)), answer);
    }

    void damagedPackets() {
        const Zone names = zone();
        const Packet good = query("web.default.svc.cluster.local.", LDNS_RR_TYPE_A);
        for (std::size_t size = 0; size < good.size(); ++size) {
            const auto decision = dns::decide(std::span(good).first(size), names, 512);
            QVERIFY(decision.action == Action::send);
            QVERIFY(size < 12 ? decision.answer.empty() : decision.answer.size() == 12);
        }
        Packet answer = good;
        answer[2] |= 0x80U;
        QVERIFY(dns::decide(answer, names, 512).answer.empty()); // answers are not answered
        Packet loop = good;
        loop[12] = 0xC0; // a name that points to itself
        loop[13] = 12;
        QCOMPARE(dns::decide(loop, names, 512).answer[3] & 15, 1);
    }

    void longAnswersAreCut() {
        std::vector<discovery::Endpoint> many;
        for (int i = 1; i < 200; ++i)
            many.push_back(endpoint("10.244.0." + std::to_string(i)));
        Zone names("cluster.local");
        names.put("default/db", namesOf("cluster.local", view(service("db", "None"), {shared(slice("db", many))})));
        const Packet asked = query("db.default.svc.cluster.local.", LDNS_RR_TYPE_A);
        const Packet cut = dns::decide(asked, names, dns::udpLimit(asked)).answer;
        QVERIFY(cut.size() <= 512 && (cut[2] & 0x02U) != 0);
        QVERIFY(read(cut).startsWith("NOERROR 10.244.0."));
        const Packet whole = dns::decide(asked, names, 65535).answer;
        QCOMPARE(read(whole).split(' ').size(), 200);
        QVERIFY((whole[2] & 0x02U) == 0);
        const Packet services =
            dns::decide(query("_http._tcp.db.default.svc.cluster.local.", LDNS_RR_TYPE_SRV), names, 65535).answer;
        QCOMPARE(read(services).split(' ').size(), 1 + 199 * 4);
    }

    void largerAnswersWhenTheClientSaysSo() {
        ldns_pkt* packet = ldns_pkt_query_new(ldns_dname_new_frm_str("web.default.svc.cluster.local."), LDNS_RR_TYPE_A,
                                              LDNS_RR_CLASS_IN, LDNS_RD);
        ldns_pkt_set_id(packet, 4711);
        ldns_pkt_set_edns_udp_size(packet, 4096);
        std::uint8_t* bytes = nullptr;
        std::size_t size = 0;
        ldns_pkt2wire(&bytes, packet, &size);
        const Packet asked(bytes, bytes + size);
        std::free(bytes);
        ldns_pkt_free(packet);
        QCOMPARE(dns::udpLimit(asked), std::size_t(1232));
        QCOMPARE(read(dns::decide(asked, zone(), 1232).answer), QString("NOERROR 10.96.0.5"));
    }

    void namesComeAndGo() {
        Zone names = zone();
        QVERIFY(names.exists("db-0.db.default.svc.cluster.local") && names.exists("_tcp.db.default.svc.cluster.local"));
        names.put("default/db", {});
        for (const char* gone : {"db-0.db.default.svc.cluster.local", "db.default.svc.cluster.local",
                                 "_tcp.db.default.svc.cluster.local", "2.0.244.10.in-addr.arpa"})
            QVERIFY(!names.exists(gone));
        QVERIFY(names.exists("default.svc.cluster.local") && names.exists("svc.cluster.local"));
        for (const ServiceView& each : services())
            names.put(each.key, {});
        QVERIFY(!names.exists("default.svc.cluster.local") && names.exists("svc.cluster.local"));
        // Two services with one address: what is left keeps its name.
        names.put("a", {{"5.0.96.10.in-addr.arpa", NameRecords{.ptr = {"a"}}}});
        names.put("b", {{"5.0.96.10.in-addr.arpa", NameRecords{.ptr = {"b"}}}});
        QCOMPARE(names.find("5.0.96.10.in-addr.arpa")->ptr.size(), std::size_t(2));
        names.put("a", {});
        QCOMPARE(names.find("5.0.96.10.in-addr.arpa")->ptr, std::vector<std::string>{"b"});
    }

    void answersAreKeptForAWhile() {
        dns::AnswerCache cache(2);
        const auto now = dns::AnswerCache::Time();
        const Packet asked = query("web.default.svc.cluster.local.", LDNS_RR_TYPE_A);
        const Packet answer = dns::decide(asked, zone(), 512).answer;
        cache.store(asked, answer, now);
        Packet again = query("WEB.default.svc.cluster.local.", LDNS_RR_TYPE_A);
        const auto kept = cache.find(again, 512, now + std::chrono::seconds(2));
        QVERIFY(kept.has_value());
        QCOMPARE(read(*kept), QString("NOERROR 10.96.0.5"));
        QCOMPARE((*kept)[13], static_cast<std::uint8_t>('W')); // as it was asked
        QVERIFY(!cache.find(query("web.default.svc.cluster.local.", LDNS_RR_TYPE_AAAA), 512, now));
        QVERIFY(!cache.find(asked, 20, now)); // too long for this client
        QVERIFY(!cache.find(asked, 512, now + std::chrono::seconds(6)));
        QCOMPARE(cache.size(), std::size_t(0));
        cache.store(asked, dns::bareAnswer(asked, dns::Code::serverFailure), now);
        QCOMPARE(cache.size(), std::size_t(0)); // failures are not kept
        for (const char* name :
             {"web.default.svc.cluster.local.", "db.default.svc.cluster.local.", "dual.default.svc.cluster.local."}) {
            const Packet each = query(name, LDNS_RR_TYPE_A);
            cache.store(each, dns::decide(each, zone(), 512).answer, now);
        }
        QCOMPARE(cache.size(), std::size_t(2));
        QVERIFY(!cache.find(asked, 512, now)); // the oldest went
    }

    void serversOfDomains() {
        const dns::Servers servers{{"9.9.9.9"}, {{"corp.example", {"10.0.0.1"}}, {"lab.corp.example", {"10.0.0.2"}}}};
        QCOMPARE(dns::serversFor(servers, "www.example").front(), std::string("9.9.9.9"));
        QCOMPARE(dns::serversFor(servers, "corp.example").front(), std::string("10.0.0.1"));
        QCOMPARE(dns::serversFor(servers, "a.b.lab.corp.example").front(), std::string("10.0.0.2"));
        QCOMPARE(dns::serversFor(servers, "notcorp.example").front(), std::string("9.9.9.9"));
    }

    void whoIsAsked() {
        QCOMPARE(dns::nameServersOf("# x\nsearch a.b\nnameserver 9.9.9.9\nnameserver\t2620:fe::fe\noptions ndots:5\n"),
                 (std::vector<std::string>{"9.9.9.9", "2620:fe::fe"}));
        const auto plain = dns::serversOf({"9.9.9.9"}, {});
        QCOMPARE(plain.everything, std::vector<std::string>{"9.9.9.9"});
        const auto told = dns::serversOf({"9.9.9.9"}, {{"stubDomains", R"({"corp.example":["10.0.0.1"],"bad":7})"},
                                                       {"upstreamNameservers", R"(["1.1.1.1"])"}});
        QCOMPARE(told.everything, std::vector<std::string>{"1.1.1.1"});
        QCOMPARE(told.domains.size(), std::size_t(1));
        QVERIFY(dns::serversOf({"9.9.9.9"}, {{"stubDomains", "{"}, {"upstreamNameservers", "7"}}) == plain);
    }

    void serverAnswersOverUdpAndTcp() {
        auto server = DnsServer::start({.address = "127.0.0.1", .port = 0});
        QVERIFY(server.has_value());
        const Packet web = query("web.default.svc.cluster.local.", LDNS_RR_TYPE_A);
        // What is not known yet is not denied.
        QCOMPARE(exchange((*server)->port(), web), QString("SERVFAIL"));
        (*server)->update(services());
        QCOMPARE(exchange((*server)->port(), web), QString("NOERROR 10.96.0.5"));
        QCOMPARE(exchange((*server)->port(), web, "127.0.0.1", SOCK_STREAM), QString("NOERROR 10.96.0.5"));
        // Nobody to ask: an honest failure.
        QCOMPARE(exchange((*server)->port(), query("www.example.org.", LDNS_RR_TYPE_A)), QString("SERVFAIL"));
        QVERIFY((*server)->metrics().find("coredns_dns_requests_total{proto=\"tcp\"} 1\n") != std::string::npos);
    }

    void serverForwards() {
        auto upstream = DnsServer::start({.address = "127.0.0.1", .port = 0, .domain = "example.org"});
        auto www = service("www", "192.0.2.1");
        (*upstream)->update({view(www), view(externalName("moved", "www.default.svc.example.org"))});
        const std::string where = "127.0.0.1:" + std::to_string((*upstream)->port());
        auto server = DnsServer::start({.address = "127.0.0.2", .port = 0, .upstream = {{"127.0.0.9:1", where}, {}}});
        QVERIFY(server.has_value());
        (*server)->update({view(externalName("ext", "moved.default.svc.example.org"))});
        for (const int kind : {SOCK_DGRAM, SOCK_STREAM})
            QCOMPARE(
                exchange((*server)->port(), query("www.default.svc.example.org.", LDNS_RR_TYPE_A), "127.0.0.2", kind),
                QString("NOERROR 192.0.2.1"));
        // Aliases are followed for clients that do not.
        QCOMPARE(exchange((*server)->port(), query("ext.default.svc.cluster.local.", LDNS_RR_TYPE_A), "127.0.0.2"),
                 QString("NOERROR 192.0.2.1 moved.default.svc.example.org. www.default.svc.example.org."));
        // From the cache, although nobody answers any more.
        upstream->reset();
        QCOMPARE(exchange((*server)->port(), query("www.default.svc.example.org.", LDNS_RR_TYPE_A), "127.0.0.2"),
                 QString("NOERROR 192.0.2.1"));
        QCOMPARE(exchange((*server)->port(), query("other.example.org.", LDNS_RR_TYPE_A), "127.0.0.2"),
                 QString("SERVFAIL"));
    }

private:
    static QString exchange(int port, const Packet& asked, const char* address = "127.0.0.1", int kind = SOCK_DGRAM) {
        const int socket = ::socket(AF_INET, kind, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        ::inet_pton(AF_INET, address, &to.sin_addr);
        const timeval limit{20, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        if (::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
            return "no connection";
        Packet out = asked, answer(70000);
        const std::size_t frame = kind == SOCK_STREAM ? 2 : 0;
        if (frame > 0)
            out.insert(out.begin(),
                       {static_cast<std::uint8_t>(asked.size() >> 8U), static_cast<std::uint8_t>(asked.size())});
        ::send(socket, out.data(), out.size(), 0);
        const ssize_t size = ::recv(socket, answer.data(), answer.size(), 0);
        ::close(socket);
        if (size < static_cast<ssize_t>(frame))
            return "silence";
        return read(Packet(answer.begin() + static_cast<std::ptrdiff_t>(frame), answer.begin() + size));
    }
};

QTEST_GUILESS_MAIN(DnsTest)
#include "dns_test.moc"
