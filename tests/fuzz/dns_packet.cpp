#include "cluster/network/dns/answer.h"

#include <cstdlib>

/// Any packet gets a bounded answer, or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slipway::network;
    static const Zone zone = [] {
        Zone result;
        result.domain = "cluster.local";
        result.names["web.default.svc.cluster.local"].a = {"10.96.0.5"};
        return result;
    }();
    const std::span<const std::uint8_t> packet(data, size);
    const DnsDecision decision = decideDns(packet, zone, udpLimit(packet));
    if (decision.answer.size() > 1232 || (decision.forward && !decision.answer.empty()))
        std::abort();
    return 0;
}
