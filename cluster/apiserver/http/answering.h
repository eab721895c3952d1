#pragma once

#include "cluster/apiserver/http/backend.h"
#include "cluster/apiserver/http/exchange.h"
#include "cluster/apiserver/http/turns.h"
#include "cluster/apiserver/server.h"

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <mutex>
#include <set>

namespace slipway::apiserver {

/// Who is at the other end of a connection.
struct Peer {
    std::string certificateUser; ///< common name of a verified client certificate
    std::vector<std::string> certificateGroups;
    std::string address;
};

/// Who waits for a stream, woken by what it is waiting for from any thread.
struct StreamSignal {
    explicit StreamSignal(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    bool woken = false, closed = false, draining = false; // on the connection's strand only
};

/// Turns requests into answers: what an ApiServer says, sent through an exchange. Thread-safe.
class Answering {
public:
    /// @p readers threads do input and output and answer reads; @p writers wait for the store.
    Answering(ApiServer& server, BackendTrust& trust, int readers, int writers)
        : server_(server)
        , trust_(trust)
        , pool_(static_cast<std::size_t>(writers))
        , reads_(server, static_cast<std::size_t>(readers))
        , writes_(server, static_cast<std::size_t>(writers)) {}
    ~Answering() { pool_.join(); }
    /// Waits for what is being worked on, and forgets who waits. No connection runs any more.
    void stop() {
        pool_.join();
        reads_.close();
        writes_.close();
    }

    /// What the server says to a request. A read is answered at once. What may block waits where it is when the
    /// connection has nothing else to do meanwhile (@p alone: two changes of thread are spared), else on another
    /// thread. Headers that any answer to it has are left with the exchange.
    awaitable<Answer> handle(Exchange& exchange, const Request& request, bool alone);
    /// Sends an answer. For a Forward the request's body is read from the exchange, or is @p request's.
    awaitable<bool> send(Exchange& exchange, const Request& request, Answer answer);

    BackendTrust& trust() const { return trust_; }
    /// Ends the streams that are open, in order, and lets no new ones live long.
    void drain();
    bool draining() const { return draining_; }
    /// Whether requests are being answered, or streams are still to end.
    bool busy() {
        std::lock_guard lock(mutex_);
        return busy_ > 0 || !atDrain_.empty();
    }

    /// While it lives, @p end is called (from any thread, at most once) when the server drains, at once if it does
    /// already.
    class AtDrain {
    public:
        AtDrain(Answering& answering, std::function<void()> end);
        ~AtDrain();
        AtDrain(const AtDrain&) = delete;
        AtDrain& operator=(const AtDrain&) = delete;

    private:
        Answering& answering_;
        std::function<void()> end_;
    };

    /// Held while a request is answered.
    class Busy {
    public:
        explicit Busy(Answering& answering) : answering_(answering) { ++answering_.busy_; }
        ~Busy() { --answering_.busy_; }
        Busy(const Busy&) = delete;
        Busy& operator=(const Busy&) = delete;

    private:
        Answering& answering_;
    };

private:
    awaitable<Answer> decide(const Request& request, Headers& headers, bool alone);
    awaitable<bool> sendStream(Exchange& exchange, std::unique_ptr<StreamBody> body, bool head);
    awaitable<bool> sendPieces(Exchange& exchange, StreamBody& body, StreamSignal& signal);

    ApiServer& server_;
    BackendTrust& trust_;
    asio::thread_pool pool_;
    Turns reads_, writes_;
    std::atomic<bool> draining_ = false;
    std::atomic<int> busy_ = 0;
    std::atomic<std::size_t> sending_ = 0; ///< bytes of complete answers on their way
    std::mutex mutex_;
    std::set<std::function<void()>*> atDrain_;
};

/// A complete answer's status and headers.
AnswerHead headOf(const Reply& reply);

/// The server's words for a body that is too large.
Reply tooLarge();

} // namespace slipway::apiserver
