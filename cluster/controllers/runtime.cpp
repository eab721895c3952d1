#include "cluster/controllers/runtime.h"

#include "cluster/base/log.h"

namespace slipway::controllers {

void Controller::start() {
    for (int i = 0; i < workers_; ++i)
        threads_.emplace_back([this] { work(); });
}

void Controller::stop() {
    queue_.shutDown();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

void Controller::work() {
    while (const auto key = queue_.get()) {
        handle(*key);
        queue_.done(*key);
    }
}

void Controller::handle(const std::string& key) {
    const auto result = sync_(key);
    if (result) {
        queue_.forget(key);
        if (result->again)
            queue_.addAfter(key, *result->again);
        return;
    }
    // A conflict only says that the cache is a moment behind.
    if (result.error().kind != client::Errc::conflict)
        base::debug(name_, "{}: {}", key, result.error().message);
    queue_.addRateLimited(key);
}

} // namespace slipway::controllers
