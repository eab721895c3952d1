#include "cluster/network/dns/answer.h"
#include "cluster/network/dns/cache.h"

#include <cstdlib>

/// Any packet gets a bounded answer, or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slipway::network;
    static const Zone zone = [] {
        Zone result("cluster.local");
        NamedRecords names;
        names["web.default.svc.cluster.local"].a = {{10, 96, 0, 5}};
        names["ext.default.svc.cluster.local"].alias = "example.org";
        result.put("default/web", names);
        return result;
    }();
    const dns::Bytes packet(data, size);
    const dns::Decision decision = dns::decide(packet, zone, dns::udpLimit(packet));
    if (decision.answer.size() > 1232 || (decision.action != dns::Decision::Action::send && !decision.answer.empty()))
        std::abort();
    // The same bytes as the answer of another server.
    const dns::Packet query = dns::makeQuery(1, "ext.default.svc.cluster.local", dns::Type::a);
    if (dns::aliasAnswer(query, "example.org", packet, 512).size() > 512)
        std::abort();
    dns::AnswerCache cache;
    cache.store(query, packet, {});
    std::ignore = cache.find(query, 512, {});
    return 0;
}
