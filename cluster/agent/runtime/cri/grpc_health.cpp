#include "cluster/agent/runtime/cri/grpc_health.h"

#include <format>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

namespace slipway::agent {
namespace {

/// HealthCheckRequest{string service = 1}: small enough to write by hand, so that no second definition is compiled.
grpc::ByteBuffer requestOf(const std::string& service) {
    std::string bytes;
    if (!service.empty()) {
        bytes += '\x0a';
        for (std::size_t size = service.size(); bytes.size() < 12; size >>= 7U) {
            bytes += static_cast<char>(size > 127 ? (size & 127U) | 128U : size);
            if (size <= 127)
                break;
        }
        bytes += service;
    }
    const grpc::Slice slice(bytes);
    return {&slice, 1};
}

/// HealthCheckResponse{ServingStatus status = 1}.
int statusOf(const grpc::ByteBuffer& buffer) {
    std::vector<grpc::Slice> slices;
    std::string bytes;
    if (buffer.Dump(&slices).ok())
        for (const grpc::Slice& slice : slices)
            bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return bytes.size() >= 2 && bytes[0] == 8 ? bytes[1] : 0;
}

struct HealthCall : Operation {
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<grpc::GenericStub> stub;
    grpc::ClientContext context;
    grpc::ByteBuffer request, answer;
    void cancel() override { context.TryCancel(); }
};

std::string verdict(const grpc::Status& status, const grpc::ByteBuffer& answer, const std::string& address,
                    std::chrono::seconds timeout) {
    if (status.ok()) {
        static constexpr const char* names[] = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
        const int code = statusOf(answer);
        if (code == 1)
            return {};
        return std::format("service unhealthy (responded with \"{}\")",
                           code >= 0 && code < 4 ? names[code] : "UNKNOWN");
    }
    switch (status.error_code()) {
    case grpc::StatusCode::UNIMPLEMENTED:
        return "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): " +
               status.error_message();
    case grpc::StatusCode::UNAVAILABLE:
        return std::format("timeout: failed to connect service \"{}\" within {}s: {}", address, timeout.count(),
                           status.error_message());
    case grpc::StatusCode::DEADLINE_EXCEEDED:
        return std::format("timeout: health rpc did not complete within {}s", timeout.count());
    default:
        return "error: health rpc probe failed: " + status.error_message();
    }
}

} // namespace

OperationPtr beginGrpcHealth(const std::string& host, int port, const std::string& service,
                             std::chrono::seconds timeout, std::function<void(std::string)> done) {
    auto call = std::make_shared<HealthCall>();
    const std::string address =
        host.find(':') == std::string::npos ? std::format("{}:{}", host, port) : std::format("[{}]:{}", host, port);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1); // each look connects anew, as the probe promises
    arguments.SetUserAgentPrefix("kube-probe/1.34");
    call->channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
    call->stub = std::make_unique<grpc::GenericStub>(call->channel);
    call->context.set_deadline(std::chrono::system_clock::now() + timeout);
    call->request = requestOf(service);
    call->stub->UnaryCall(&call->context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &call->request,
                          &call->answer, [call, address, timeout, done = std::move(done)](const grpc::Status& status) {
                              done(verdict(status, call->answer, address, timeout));
                          });
    return call;
}

} // namespace slipway::agent
