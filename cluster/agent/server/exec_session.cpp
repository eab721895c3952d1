#include "cluster/agent/server/exec_session.h"

#include "cluster/agent/server/readiness.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>

namespace slipway::agent {
namespace {

using namespace asio::experimental::awaitable_operators;
using asio::posix::descriptor_base;
using wire::Channel;
using wire::ClientMessage;
using From = ExecProcess::Piece::From;

constexpr std::size_t mostWaitingInput = 1 << 20;
constexpr auto endLimit = std::chrono::milliseconds(200); // for a command that is asked to end

/// What the client has sent and the command has not read yet: a command that does not read must not keep the session
/// from seeing its other messages.
struct Input {
    std::deque<std::string> waiting;
    std::size_t size = 0;
    bool ends = false;
    asio::steady_timer changed; ///< never expires; cancelled to wake the writer

    explicit Input(const asio::any_io_executor& executor) : changed(executor, asio::steady_timer::time_point::max()) {}
};

/// A command that talks without an end must not have the event loop for itself.
asio::awaitable<void> letOthersRun() {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

asio::awaitable<void> writeOutput(RemoteStreams& streams, ExecProcess& process, WantedStreams wanted) {
    Readiness more(co_await asio::this_coro::executor, process.readable());
    for (;;) {
        const auto piece = process.read();
        if (piece.from == From::end)
            break;
        if (piece.from == From::later) {
            if (!co_await more.wait(descriptor_base::wait_read))
                co_return;
        } else if (piece.from == From::out ? wanted.output : wanted.error) {
            if (!co_await streams.write(piece.from == From::out ? Channel::output : Channel::error, piece.data))
                co_return;
        } else {
            co_await letOthersRun();
        }
    }
    const auto code = process.exitCode();
    const std::string problem = code ? std::string() : code.error().message;
    co_await streams.finish(code ? std::optional(*code) : std::nullopt, problem);
}

/// Gives the command its input; ends only with the session.
asio::awaitable<void> writeInput(ExecProcess& process, Input& input) {
    const auto executor = co_await asio::this_coro::executor;
    std::optional<Readiness> place(std::in_place, executor, process.writable());
    bool takes = true;
    for (;;) {
        if (input.waiting.empty() && input.ends) {
            input.ends = !process.closeInput();
            if (!input.ends)
                place.reset(); // its copy would keep the command's input open
            input.ends = input.ends && place && co_await place->wait(descriptor_base::wait_write);
        } else if (input.waiting.empty()) {
            co_await input.changed.async_wait(tuple);
        } else {
            std::string& first = input.waiting.front();
            const auto taken = takes ? process.write(first) : std::nullopt;
            takes = taken.has_value();
            const std::size_t done = taken.value_or(first.size());
            input.size -= done;
            if (done == first.size())
                input.waiting.pop_front();
            else
                first.erase(0, done);
            if (taken == std::optional<std::size_t>(0))
                takes = place && co_await place->wait(descriptor_base::wait_write);
        }
    }
}

asio::awaitable<void> readInput(RemoteStreams& streams, ExecProcess& process, Input& input) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (;;) {
        auto message = co_await streams.read();
        if (!message)
            co_return;
        if (message->kind == ClientMessage::Kind::input) {
            input.size += message->data.size();
            input.waiting.push_back(std::move(message->data));
        } else if (message->kind == ClientMessage::Kind::endOfInput) {
            input.ends = true;
        } else if (message->kind == ClientMessage::Kind::resize) {
            process.resize(message->size.columns, message->size.rows);
        }
        input.changed.cancel();
        while (input.size > mostWaitingInput) {
            if (!streams.connected())
                co_return;
            timer.expires_after(std::chrono::milliseconds(10));
            co_await timer.async_wait(tuple);
        }
    }
}

/// Lets the command end by itself, for a short while.
asio::awaitable<void> awaitEnd(ExecProcess& process) {
    Readiness more(co_await asio::this_coro::executor, process.readable());
    for (auto from = process.read().from; from != From::end; from = process.read().from) {
        co_await letOthersRun();
        if (from == From::later && !co_await more.wait(descriptor_base::wait_read))
            co_return;
    }
}

} // namespace

asio::awaitable<void> runExec(RemoteStreams& streams, std::shared_ptr<ExecProcess> process, WantedStreams wanted) {
    const auto executor = co_await asio::this_coro::executor;
    Input input(executor);
    // Whoever ends first ends the other: the command, or the client.
    co_await (writeOutput(streams, *process, wanted) || readInput(streams, *process, input) ||
              writeInput(*process, input));
    process->stop();
    asio::steady_timer limit(executor, endLimit);
    co_await (awaitEnd(*process) || limit.async_wait(asio::use_awaitable));
}

} // namespace slipway::agent
