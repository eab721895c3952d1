#pragma once

#include "cluster/agent/runtime/runtime.h"

#include <map>
#include <mutex>
#include <vector>

namespace slipway::agent {

/// The operations of one pod that are under way (pulls, hooks, stops), by a key each. What they came to is kept until
/// its owner asks for it, so that the owner alone acts. begin(), cancel() and handle() are for one thread at a time;
/// operations end on any thread.
class Operations {
public:
    /// @p ended is called on any thread after an operation is over.
    explicit Operations(std::function<void()> ended) : inbox_(std::make_shared<Inbox>()) {
        inbox_->ended = std::move(ended);
    }

    bool running(const std::string& key) const { return running_.contains(key); }
    bool anyRunning(std::string_view prefix) const {
        const auto found = running_.lower_bound(prefix);
        return found != running_.end() && found->first.starts_with(prefix);
    }
    bool empty() const { return running_.empty(); }

    /// Begins one under a key that is free. @p start is given the callback to pass on, and returns the operation;
    /// @p handler gets the result from handle().
    template <class Result, class Start>
    void begin(const std::string& key, Start start, std::function<void(const Result&)> handler) {
        running_[key] = nullptr;
        running_[key] = start([inbox = inbox_, key, handler = std::move(handler)](Result result) {
            {
                std::lock_guard lock(inbox->mutex);
                inbox->done.emplace_back(key, [handler, result = std::move(result)] { handler(result); });
            }
            inbox->ended();
        });
    }

    /// Asks every operation whose key begins with @p prefix to end early.
    void cancel(std::string_view prefix) {
        for (auto found = running_.lower_bound(prefix); found != running_.end() && found->first.starts_with(prefix);
             ++found)
            if (found->second)
                found->second->cancel();
    }

    /// Hands out what has ended since; true when there was something.
    bool handle() {
        std::vector<std::pair<std::string, std::function<void()>>> done;
        {
            std::lock_guard lock(inbox_->mutex);
            done.swap(inbox_->done);
        }
        for (const auto& [key, handler] : done) {
            running_.erase(key);
            handler();
        }
        return !done.empty();
    }
    /// Whether handle() would find something.
    bool waiting() const {
        std::lock_guard lock(inbox_->mutex);
        return !inbox_->done.empty();
    }

private:
    struct Inbox {
        std::mutex mutex;
        std::vector<std::pair<std::string, std::function<void()>>> done;
        std::function<void()> ended;
    };
    std::shared_ptr<Inbox> inbox_;
    std::map<std::string, OperationPtr, std::less<>> running_;
};

} // namespace slipway::agent
