#include "cluster/apiserver/local_transport.h"

#include "cluster/api/json_member.h"
#include "cluster/client/client.h"
#include "cluster/client/program.h"

#include <condition_variable>
#include <mutex>

namespace slipway::apiserver {
namespace {

/// The lines of a watch without who wrote which field: a good part of every object, which no controller reads, but
/// would parse and keep. A write without it leaves it as it is.
std::string withoutManagedFields(std::string_view lines) {
    std::string slim;
    slim.reserve(lines.size());
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size() - 1) + 1; // pieces are whole lines
        slim += api::withoutMember(lines.substr(0, end), {"object", "metadata", "managedFields"});
        lines.remove_prefix(end);
    }
    return slim;
}

/// Reads a watch's body by waiting for its wake.
class LocalStream : public client::Stream {
public:
    /// @p slim: the body is a watch's, and goes on without managedFields.
    LocalStream(std::unique_ptr<StreamBody> body, bool slim) : body_(std::move(body)), slim_(slim) {
        body_->setWake([signal = signal_] {
            std::lock_guard lock(signal->mutex);
            signal->woken = true;
            signal->condition.notify_one();
        });
    }
    ~LocalStream() override {
        body_->setWake([] {});
    }

    client::Result<std::string> read() override {
        for (;;) {
            {
                std::unique_lock lock(signal_->mutex);
                // The end of a watch's time comes without a wake.
                signal_->condition.wait_for(lock, std::chrono::seconds(60),
                                            [&] { return signal_->woken || signal_->cancelled; });
                if (signal_->cancelled)
                    return std::unexpected(client::Error{client::Errc::cancelled, 0, "", "cancelled", {}});
                signal_->woken = false;
            }
            if (ended_)
                return std::string();
            StreamBody::Piece piece = body_->drain();
            ended_ = piece.end;
            if (!piece.data.empty() || piece.end) {
                if (piece.end)
                    signal_->woken = true;
                return slim_ ? withoutManagedFields(piece.data) : std::move(piece.data);
            }
        }
    }

    void cancel() override {
        std::lock_guard lock(signal_->mutex);
        signal_->cancelled = true;
        signal_->condition.notify_one();
    }

    bool setWake(std::function<void()> wake) override {
        body_->setWake(std::move(wake));
        return true;
    }

    std::optional<client::Result<std::string>> tryRead() override {
        if (ended_)
            return client::Result<std::string>();
        StreamBody::Piece piece = body_->drain();
        ended_ = piece.end;
        if (piece.data.empty() && !piece.end)
            return {};
        return client::Result<std::string>(slim_ ? withoutManagedFields(piece.data) : std::move(piece.data));
    }

private:
    struct Signal {
        std::mutex mutex;
        std::condition_variable condition;
        bool woken = false, cancelled = false;
    };
    std::shared_ptr<Signal> signal_ = std::make_shared<Signal>();
    std::unique_ptr<StreamBody> body_;
    const bool slim_;
    bool ended_ = false;
};

class LocalTransport : public client::Transport {
public:
    LocalTransport(ApiServer& server, User user)
        : server_(server), user_(std::move(user)), program_(programOf(user_)) {}

    client::Result<client::Response> send(const client::Request& request) override {
        const auto begun = std::chrono::steady_clock::now();
        Answer answer = server_.handle(translate(request));
        note(request, answer, begun);
        if (auto* reply = std::get_if<Reply>(&answer))
            return client::Response{reply->code, reply->contentType, std::move(reply->body)};
        if (auto* stream = std::get_if<std::unique_ptr<StreamBody>>(&answer))
            return readAll(std::move(*stream));
        return std::unexpected(
            client::Error{client::Errc::invalid, 0, "", "connections to nodes are not opened in memory", {}});
    }

    client::Result<std::unique_ptr<client::Stream>> open(const client::Request& request) override {
        const auto begun = std::chrono::steady_clock::now();
        Answer answer = server_.handle(translate(request));
        note(request, answer, begun);
        if (auto* stream = std::get_if<std::unique_ptr<StreamBody>>(&answer))
            return std::make_unique<LocalStream>(std::move(*stream), true);
        if (auto* reply = std::get_if<Reply>(&answer); reply != nullptr)
            return std::unexpected(
                client::errorFromResponse({reply->code, reply->contentType, std::move(reply->body)}));
        return std::unexpected(client::Error{client::Errc::invalid, 0, "", "not a stream", {}});
    }

    client::Result<std::unique_ptr<client::WebSocket>> connect(const client::Request&,
                                                               const std::vector<std::string>&) override {
        return std::unexpected(
            client::Error{client::Errc::invalid, 0, "", "connections to nodes are not opened in memory", {}});
    }

private:
    static void note(const client::Request& request, const Answer& answer,
                     std::chrono::steady_clock::time_point begun) {
        const auto* reply = std::get_if<Reply>(&answer);
        client::noteRequest("memory", request.method, reply != nullptr ? reply->code : 200,
                            std::chrono::steady_clock::now() - begun);
    }

    Request translate(const client::Request& from) const {
        Request request;
        request.method = from.method;
        request.target = from.target;
        request.body = from.body;
        request.contentType = from.contentType;
        request.accept = from.accept;
        request.trustedUser = user_;
        request.userAgent = program_;
        return request;
    }

    static client::Result<client::Response> readAll(std::unique_ptr<StreamBody> body) {
        const std::string type = body->contentType();
        LocalStream stream(std::move(body), false);
        client::Response response{200, type, {}};
        for (;;) {
            auto piece = stream.read();
            if (!piece)
                return std::unexpected(piece.error());
            if (piece->empty())
                return response;
            response.body += *piece;
        }
    }

    ApiServer& server_;
    /// The program Kubernetes runs as this user: managedFields name it.
    static std::string programOf(const User& user) {
        if (user.name == "system:kube-scheduler" || user.name == "system:apiserver")
            return client::userAgentOf(user.name == "system:apiserver" ? "kube-apiserver" : "kube-scheduler");
        return client::userAgentOf("kube-controller-manager") + "/" + user.name;
    }

    const User user_;
    const std::string program_;
};

} // namespace

std::shared_ptr<client::Transport> makeLocalTransport(ApiServer& server, User user) {
    return std::make_shared<LocalTransport>(server, std::move(user));
}

} // namespace slipway::apiserver
