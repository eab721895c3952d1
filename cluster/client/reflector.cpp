#include "cluster/client/reflector.h"

#include "cluster/base/log.h"
#include "cluster/client/informer.h"

#include <condition_variable>
#include <format>
#include <random>
#include <unordered_map>

namespace slipway::client {

using api::Json;
using api::JsonObject;

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
        : client_(std::move(client))
        , resource_(std::move(resource))
        , ns_(std::move(ns))
        , selectors_(std::move(selectors))
        , sink_(sink) {}

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
            const auto error = relist_.exchange(false) || version_.empty() ? listThenWatch() : watch();
            if (stopped())
                return;
            if (!error) {
                failures = 0;
                continue;
            }
            if (error->kind == Errc::gone)
                version_.clear();
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

    std::optional<Error> listThenWatch() {
        auto listed = client_->listAll(resource_, ns_, selectors_);
        if (!listed)
            return std::move(listed.error());
        std::vector<std::shared_ptr<const Json>> objects;
        objects.reserve(listed->items.size());
        for (Json& item : listed->items)
            objects.push_back(std::make_shared<const Json>(std::move(item)));
        version_ = listed->resourceVersion;
        sink_.replace(std::move(objects));
        sink_.freshness(Freshness::live, "");
        return watch();
    }

    std::string watchTarget() const {
        static thread_local std::minstd_rand generator{std::random_device{}()};
        std::string target = resource_.path(ns_) +
                             std::format("?watch=true&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds={}",
                                         percentEncode(version_), 300 + generator() % 300);
        if (!selectors_.labelSelector.empty())
            target += "&labelSelector=" + percentEncode(selectors_.labelSelector);
        if (!selectors_.fieldSelector.empty())
            target += "&fieldSelector=" + percentEncode(selectors_.fieldSelector);
        return target;
    }

    std::optional<Error> watch() {
        Request request;
        request.target = watchTarget();
        auto opened = client_->transport().open(request);
        if (!opened)
            return std::move(opened.error());
        {
            std::lock_guard lock(mutex_);
            if (stopping_)
                return {};
            stream_ = std::move(*opened);
        }
        sink_.freshness(Freshness::live, "");
        auto result = readEvents();
        std::lock_guard lock(mutex_);
        stream_.reset();
        return result;
    }

    std::optional<Error> readEvents() {
        std::string buffer;
        for (;;) {
            auto piece = stream_->read();
            if (!piece)
                return std::move(piece.error());
            if (piece->empty())
                return {}; // the watch's time is over; it goes on from the last version
            buffer += *piece;
            std::vector<Change> changes;
            std::optional<Error> failure;
            std::size_t begin = 0;
            for (std::size_t end; !failure && (end = buffer.find('\n', begin)) != std::string::npos; begin = end + 1)
                failure = readEvent(std::string_view(buffer).substr(begin, end - begin), changes);
            buffer.erase(0, begin);
            if (!changes.empty())
                sink_.apply(std::move(changes));
            if (failure)
                return failure;
        }
    }

    std::optional<Error> readEvent(std::string_view line, std::vector<Change>& changes) {
        if (line.empty())
            return {};
        auto parsed = api::parseJson(line);
        if (!parsed || !parsed->is_object())
            return Error{Errc::decode, 0, "", "a watch event is not JSON", {}};
        const std::string type(api::stringAt(*parsed, {"type"}));
        Json* object = parsed->get_object().if_contains("object");
        if (object == nullptr || !object->is_object())
            return Error{Errc::decode, 0, "", "a watch event has no object", {}};
        if (type == "ERROR") {
            const int code = int(api::intAt(object->get_object(), {"code"}).value_or(500));
            return errorFromResponse({code, "application/json", api::printJson(*object)});
        }
        if (const std::string_view version = api::stringAt(*object, {"metadata", "resourceVersion"}); !version.empty())
            version_ = version;
        if (type == "BOOKMARK")
            return {};
        const ChangeKind kind = type == "ADDED"     ? ChangeKind::added
                                : type == "DELETED" ? ChangeKind::deleted
                                                    : ChangeKind::modified;
        changes.push_back({kind, std::make_shared<const Json>(std::move(*object))});
        return {};
    }

    const std::shared_ptr<const Client> client_;
    const ResourceRef resource_;
    const std::string ns_;
    const ListOptions selectors_;
    ReflectorSink& sink_;
    std::string version_;
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
