#include "cluster/agent/server/exec_session.h"

#include "cluster/agent/server/channels.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace slipway::agent {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t mostWaitingInput = 1 << 20;
constexpr auto tuple = asio::as_tuple(asio::use_awaitable);

/// Messages to the client; the command's reader waits when the client is slow.
using Outgoing = asio::experimental::concurrent_channel<void(error_code, std::string)>;

/// Writes to the command on a thread of its own, since a command that does not read would block the session.
class InputWriter {
public:
    explicit InputWriter(std::shared_ptr<ExecProcess> process)
        : process_(std::move(process)), thread_([this] { run(); }) {}
    ~InputWriter() {
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    InputWriter(const InputWriter&) = delete;
    InputWriter& operator=(const InputWriter&) = delete;

    void add(std::string_view data) {
        std::lock_guard lock(mutex_);
        waiting_.emplace_back(data);
        size_ += data.size();
        changed_.notify_all();
    }
    void end() {
        std::lock_guard lock(mutex_);
        ending_ = true;
        changed_.notify_all();
    }
    bool full() const {
        std::lock_guard lock(mutex_);
        return size_ > mostWaitingInput;
    }

private:
    void run() {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            if (waiting_.empty() && ending_) {
                ending_ = false;
                lock.unlock();
                process_->closeInput();
                lock.lock();
                continue;
            }
            if (waiting_.empty()) {
                changed_.wait(lock);
                continue;
            }
            const std::string data = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            process_->write(data);
            lock.lock();
            size_ -= data.size();
        }
    }

    std::shared_ptr<ExecProcess> process_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> waiting_;
    std::size_t size_ = 0;
    bool stopping_ = false, ending_ = false;
    std::thread thread_;
};

/// Passes on everything the command says, and last how it ended.
void readProcess(ExecProcess& process, Outgoing& outgoing) {
    const auto send = [&](std::string message) {
        try {
            outgoing.async_send(error_code(), std::move(message), asio::use_future).get();
            return true;
        } catch (const boost::system::system_error&) {
            return false; // the client is gone
        }
    };
    for (;;) {
        const ExecProcess::Piece piece = process.read();
        if (piece.from == ExecProcess::Piece::From::end)
            break;
        const Channel channel = piece.from == ExecProcess::Piece::From::out ? Channel::output : Channel::error;
        if (!send(channelMessage(channel, piece.data)))
            return;
    }
    const auto code = process.exitCode();
    send(channelMessage(Channel::status, code ? exitStatus(*code) : exitStatus({}, code.error().message)));
    send("");
}

asio::awaitable<void> writeMessages(Socket& socket, Outgoing& outgoing) {
    for (;;) {
        auto [error, message] = co_await outgoing.async_receive(tuple);
        if (error || message.empty())
            break;
        socket.binary(true);
        const auto [failed, size] = co_await socket.async_write(asio::buffer(message), tuple);
        if (failed)
            co_return;
    }
    co_await socket.async_close(beast::websocket::close_code::normal, tuple);
}

asio::awaitable<void> readMessages(Socket& socket, ExecProcess& process, InputWriter& input, bool v5) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (beast::flat_buffer buffer;;) {
        const auto [error, size] = co_await socket.async_read(buffer, tuple);
        if (error)
            co_return;
        const auto data = buffer.cdata();
        const ClientMessage message = parseClientMessage({static_cast<const char*>(data.data()), data.size()}, v5);
        if (message.kind == ClientMessage::Kind::input)
            input.add(message.data);
        else if (message.kind == ClientMessage::Kind::endOfInput)
            input.end();
        else if (message.kind == ClientMessage::Kind::resize)
            process.resize(message.size.columns, message.size.rows);
        buffer.consume(buffer.size());
        while (input.full()) {
            timer.expires_after(std::chrono::milliseconds(10));
            co_await timer.async_wait(tuple);
        }
    }
}

} // namespace

asio::awaitable<void> runExec(Socket& socket, std::shared_ptr<ExecProcess> process, bool v5) {
    using namespace asio::experimental::awaitable_operators;
    const auto executor = co_await asio::this_coro::executor;
    Outgoing outgoing(executor, 16);
    std::thread reader;
    {
        InputWriter input(process);
        reader = std::thread([&] { readProcess(*process, outgoing); });
        // Whoever ends first ends the other: the command, or the client.
        co_await (writeMessages(socket, outgoing) || readMessages(socket, *process, input, v5));
        outgoing.close();
        process->kill();
    }
    reader.join();
}

} // namespace slipway::agent
