#include "cluster/agent/runtime/cri/attach_stream.h"

#include "cluster/api/json.h"
#include "cluster/wire/spdy_session.h"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>
#include <format>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway::agent {
namespace {

using wire::SpdyEvent;

constexpr std::size_t largestAnswer = 16 * 1024;

struct StreamingAddress {
    std::string host, target;
    unsigned short port = 0;
};

std::optional<StreamingAddress> parseUrl(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme))
        return std::nullopt;
    url.remove_prefix(scheme.size());
    const std::size_t slash = url.find('/'), colon = url.find(':');
    if (slash == std::string_view::npos || colon == std::string_view::npos || colon > slash)
        return std::nullopt;
    StreamingAddress address{std::string(url.substr(0, colon)), std::string(url.substr(slash)), 0};
    const auto [end, error] = std::from_chars(url.data() + colon + 1, url.data() + slash, address.port);
    return error == std::errc() && end == url.data() + slash ? std::optional(address) : std::nullopt;
}

RuntimeError failure(const std::string& what) {
    return {RuntimeError::Kind::other, "attach: " + what};
}

class AttachedContainer : public ExecProcess {
public:
    explicit AttachedContainer(int descriptor) : descriptor_(descriptor) {}
    ~AttachedContainer() override { ::close(descriptor_); }

    /// Asks for SPDY and opens the streams.
    RuntimeResult<void> begin(const StreamingAddress& address, bool tty, bool input) {
        const std::string request = std::format("POST {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: Upgrade\r\n"
                                                "Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n"
                                                "Content-Length: 0\r\n\r\n",
                                                address.target, address.host, address.port);
        waiting_ = request;
        if (!flush())
            return std::unexpected(failure(std::strerror(errno)));
        std::string answer;
        std::size_t end = std::string::npos;
        while ((end = answer.find("\r\n\r\n")) == std::string::npos && answer.size() < largestAnswer) {
            const std::string more = receive(0);
            if (more.empty())
                break;
            answer += more;
        }
        if (end == std::string::npos || !answer.starts_with("HTTP/1.1 101"))
            return std::unexpected(failure("the runtime answered " + answer.substr(0, answer.find('\r'))));
        status_ = open("error");
        if (input)
            input_ = open("stdin");
        output_ = open("stdout");
        if (!tty)
            error_ = open("stderr");
        if (tty)
            resize_ = open("resize");
        if (!flush())
            return std::unexpected(failure("the runtime closed the connection"));
        take(answer.substr(end + 4));
        return {};
    }

    Piece read() override {
        for (;;) {
            if (!pieces_.empty()) {
                Piece piece = std::move(pieces_.front());
                pieces_.pop_front();
                return piece;
            }
            if (over_)
                return {};
            const std::string bytes = receive(MSG_DONTWAIT);
            if (bytes.empty() && (errno == EAGAIN || errno == EWOULDBLOCK))
                return {Piece::From::later, {}};
            over_ = bytes.empty() || !take(bytes);
        }
    }

    int readable() const override { return descriptor_; }

    std::optional<std::size_t> write(std::string_view data) override {
        if (!flush())
            return std::nullopt;
        if (!waiting_.empty())
            return 0;
        session_.send(input_, data);
        return flush() ? std::optional(data.size()) : std::nullopt;
    }

    int writable() const override { return descriptor_; }

    bool closeInput() override {
        session_.end(input_);
        flush();
        return true;
    }

    void resize(unsigned columns, unsigned rows) override {
        session_.send(resize_, std::format(R"({{"Width":{},"Height":{}}})"
                                           "\n",
                                           columns, rows));
        flush();
    }

    void stop() override { ::shutdown(descriptor_, SHUT_RDWR); }

    RuntimeResult<int> exitCode() override {
        const auto status = api::parseJson(said_);
        if (said_.empty() || (status && api::stringAt(*status, {"status"}) == "Success"))
            return 0;
        return std::unexpected(failure(status ? std::string(api::stringAt(*status, {"message"})) : said_));
    }

private:
    std::uint32_t open(const char* type) { return session_.open({{"streamtype", type}}); }

    /// False when the session is over.
    bool take(std::string_view bytes) {
        auto events = session_.receive(bytes);
        flush();
        if (!events)
            return false;
        for (SpdyEvent& event : *events)
            take(event);
        return !(outputEnded_ && statusEnded_);
    }

    void take(SpdyEvent& event) {
        const bool ends = event.kind == SpdyEvent::Kind::ended || event.kind == SpdyEvent::Kind::reset;
        if (event.kind == SpdyEvent::Kind::data && event.stream == output_)
            pieces_.push_back({Piece::From::out, std::move(event.data)});
        else if (event.kind == SpdyEvent::Kind::data && event.stream == error_)
            pieces_.push_back({Piece::From::err, std::move(event.data)});
        else if (event.kind == SpdyEvent::Kind::data && event.stream == status_ && said_.size() < largestAnswer)
            said_ += event.data;
        outputEnded_ = outputEnded_ || (ends && event.stream == output_);
        statusEnded_ = statusEnded_ || (ends && event.stream == status_);
    }

    /// Sends as much as goes without waiting; the rest goes with the next call. False when the runtime takes no more.
    bool flush() {
        waiting_ += session_.takeOutput();
        while (!waiting_.empty()) {
            const ssize_t sent = ::send(descriptor_, waiting_.data(), waiting_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno == EINTR)
                continue;
            if (sent < 0)
                return errno == EAGAIN || errno == EWOULDBLOCK;
            waiting_.erase(0, static_cast<std::size_t>(sent));
        }
        return true;
    }

    std::string receive(int flags) const {
        std::string bytes(32 * 1024, '\0');
        ssize_t got = 0;
        do {
            errno = 0;
            got = ::recv(descriptor_, bytes.data(), bytes.size(), flags);
        } while (got < 0 && errno == EINTR);
        bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return bytes;
    }

    const int descriptor_;
    wire::SpdySession session_{wire::SpdySession::Role::client};
    std::uint32_t status_ = 0, input_ = 0, output_ = 0, error_ = 0, resize_ = 0;
    std::string waiting_; ///< to be sent
    std::deque<Piece> pieces_;
    std::string said_;
    bool over_ = false, outputEnded_ = false, statusEnded_ = false;
};

} // namespace

RuntimeResult<std::unique_ptr<ExecProcess>> attachTo(const std::string& url, bool tty, bool input) {
    const auto address = parseUrl(url);
    if (!address)
        return std::unexpected(failure("the runtime gave the address " + url.substr(0, url.rfind('/'))));
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(address->port);
    if (::inet_pton(AF_INET, address->host.c_str(), &where.sin_addr) != 1 ||
        ::connect(descriptor, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
        const std::string why = std::strerror(errno);
        ::close(descriptor);
        return std::unexpected(failure(why));
    }
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto attached = std::make_unique<AttachedContainer>(descriptor);
    if (auto begun = attached->begin(*address, tty, input); !begun)
        return std::unexpected(begun.error());
    return attached;
}

} // namespace slipway::agent
