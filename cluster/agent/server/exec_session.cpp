#include "cluster/agent/server/exec_session.h"

#include "cluster/agent/server/hand_over.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace slipway::agent {
namespace {

using wire::Channel;
using wire::ClientMessage;

constexpr std::size_t mostWaitingInput = 1 << 20, mostWaitingPieces = 16;

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

/// Reads what the command says, and last that it ended, on a thread of its own, which waits when the client is slow.
/// Letting go of it ends the command.
class OutputReader {
public:
    OutputReader(std::shared_ptr<ExecProcess> process, const asio::any_io_executor& executor)
        : process_(std::move(process))
        , pieces_(std::make_shared<HandOver<ExecProcess::Piece>>(executor, mostWaitingPieces))
        , thread_([this] { run(); }) {}
    ~OutputReader() {
        pieces_->close();
        process_->kill();
        thread_.join();
    }
    OutputReader(const OutputReader&) = delete;
    OutputReader& operator=(const OutputReader&) = delete;

    asio::awaitable<std::optional<ExecProcess::Piece>> next() { return pieces_->receive(); }

private:
    void run() {
        for (bool ended = false, taken = true; !ended && taken;) {
            ExecProcess::Piece piece = process_->read();
            ended = piece.from == ExecProcess::Piece::From::end;
            taken = pieces_->send(std::move(piece));
        }
    }

    std::shared_ptr<ExecProcess> process_;
    std::shared_ptr<HandOver<ExecProcess::Piece>> pieces_;
    std::thread thread_;
};

asio::awaitable<void> writeOutput(RemoteStreams& streams, ExecProcess& process, OutputReader& output,
                                  WantedStreams wanted) {
    using From = ExecProcess::Piece::From;
    for (;;) {
        const auto piece = co_await output.next();
        if (!piece)
            co_return;
        if (piece->from == From::end)
            break;
        if (piece->from == From::out ? !wanted.output : !wanted.error)
            continue;
        if (!co_await streams.write(piece->from == From::out ? Channel::output : Channel::error, piece->data))
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
    InputWriter input(process);
    OutputReader output(process, executor); // ends first: what writes to a command ends only with it
    // Whoever ends first ends the other: the command, or the client.
    co_await (writeOutput(streams, *process, output, wanted) || readInput(streams, *process, input));
}

} // namespace slipway::agent
