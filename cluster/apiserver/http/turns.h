#pragma once

#include "cluster/apiserver/fair_queue.h"
#include "cluster/apiserver/http/io.h"
#include "cluster/apiserver/server.h"

#include <functional>
#include <map>
#include <mutex>

namespace slipway::apiserver {

/// Lets only so many requests be worked on at once, and the others wait their fair turn. Thread-safe.
class Turns {
public:
    Turns(ApiServer& server, std::size_t turns) : server_(server), queue_(turns) {}

    /// A turn that is held; letting go of it lets the next begin.
    class Turn {
    public:
        Turn() = default;
        Turn(Turns* turns, std::string level) : turns_(turns), level_(std::move(level)) {}
        Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), level_(std::move(other.level_)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (turns_ != nullptr)
                turns_->end(level_);
        }

    private:
        Turns* turns_ = nullptr; ///< null: an exempt request
        std::string level_;
    };

    /// Waits for a turn; nothing when the request is to be refused because too many wait. On the connection's strand.
    awaitable<std::optional<Turn>> take(const Request& request);
    /// Forgets who waits; turns that end later wake nobody.
    void close();

private:
    struct Waiter;
    void end(const std::string& level);

    ApiServer& server_;
    std::mutex mutex_;
    FairQueue queue_;
    bool closed_ = false;
    std::map<FairQueue::Ticket, std::shared_ptr<Waiter>> waiters_;
};

/// What a client is told that has to come back later.
Reply tooManyRequests();

} // namespace slipway::apiserver
