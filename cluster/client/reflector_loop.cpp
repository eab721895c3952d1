#include "cluster/client/reflector_loop.h"

#include <algorithm>

namespace slipway::client {

using Clock = std::chrono::steady_clock;
constexpr auto longestPause = std::chrono::seconds(10);
constexpr auto endCheck = std::chrono::seconds(60); // the end of a watch's time comes without a wake

class ReflectorLoop::Member {
public:
    Member(std::shared_ptr<const Client> client, ResourceRef resource, std::string ns, ListOptions selectors,
           ReflectorSink& s)
        : source(std::move(client), std::move(resource), std::move(ns), std::move(selectors), s), sink(s) {}

    ListWatch source;
    ReflectorSink& sink;
    std::unique_ptr<Stream> stream;
    Clock::time_point due = Clock::now(); ///< when it is to be looked at; guarded by the loop's mutex
    bool removed = false;
    int failures = 0;
};

ReflectorLoop::ReflectorLoop() : thread_([this] { run(); }) {}

ReflectorLoop::~ReflectorLoop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

ReflectorLoop::Member* ReflectorLoop::add(std::shared_ptr<const Client> client, ResourceRef resource, std::string ns,
                                          ListOptions selectors, ReflectorSink& sink) {
    std::lock_guard lock(mutex_);
    members_.push_back(
        std::make_unique<Member>(std::move(client), std::move(resource), std::move(ns), std::move(selectors), sink));
    changed_.notify_all();
    return members_.back().get();
}

void ReflectorLoop::remove(Member* member) {
    std::unique_ptr<Member> gone;
    std::unique_lock lock(mutex_);
    member->removed = true;
    changed_.wait(lock, [&] { return current_ != member; });
    const auto found = std::ranges::find(members_, member, &std::unique_ptr<Member>::get);
    gone = std::move(*found);
    members_.erase(found);
    lock.unlock(); // its stream may call back while it ends
}

void ReflectorLoop::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const auto nearest = std::ranges::min_element(
            members_, {}, [](const auto& m) { return m->removed ? Clock::time_point::max() : m->due; });
        if (nearest == members_.end() || (*nearest)->removed) {
            changed_.wait(lock);
            continue;
        }
        if ((*nearest)->due > Clock::now()) {
            changed_.wait_until(lock, (*nearest)->due);
            continue;
        }
        current_ = nearest->get();
        current_->due = Clock::now() + endCheck;
        lock.unlock();
        step(*current_);
        lock.lock();
        current_ = nullptr;
        changed_.notify_all();
    }
}

void ReflectorLoop::step(Member& member) {
    const auto error = follow(member);
    if (!error) {
        member.failures = 0;
        return;
    }
    member.stream.reset();
    member.source.restart();
    auto pause = std::chrono::milliseconds(0);
    if (error->kind == Errc::gone) {
        member.source.forget();
    } else {
        const bool denied =
            error->kind == Errc::forbidden || error->kind == Errc::unauthorized || error->kind == Errc::notFound;
        member.sink.freshness(denied ? Freshness::denied : Freshness::disconnected, error->message);
        pause = std::min<std::chrono::milliseconds>(longestPause,
                                                    std::chrono::milliseconds(100 << std::min(member.failures++, 7)));
    }
    std::lock_guard lock(mutex_);
    member.due = Clock::now() + pause;
}

/// Lists and opens the watch where that is to be done, then reads what has come.
std::optional<Error> ReflectorLoop::follow(Member& member) {
    if (!member.stream) {
        if (auto error = member.source.list())
            return error;
        auto opened = member.source.watch();
        if (!opened)
            return std::move(opened.error());
        member.stream = std::move(*opened);
        const bool needsNoThread = member.stream->setWake([this, &member] {
            std::lock_guard lock(mutex_);
            member.due = Clock::time_point::min();
            changed_.notify_all();
        });
        if (!needsNoThread)
            return Error{Errc::config, 0, "", "the transport's streams need a thread each", {}};
    }
    while (auto piece = member.stream->tryRead()) {
        if (!*piece)
            return std::move(piece->error());
        if ((*piece)->empty()) { // the watch's time is over; it goes on from the last version
            member.stream.reset();
            member.source.restart();
            std::lock_guard lock(mutex_);
            member.due = Clock::now();
            return {};
        }
        if (auto error = member.source.take(**piece))
            return error;
    }
    return {};
}

} // namespace slipway::client
