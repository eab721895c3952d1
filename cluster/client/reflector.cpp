#include "cluster/client/reflector.h"

#include "cluster/client/informer.h"
#include "cluster/client/list_watch.h"

#include <condition_variable>
#include <format>
#include <random>

namespace slipway::client {

std::string objectKey(std::string_view ns, std::string_view name) {
    return ns.empty() ? std::string(name) : std::format("{}/{}", ns, name);
}

std::pair<std::string, std::string> splitKey(std::string_view key) {
    const std::size_t slash = key.find('/');
    if (slash == std::string_view::npos)
        return {"", std::string(key)};
    return {std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))};
}

class Reflector::Worker {
public:
    Worker(std::shared_ptr<const Client> client, ResourceRef resource, std::string ns, ListOptions selectors,
           ReflectorSink& sink)
        : source_(std::move(client), std::move(resource), std::move(ns), std::move(selectors), sink), sink_(sink) {}

    ~Worker() {
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
            if (stream_)
                stream_->cancel();
        }
        wake_.notify_all();
        if (thread_.joinable())
            thread_.join();
    }

    void start() {
        thread_ = std::thread([this] { run(); });
    }

    void reconnect() {
        std::lock_guard lock(mutex_);
        relist_ = hurry_ = true;
        if (stream_)
            stream_->cancel();
        wake_.notify_all();
    }

private:
    void run() {
        bool told = false;
        for (int failures = 0; !stopped();) {
            if (relist_.exchange(false))
                source_.forget();
            auto error = source_.list();
            if (!error)
                error = watch();
            if (stopped())
                return;
            if (!error) {
                failures = 0;
                continue;
            }
            if (error->kind == Errc::gone)
                source_.forget();
            if (error->kind == Errc::cancelled)
                continue;
            const bool denied =
                error->kind == Errc::forbidden || error->kind == Errc::unauthorized || error->kind == Errc::notFound;
            if (error->kind != Errc::gone || told)
                sink_.freshness(denied ? Freshness::denied : Freshness::disconnected, error->message);
            told = true;
            pause(failures++);
        }
    }

    bool stopped() {
        std::lock_guard lock(mutex_);
        return stopping_;
    }

    void pause(int failures) {
        static thread_local std::minstd_rand generator{std::random_device{}()};
        const int most = 100 << std::min(failures, 7);
        const auto delay = std::chrono::milliseconds(std::min(10'000, most / 2 + int(generator() % unsigned(most))));
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, delay, [&] { return stopping_ || hurry_; });
        hurry_ = false;
    }

    std::optional<Error> watch() {
        auto opened = source_.watch();
        if (!opened)
            return std::move(opened.error());
        {
            std::lock_guard lock(mutex_);
            if (stopping_)
                return {};
            stream_ = std::move(*opened);
        }
        source_.restart();
        sink_.freshness(Freshness::live, "");
        auto result = readEvents();
        std::lock_guard lock(mutex_);
        stream_.reset();
        return result;
    }

    std::optional<Error> readEvents() {
        for (;;) {
            auto piece = stream_->read();
            if (!piece)
                return std::move(piece.error());
            if (piece->empty())
                return {}; // the watch's time is over; it goes on from the last version
            if (auto error = source_.take(*piece))
                return error;
        }
    }

    ListWatch source_;
    ReflectorSink& sink_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::unique_ptr<Stream> stream_;
    bool stopping_ = false, hurry_ = false;
    std::atomic<bool> relist_ = false;
    std::thread thread_;
};

Reflector::Reflector(std::shared_ptr<const Client> client, ResourceRef resource, std::string ns, ListOptions selectors,
                     ReflectorSink& sink)
    : worker_(std::make_unique<Worker>(std::move(client), std::move(resource), std::move(ns), std::move(selectors),
                                       sink)) {}
Reflector::~Reflector() = default;
void Reflector::start() {
    worker_->start();
}
void Reflector::reconnect() {
    worker_->reconnect();
}

} // namespace slipway::client
