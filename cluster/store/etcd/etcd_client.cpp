#include "cluster/store/etcd/etcd_client.h"

#include <algorithm>
#include <format>
#include <grpcpp/grpcpp.h>
#include <ranges>

namespace slipway::store::etcd {
namespace {

constexpr auto callLimit = std::chrono::seconds(10);
constexpr std::int64_t pageSize = 500;
constexpr int keepAliveMilliseconds = 10'000, keepAliveLimitMilliseconds = 5'000;

Error errorOf(const grpc::Status& status) {
    const std::string& text = status.error_message();
    if (status.error_code() == grpc::StatusCode::OUT_OF_RANGE)
        return {text.find("compacted") != std::string::npos ? Errc::compacted : Errc::future, text};
    return {Errc::io, "etcd: " + text};
}

void limit(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + callLimit);
    context.set_wait_for_ready(true); // while etcd restarts, rather than failing at once
}

struct Address {
    std::string hostAndPort;
    bool secure = false;
};

Result<Address> parse(std::string_view endpoint) {
    const bool secure = endpoint.starts_with("https://");
    if (!secure && !endpoint.starts_with("http://"))
        return std::unexpected(
            Error{Errc::io, std::format("{}: an endpoint of etcd begins with http:// or https://", endpoint)});
    std::string_view rest = endpoint.substr(endpoint.find("//") + 2);
    while (rest.ends_with('/'))
        rest.remove_suffix(1);
    if (rest.find(':') == rest.npos)
        return std::unexpected(Error{Errc::io, std::format("{}: the endpoint has no port", endpoint)});
    return Address{std::string(rest), secure};
}

/// gRPC's name for one or several addresses, of which it uses the first that answers.
std::string targetOf(const std::vector<Address>& addresses) {
    const bool numeric = std::ranges::all_of(addresses, [](const Address& address) {
        return address.hostAndPort.find_first_not_of("0123456789.:") == std::string::npos;
    });
    if (!numeric)
        return "dns:///" + addresses.front().hostAndPort;
    std::string target = "ipv4:";
    for (const Address& address : addresses)
        target += (target.ends_with(':') ? "" : ",") + address.hostAndPort;
    return target;
}

} // namespace

std::string endOfPrefix(std::string prefix) {
    while (!prefix.empty() && prefix.back() == '\xff')
        prefix.pop_back();
    if (prefix.empty())
        return std::string(1, '\0');
    ++prefix.back();
    return prefix;
}

Result<std::unique_ptr<Client>> Client::connect(const EtcdOptions& options) {
    std::vector<Address> addresses;
    for (const std::string& endpoint : options.endpoints) {
        auto address = parse(endpoint);
        if (!address)
            return std::unexpected(std::move(address.error()));
        addresses.push_back(std::move(*address));
    }
    if (addresses.empty())
        return std::unexpected(Error{Errc::io, "no endpoint of etcd is given"});
    const auto credentials = addresses.front().secure
                                 ? grpc::SslCredentials({options.caPem, options.keyPem, options.certificatePem})
                                 : grpc::InsecureChannelCredentials();
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, keepAliveMilliseconds);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, keepAliveLimitMilliseconds);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
    // A list of addresses has no name of its own that a certificate could have.
    if (const std::string& first = addresses.front().hostAndPort; addresses.front().secure)
        arguments.SetString(GRPC_SSL_TARGET_NAME_OVERRIDE_ARG,
                            options.serverName.empty() ? first.substr(0, first.rfind(':')) : options.serverName);
    const auto channel = grpc::CreateCustomChannel(targetOf(addresses), credentials, arguments);
    auto client = std::make_unique<Client>();
    client->kv_ = pb::KV::NewStub(channel);
    client->watch_ = pb::Watch::NewStub(channel);
    return client;
}

Result<pb::RangeResponse> Client::range(const pb::RangeRequest& request) {
    grpc::ClientContext context;
    limit(context);
    pb::RangeResponse response;
    if (const auto status = kv_->Range(&context, request, &response); !status.ok())
        return std::unexpected(errorOf(status));
    return response;
}

Result<pb::TxnResponse> Client::transact(const pb::TxnRequest& request) {
    grpc::ClientContext context;
    limit(context);
    pb::TxnResponse response;
    if (const auto status = kv_->Txn(&context, request, &response); !status.ok())
        return std::unexpected(errorOf(status));
    return response;
}

Result<void> Client::compact(Revision revision) {
    grpc::ClientContext context;
    limit(context);
    pb::CompactionRequest request;
    request.set_revision(revision);
    pb::CompactionResponse response;
    if (const auto status = kv_->Compact(&context, request, &response); !status.ok())
        return std::unexpected(errorOf(status));
    return {};
}

Result<Revision> Client::readAll(pb::RangeRequest request, const std::function<bool(const pb::RangeResponse&)>& take) {
    request.set_limit(pageSize);
    for (;;) {
        const auto page = range(request);
        if (!page)
            return std::unexpected(page.error());
        if (request.revision() == 0)
            request.set_revision(page->header().revision());
        if (!take(*page) || !page->more() || page->kvs().empty())
            return request.revision();
        request.set_key(page->kvs().rbegin()->key() + '\0');
    }
}

WatchStream::WatchStream(Client& client, const std::string& prefix, Revision from) {
    stream_ = client.watch_->Watch(&context_);
    pb::WatchRequest request;
    auto& create = *request.mutable_create_request();
    create.set_key(prefix);
    create.set_range_end(endOfPrefix(prefix));
    create.set_start_revision(from);
    create.set_prev_kv(true);
    stream_->Write(request);
}

WatchStream::~WatchStream() {
    context_.TryCancel();
    stream_->Finish();
}

void WatchStream::progress() {
    const std::lock_guard lock(writing_);
    pb::WatchRequest request;
    request.mutable_progress_request();
    stream_->Write(request);
}

} // namespace slipway::store::etcd
