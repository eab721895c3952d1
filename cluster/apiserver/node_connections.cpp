#include "cluster/apiserver/node_connections.h"

#include "cluster/client/client.h"
#include "cluster/client/kubeconfig.h"

#include <deque>
#include <format>
#include <thread>

namespace slipway::apiserver {
namespace {

/// Hands a client stream on as the body of an answer; one thread reads it.
class RelayedStream : public StreamBody {
public:
    explicit RelayedStream(std::unique_ptr<client::Stream> source) : source_(std::move(source)) {}
    ~RelayedStream() override {
        source_->cancel();
        if (reader_.joinable())
            reader_.join();
    }

    std::string contentType() const override { return "text/plain"; }

    void setWake(std::function<void()> wake) override {
        wake_ = std::move(wake);
        reader_ = std::thread([this] { run(); });
    }

    Piece drain() override {
        std::lock_guard lock(mutex_);
        return {std::exchange(waiting_, {}), ended_};
    }

private:
    void run() {
        for (bool ended = false; !ended;) {
            auto piece = source_->read();
            {
                std::lock_guard lock(mutex_);
                if (piece)
                    waiting_ += *piece;
                ended = ended_ = !piece || piece->empty();
            }
            wake_();
        }
    }

    std::unique_ptr<client::Stream> source_;
    std::function<void()> wake_;
    std::mutex mutex_;
    std::string waiting_;
    bool ended_ = false;
    std::thread reader_;
};

} // namespace

std::expected<NodeConnections::Address, api::Status> NodeConnections::addressOf(std::string_view node) const {
    const api::Resource& nodes = *api::findResource("", "v1", "nodes");
    const auto found = cache_.of(nodes).get(WatchCache::key(nodes, {}, node));
    if (!found)
        return std::unexpected(api::notFound(nodes, node));
    const auto parsed = api::parseJson(*found->bytes);
    Address address;
    const api::Json* list = api::find(*parsed, {"status", "addresses"});
    for (const api::Json& entry : list != nullptr && list->is_array() ? list->get_array() : api::JsonArray())
        if (api::stringAt(entry, {"type"}) == "InternalIP")
            address.host = api::stringAt(entry, {"address"});
    address.port = static_cast<unsigned short>(
        api::intAt(parsed->get_object(), {"status", "daemonEndpoints", "kubeletEndpoint", "Port"}).value_or(10250));
    if (address.host.empty())
        return std::unexpected(api::internalError(std::format("no preferred addresses found for node {}", node)));
    return address;
}

std::expected<std::shared_ptr<client::Transport>, api::Status> NodeConnections::transportTo(const Address& address) {
    std::lock_guard lock(mutex_);
    const std::string server = std::format("https://{}:{}", address.host, address.port);
    auto& known = transports_[server];
    if (known)
        return known;
    client::ConnectionSettings settings;
    settings.server = server;
    settings.caPem = ca_;
    settings.clientCertificatePem = cert_;
    settings.clientKeyPem = key_;
    auto made = client::makeHttpTransport(settings);
    if (!made)
        return std::unexpected(api::internalError(made.error().message));
    return known = *made;
}

std::expected<std::string, api::Status> NodeConnections::fetch(std::string_view node, const std::string& target) {
    const auto address = addressOf(node);
    if (!address)
        return std::unexpected(address.error());
    const auto transport = transportTo(*address);
    if (!transport)
        return std::unexpected(transport.error());
    client::Request request;
    request.target = target;
    const auto answer = (*transport)->send(request);
    if (!answer)
        return std::unexpected(api::internalError(answer.error().message));
    if (answer->code != 200)
        return std::unexpected(api::internalError(std::format("node {} answered {}", node, answer->code)));
    return answer->body;
}

Answer NodeConnections::openLog(std::string_view node, const std::string& target) {
    const auto address = addressOf(node);
    if (!address)
        return replyWith(address.error());
    const auto transport = transportTo(*address);
    if (!transport)
        return replyWith(transport.error());
    client::Request request;
    request.target = target;
    request.accept = "text/plain, */*";
    auto stream = (*transport)->open(request);
    if (stream)
        return std::make_unique<RelayedStream>(std::move(*stream));
    const client::Error& error = stream.error();
    if (error.kind == client::Errc::unreachable)
        return replyWith(api::internalError(std::format("Get \"https://{}:{}{}\": {}", address->host, address->port,
                                                        target.substr(0, target.find('?')), error.message)));
    api::Status status = api::badRequest(error.message);
    status.code = error.code == 0 ? 500 : error.code;
    status.reason = error.reason.empty() ? "BadRequest" : error.reason;
    return replyWith(status);
}

Answer NodeConnections::tunnel(std::string_view node, const std::string& target) {
    const auto address = addressOf(node);
    if (!address)
        return replyWith(address.error());
    return Tunnel{address->host, address->port, target};
}

} // namespace slipway::apiserver
