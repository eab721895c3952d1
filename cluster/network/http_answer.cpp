#include "cluster/network/http_answer.h"

#include <boost/asio.hpp>
#include <format>

namespace slipway::network {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int mostConnections = 64;
constexpr std::size_t longestRequest = 8192;
constexpr std::chrono::seconds answerTimeout{10};

/// One client: whatever it asks, it is answered and let go.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(tcp::socket socket, std::string answer, std::shared_ptr<void> counted)
        : socket_(std::move(socket))
        , timer_(socket_.get_executor())
        , answer_(std::move(answer))
        , counted_(std::move(counted)) {}

    void start() {
        timer_.expires_after(answerTimeout);
        timer_.async_wait([self = shared_from_this()](error_code canceled) {
            error_code error;
            if (!canceled)
                self->socket_.close(error);
        });
        asio::async_read_until(
            socket_, asio::dynamic_buffer(request_, longestRequest), "\r\n\r\n",
            [self = shared_from_this()](error_code error, std::size_t) { error ? self->end() : self->answer(); });
    }

private:
    void answer() {
        asio::async_write(socket_, asio::buffer(answer_),
                          [self = shared_from_this()](error_code, std::size_t) { self->end(); });
    }
    void end() { timer_.cancel(); }

    tcp::socket socket_;
    asio::steady_timer timer_;
    std::string answer_, request_;
    std::shared_ptr<void> counted_;
};

/// Accepts on one port until it is closed.
class Acceptance : public std::enable_shared_from_this<Acceptance> {
public:
    Acceptance(std::shared_ptr<tcp::acceptor> acceptor, std::function<std::string()> answer)
        : acceptor_(std::move(acceptor)), pause_(acceptor_->get_executor()), answer_(std::move(answer)) {}

    void next() {
        acceptor_->async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
            if (!self->acceptor_->is_open())
                return;
            if (error)
                return self->later();
            if (*self->connections_ < mostConnections)
                self->take(std::move(socket));
            self->next();
        });
    }

private:
    void take(tcp::socket socket) {
        ++*connections_;
        std::shared_ptr<void> counted(nullptr, [count = connections_](void*) { --*count; });
        std::make_shared<Connection>(std::move(socket), answer_(), std::move(counted))->start();
    }

    /// No descriptors left, perhaps.
    void later() {
        pause_.expires_after(std::chrono::milliseconds(100));
        pause_.async_wait([self = shared_from_this()](error_code canceled) {
            if (!canceled && self->acceptor_->is_open())
                self->next();
        });
    }

    std::shared_ptr<tcp::acceptor> acceptor_;
    asio::steady_timer pause_;
    std::function<std::string()> answer_;
    std::shared_ptr<int> connections_ = std::make_shared<int>(0);
};

} // namespace

std::string httpResponse(const std::string& status, const std::string& headers, const std::string& body) {
    return std::format("HTTP/1.1 {}\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n{}", status, headers,
                       body.size(), body);
}

void answerAll(std::shared_ptr<tcp::acceptor> acceptor, std::function<std::string()> answer) {
    std::make_shared<Acceptance>(std::move(acceptor), std::move(answer))->next();
}

std::shared_ptr<tcp::acceptor> listenOn(asio::io_context& context, const tcp::endpoint& endpoint,
                                        std::string& problem) {
    auto acceptor = std::make_shared<tcp::acceptor>(context);
    try {
        acceptor->open(endpoint.protocol());
        acceptor->set_option(tcp::acceptor::reuse_address(true));
        acceptor->bind(endpoint);
        acceptor->listen(16);
    } catch (const std::exception& error) {
        problem = error.what();
        return nullptr;
    }
    return acceptor;
}

} // namespace slipway::network
