// How long the network's hot paths take. bench_network [SERVICES]
//   rules  one endpoint of one service changes while there are many: plan, difference and kernel together
//   dns    questions answered by one server thread, over UDP on loopback

#include "cluster/network/dns/server.h"
#include "cluster/network/services/service_writer.h"
#include "tests/support/net_space.h"

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <format>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace slipway::network;
using Clock = std::chrono::steady_clock;

namespace {

double milliseconds(Clock::duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

/// Service number i with three endpoints; `shift` moves the first of them.
ServiceView service(int i, int shift = 0) {
    auto object = std::make_shared<slipway::api::core_v1::Service>();
    object->metadata.namespace_ = "default";
    object->metadata.name = std::format("s{}", i);
    object->spec.emplace();
    object->spec->type = "ClusterIP";
    object->spec->clusterIP = std::format("10.{}.{}.{}", 100 + i / 62500, i / 250 % 250, i % 250);
    slipway::api::core_v1::ServicePort port;
    port.port = 80;
    object->spec->ports = {port};
    auto slice = std::make_shared<slipway::api::discovery_v1::EndpointSlice>();
    slice->metadata.namespace_ = "default";
    slice->metadata.name = object->metadata.name;
    slice->addressType = "IPv4";
    slipway::api::discovery_v1::EndpointPort to;
    to.port = 8080;
    slice->ports = {to};
    for (int e = 0; e < 3; ++e) {
        slipway::api::discovery_v1::Endpoint endpoint;
        endpoint.addresses = {std::format("10.244.{}.{}", i % 250, 3 + e + (e == 0 ? 10 * shift : 0))};
        slice->endpoints.push_back(endpoint);
    }
    return {"default/" + object->metadata.name, object, {slice}};
}

void endpointChanges(int services) {
    slipway::tests::NetSpace space;
    if (!space.works())
        return void(std::puts("rules: needs root"));
    space.run([&] {
        ServiceWriterSettings settings;
        settings.ranges = {"10.244.0.0/16", "10.244.0.0/24"};
        ServiceWriter writer(settings, nullptr);
        std::vector<ServiceView> all;
        for (int i = 0; i < services; ++i)
            all.push_back(service(i));
        auto start = Clock::now();
        if (!writer.apply(all))
            return void(std::puts("rules: refused"));
        std::printf("rules: %d services written in %.1f ms\n", services, milliseconds(Clock::now() - start));
        std::vector<double> times;
        for (int round = 1; round <= 100; ++round) {
            start = Clock::now();
            writer.apply({service(round * 7 % services, round % 2 + 1)});
            times.push_back(milliseconds(Clock::now() - start));
        }
        std::ranges::sort(times);
        std::printf("rules: one endpoint changed: p50 %.2f ms, p99 %.2f ms, most %.2f ms\n", times[50], times[98],
                    times[99]);
    });
}

void questions(int services) {
    auto server = DnsServer::start({.address = "127.0.0.1", .port = 0});
    if (!server)
        return void(std::puts(server.error().c_str()));
    std::vector<ServiceView> all;
    for (int i = 0; i < services; ++i)
        all.push_back(service(i));
    (*server)->update(all);
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>((*server)->port()));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to);
    constexpr int window = 64, total = 400000;
    std::vector<slipway::network::dns::Packet> asked;
    for (int i = 0; i < 1000; ++i)
        asked.push_back(slipway::network::dns::makeQuery(
            static_cast<std::uint16_t>(i),
            i % 4 == 3 ? std::format("no{}.default.svc.cluster.local", i)
                       : std::format("s{}.default.svc.cluster.local", i * 7 % services),
            slipway::network::dns::Type::a));
    char buffer[2048];
    const auto start = Clock::now();
    int sent = 0;
    for (int received = 0; received < total;) {
        for (; sent < total && sent - received < window; ++sent)
            ::send(socket, asked[static_cast<std::size_t>(sent) % asked.size()].data(),
                   asked[static_cast<std::size_t>(sent) % asked.size()].size(), 0);
        if (::recv(socket, buffer, sizeof buffer, 0) > 0)
            ++received;
    }
    const double took = milliseconds(Clock::now() - start);
    std::printf("dns: %d questions among %d services: %.0f a second\n", total, services, total / took * 1000);
    ::close(socket);
}

} // namespace

int main(int argc, char** argv) {
    const int services = argc > 1 ? std::atoi(argv[1]) : 10000;
    endpointChanges(services);
    questions(services);
}
