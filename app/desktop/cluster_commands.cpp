// start, stop, delete and image load: commands that change something and show progress.
#include "app/desktop/commands.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <pthread.h>
#include <stop_token>
#include <thread>
#include <unistd.h>

#include "app/desktop/progress_printer.h"

namespace slipway::desktop {

namespace {

/// Turns SIGINT and SIGTERM into a stop request while it lives, so that Ctrl+C cleans up what is half-made. Another
/// signal a second or more later ends the program at once (sooner ones are the same wish, said to the whole group).
class InterruptGuard {
public:
    InterruptGuard() {
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
    ~InterruptGuard() {
        watcher_.request_stop();
        watcher_.join();
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    InterruptGuard(const InterruptGuard&) = delete;
    InterruptGuard& operator=(const InterruptGuard&) = delete;
    std::stop_token token() const { return source_.get_token(); }

private:
    sigset_t signals_{}, before_{};
    std::stop_source source_;
    std::jthread watcher_;
};

} // namespace

int complain(const vmdriver::DriverError& error) {
    std::cerr << "slipway: " << error.message << '\n';
    return error.code == vmdriver::DriverErrc::cancelled ? 130 : 1;
}

int startCluster(vmdriver::ClusterLifecycle& lifecycle, const Options& options) {
    const InterruptGuard interrupt;
    ProgressPrinter printer(stderr);
    const vmdriver::StartOptions wanted{.driver = options.driver, .sample = options.sample};
    const auto status = lifecycle.start(options.cluster, wanted, printer.sink(), interrupt.token());
    if (!status)
        return complain(status.error());
    std::cout << "Cluster " << status->name << " answers at " << status->server
              << "; kubectl context: " << status->context << '\n';
    if (status->sampleUrl)
        std::cout << "The sample application answers at " << *status->sampleUrl << '\n';
    return 0;
}

int stopCluster(vmdriver::ClusterLifecycle& lifecycle, const Options& options) {
    ProgressPrinter printer(stderr);
    const auto stopped = lifecycle.stop(options.cluster, printer.sink());
    return stopped ? 0 : complain(stopped.error());
}

int removeCluster(vmdriver::ClusterLifecycle& lifecycle, const Options& options) {
    ProgressPrinter printer(stderr);
    const auto removed = lifecycle.remove(options.cluster, printer.sink());
    return removed ? 0 : complain(removed.error());
}

int loadImages(vmdriver::ClusterLifecycle& lifecycle, const Options& options) {
    const InterruptGuard interrupt;
    ProgressPrinter printer(stderr);
    const auto loaded = lifecycle.loadImages(options.cluster, options.archives, printer.sink(), interrupt.token());
    return loaded ? 0 : complain(loaded.error());
}

} // namespace slipway::desktop
