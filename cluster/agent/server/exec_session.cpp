#include "cluster/agent/server/exec_session.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace slipway::agent {
namespace {

using wire::Channel;
using wire::ClientMessage;

constexpr std::size_t mostWaitingInput = 1 << 20;

/// What the command says; its reader waits when the client is slow.
using Outgoing = asio::experimental::concurrent_channel<void(error_code, ExecProcess::Piece)>;

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

/// Passes on everything the command says, and last that it ended.
void readProcess(ExecProcess& process, Outgoing& outgoing) {
    for (bool ended = false; !ended;) {
        ExecProcess::Piece piece = process.read();
        ended = piece.from == ExecProcess::Piece::From::end;
        try {
            outgoing.async_send(error_code(), std::move(piece), asio::use_future).get();
        } catch (const boost::system::system_error&) {
            return; // the client is gone
        }
    }
}

asio::awaitable<void> writeOutput(RemoteStreams& streams, ExecProcess& process, Outgoing& outgoing,
                                  WantedStreams wanted) {
    using From = ExecProcess::Piece::From;
    for (;;) {
        const auto [error, piece] = co_await outgoing.async_receive(tuple);
        if (error)
            co_return;
        if (piece.from == From::end)
            break;
        if (piece.from == From::out ? !wanted.output : !wanted.error)
            continue;
        if (!co_await streams.write(piece.from == From::out ? Channel::output : Channel::error, piece.data))
            co_return;
    }
    const auto code = process.exitCode();
    const std::string problem = code ? std::string() : code.error().message;
    co_await streams.finish(code ? std::optional(*code) : std::nullopt, problem);
}

asio::awaitable<void> readInput(RemoteStreams& streams, ExecProcess& process, InputWriter& input) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (;;) {
        const auto message = co_await streams.read();
        if (!message)
            co_return;
        if (message->kind == ClientMessage::Kind::input)
            input.add(message->data);
        else if (message->kind == ClientMessage::Kind::endOfInput)
            input.end();
        else if (message->kind == ClientMessage::Kind::resize)
            process.resize(message->size.columns, message->size.rows);
        while (input.full()) {
            timer.expires_after(std::chrono::milliseconds(10));
            co_await timer.async_wait(tuple);
        }
    }
}

} // namespace

asio::awaitable<void> runExec(RemoteStreams& streams, std::shared_ptr<ExecProcess> process, WantedStreams wanted) {
    using namespace asio::experimental::awaitable_operators;
    const auto executor = co_await asio::this_coro::executor;
    Outgoing outgoing(executor, 16);
    std::thread reader;
    {
        InputWriter input(process);
        reader = std::thread([&] { readProcess(*process, outgoing); });
        // Whoever ends first ends the other: the command, or the client.
        co_await (writeOutput(streams, *process, outgoing, wanted) || readInput(streams, *process, input));
        outgoing.close();
        process->kill();
    }
    reader.join();
}

} // namespace slipway::agent
