#include "cluster/network/dns/answer.h"
#include "cluster/network/dns/server.h"
#include "service_fixture.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace slipway::network;
using namespace slipway::network::test;

namespace {

Zone zone() {
    auto headless = service("db", "None");
    auto external = service("ext", "");
    external.spec->type = "ExternalName";
    external.spec->externalName = "www.example.org";
    auto first = endpoint("10.244.0.2");
    first.hostname = "db-0";
    return makeZone("cluster.local", {shared(service("web", "10.96.0.5")), shared(headless), shared(external)},
                    {shared(slice("db", {first, endpoint("10.244.0.3"), endpoint("10.244.0.4", false)}))});
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
    const auto decision = decideDns(query(name, type), zone(), 1232);
    return decision.forward ? "forward" : read(decision.answer);
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
        row("alias", "ext.default.svc.cluster.local.", LDNS_RR_TYPE_A, "NOERROR www.example.org.");
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
            const auto decision = decideDns(std::span(good).first(size), names, 512);
            QVERIFY(!decision.forward);
            QVERIFY(size < 12 ? decision.answer.empty() : decision.answer.size() == 12);
        }
        Packet answer = good;
        answer[2] |= 0x80U;
        QVERIFY(decideDns(answer, names, 512).answer.empty()); // answers are not answered
    }

    void longAnswersAreCut() {
        std::vector<discovery::Endpoint> many;
        for (int i = 1; i < 60; ++i)
            many.push_back(endpoint("10.244.0." + std::to_string(i)));
        const Zone names = makeZone("cluster.local", {shared(service("db", "None"))}, {shared(slice("db", many))});
        const Packet asked = query("db.default.svc.cluster.local.", LDNS_RR_TYPE_A);
        const Packet cut = decideDns(asked, names, udpLimit(asked)).answer;
        QVERIFY(cut.size() <= 512 && (cut[2] & 0x02U) != 0);
        QVERIFY(decideDns(asked, names, 65535).answer.size() > 512);
    }

    void serverAnswersOverUdp() {
        auto server = DnsServer::start({.address = "127.0.0.1", .port = 0, .upstream = {}});
        QVERIFY(server.has_value());
        (*server)->setZone(std::make_shared<const Zone>(zone()));
        QCOMPARE(exchange((*server)->port(), query("web.default.svc.cluster.local.", LDNS_RR_TYPE_A)),
                 QString("NOERROR 10.96.0.5"));
        // Nobody to ask: an honest failure.
        QCOMPARE(exchange((*server)->port(), query("www.example.org.", LDNS_RR_TYPE_A)), QString("SERVFAIL"));
    }

    void serverForwards() {
        auto upstream = DnsServer::start({.address = "127.0.0.1", .port = 0, .upstream = {}});
        (*upstream)->setZone(
            std::make_shared<const Zone>(makeZone("example.org", {shared(service("www", "192.0.2.1"))}, {})));
        const std::string where = "127.0.0.1:" + std::to_string((*upstream)->port());
        auto server = DnsServer::start({.address = "127.0.0.2", .port = 0, .upstream = {where}});
        QVERIFY(server.has_value());
        QCOMPARE(exchange((*server)->port(), query("www.default.svc.example.org.", LDNS_RR_TYPE_A), "127.0.0.2"),
                 QString("NOERROR 192.0.2.1"));
    }

private:
    static QString exchange(int port, const Packet& asked, const char* address = "127.0.0.1") {
        const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        ::inet_pton(AF_INET, address, &to.sin_addr);
        const timeval limit{10, 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::sendto(socket, asked.data(), asked.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
        Packet answer(4096);
        const ssize_t size = ::recv(socket, answer.data(), answer.size(), 0);
        ::close(socket);
        if (size < 0)
            return "silence";
        answer.resize(static_cast<std::size_t>(size));
        return read(answer);
    }
};

QTEST_GUILESS_MAIN(DnsTest)
#include "dns_test.moc"
