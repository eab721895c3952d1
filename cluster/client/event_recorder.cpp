#include "cluster/client/event_recorder.h"

#include "cluster/base/log.h"
#include "cluster/base/time.h"

#include <atomic>
#include <format>

namespace slipway::client {

using api::core_v1::Event;

namespace {

constexpr std::size_t mostWaiting = 4096, longestMessage = 1024;
constexpr auto retryPause = std::chrono::seconds(5);

/// Names of events grow with time, so that a list in the order of names is in the order of what happened.
std::string eventName(const std::string& about) {
    static std::atomic<std::int64_t> last = 0;
    std::int64_t now =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    std::int64_t before = last.load();
    do
        now = std::max(now, before + 1);
    while (!last.compare_exchange_weak(before, now));
    return std::format("{}.{:016x}", about, now);
}

} // namespace

EventBroadcaster::EventBroadcaster() : thread_([this] { run(); }) {}

EventBroadcaster::~EventBroadcaster() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void EventBroadcaster::post(std::function<bool()> write) {
    {
        std::lock_guard lock(mutex_);
        if (waiting_.size() >= mostWaiting)
            waiting_.pop_front();
        waiting_.push_back(std::move(write));
    }
    changed_.notify_one();
}

void EventBroadcaster::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (waiting_.empty()) {
            changed_.wait(lock);
            continue;
        }
        const auto write = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        const bool written = write();
        lock.lock();
        if (!written) {
            waiting_.push_front(write);
            changed_.wait_for(lock, retryPause, [&] { return stopping_; });
        }
    }
}

struct EventRecorder::Writer {
    const std::shared_ptr<const Client> client;
    const std::string component, host;
    std::mutex mutex;
    EventCorrelator correlator;

    /// False: the server is away.
    bool write(Event event) {
        EventCorrelator::Decision decision;
        {
            std::lock_guard lock(mutex);
            decision = correlator.observe(event, EventCorrelator::Clock::now());
        }
        using Action = EventCorrelator::Decision::Action;
        if (decision.action == Action::drop)
            return true;
        event.message = decision.message;
        if (decision.action == Action::countUp) {
            if (const auto done = countUp(event, decision))
                return *done;
            decision.count = 1; // the old one is gone: begin anew
        }
        const auto made = client->create(event.metadata.namespace_, event);
        if (made) {
            std::lock_guard lock(mutex);
            correlator.settle(decision, event.metadata.name, event.firstTimestamp);
            return true;
        }
        if (made.error().kind != Errc::notFound && made.error().kind != Errc::forbidden)
            base::debug("events", "{} {}: {}", event.reason, event.involvedObject.name, made.error().message);
        return made.error().kind != Errc::unreachable;
    }

    std::optional<bool> countUp(const Event& event, const EventCorrelator::Decision& decision) {
        const api::JsonObject patch{
            {"count", decision.count}, {"lastTimestamp", event.lastTimestamp}, {"message", event.message}};
        const auto patched =
            client->patch(resourceOf<Event>(), event.metadata.namespace_, decision.name, PatchKind::merge, patch);
        if (!patched && patched.error().kind == Errc::unreachable)
            return false;
        std::lock_guard lock(mutex);
        if (patched) {
            correlator.settle(decision, decision.name, decision.firstTimestamp);
            return true;
        }
        correlator.forget(decision);
        return {};
    }
};

EventRecorder::EventRecorder(std::shared_ptr<const Client> client, std::string component, std::string host,
                             EventBroadcaster* broadcaster)
    : writer_(new Writer{std::move(client), std::move(component), std::move(host), {}, {}})
    , broadcaster_(broadcaster) {}

void EventRecorder::record(const api::core_v1::ObjectReference& about, std::string_view type, std::string_view reason,
                           std::string_view message) {
    Event event;
    event.metadata.name = eventName(about.name);
    event.metadata.namespace_ = about.namespace_.empty() ? "default" : about.namespace_;
    event.involvedObject = about;
    event.type = type;
    event.reason = reason;
    event.message = message.substr(0, longestMessage);
    event.count = 1;
    event.firstTimestamp = event.lastTimestamp = base::nowRfc3339();
    event.source = api::core_v1::EventSource{writer_->component, writer_->host};
    event.reportingComponent = writer_->component;
    event.reportingInstance = writer_->host;
    if (broadcaster_ == nullptr) {
        writer_->write(std::move(event));
        return;
    }
    broadcaster_->post([writer = writer_, event = std::move(event)] { return writer->write(event); });
}

} // namespace slipway::client
