#pragma once
// Ctrl+C as a wish that operations can follow.

#include <csignal>
#include <stop_token>
#include <thread>

namespace slipway::desktop {

/// Turns SIGINT and SIGTERM into a stop request while it lives, so that Ctrl+C cleans up what is half-made. Another
/// signal a second or more later ends the program at once (sooner ones are the same wish, said to the whole group).
class InterruptGuard {
public:
    InterruptGuard();
    ~InterruptGuard();
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
    std::stop_token token() const { return source_.get_token(); }

private:
    sigset_t signals_{}, before_{};
    std::stop_source source_;
    std::jthread watcher_;
};

} // namespace slipway::desktop
