#include "app/desktop/interrupt_guard.h"

#include <chrono>
#include <pthread.h>
#include <unistd.h>

namespace slipway::desktop {

InterruptGuard::InterruptGuard() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    watcher_ = std::jthread([this](std::stop_token ended) {
        const timespec tick{0, 50'000'000};
        auto asked = std::chrono::steady_clock::time_point::max();
        while (!ended.stop_requested()) {
            if (sigtimedwait(&signals_, nullptr, &tick) <= 0)
                continue;
            const auto now = std::chrono::steady_clock::now();
            if (source_.request_stop())
                asked = now;
            else if (now - asked > std::chrono::seconds(1))
                _exit(130);
        }
    });
}

InterruptGuard::~InterruptGuard() {
    watcher_.request_stop();
    watcher_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

} // namespace slipway::desktop
