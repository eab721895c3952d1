#include "cluster/store/etcd/follower.h"

#include "cluster/base/log.h"
#include "cluster/store/etcd/stored_value.h"

#include <grpcpp/grpcpp.h>

namespace slipway::store::etcd {
namespace {

constexpr auto retryAfter = std::chrono::milliseconds(200);

Event eventOf(const pb::WatchEvent& from, const std::string& prefix) {
    Event event;
    event.deleted = from.type() == pb::WatchEvent::DELETE;
    event.entry.key = from.kv().key().substr(prefix.size());
    event.entry.modified = from.kv().mod_revision();
    event.entry.created = from.kv().create_revision();
    if (from.has_prev_kv() && from.prev_kv().mod_revision() != 0)
        event.previous = unpacked(from.prev_kv().value(), from.prev_kv().mod_revision());
    if (event.deleted) {
        event.entry.created = from.prev_kv().create_revision();
        event.entry.value = event.previous;
    } else {
        event.entry.value = unpacked(from.kv().value(), event.entry.modified);
        if (event.entry.created == event.entry.modified)
            event.previous = nullptr; // deleted and made again in one revision cannot be
    }
    return event;
}

} // namespace

std::vector<std::vector<Event>> commitsOf(const pb::WatchResponse& response, const std::string& prefix) {
    std::vector<std::vector<Event>> commits;
    for (const pb::WatchEvent& one : response.events()) {
        Event event = eventOf(one, prefix);
        if (commits.empty() || commits.back().back().entry.modified != event.entry.modified)
            commits.emplace_back();
        commits.back().push_back(std::move(event));
    }
    return commits;
}

Follower::Follower(Client& client, std::string prefix, Revision from, Callbacks callbacks)
    : client_(client), prefix_(std::move(prefix)), callbacks_(std::move(callbacks)), next_(from), thread_([this] {
        run();
    }) {}

Follower::~Follower() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        if (stream_)
            stream_->cancel();
    }
    wake_.notify_all();
    thread_.join();
}

void Follower::askProgress() {
    std::shared_ptr<WatchStream> stream;
    {
        const std::lock_guard lock(mutex_);
        stream = stream_;
    }
    if (stream)
        stream->progress();
}

bool Follower::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

void Follower::run() {
    for (bool first = true;; first = false) {
        if (!first && !pause(retryAfter))
            return;
        if (compacted_) {
            const auto present = callbacks_.lost();
            if (!present)
                continue;
            compacted_ = false;
            next_ = *present + 1;
        }
        std::shared_ptr<WatchStream> stream;
        {
            const std::lock_guard lock(mutex_);
            if (stopping_)
                return;
            stream = stream_ = std::make_shared<WatchStream>(client_, prefix_, next_);
        }
        readStream(*stream);
        const std::lock_guard lock(mutex_);
        stream_ = nullptr;
        if (stopping_)
            return;
        base::warn("etcd", "the watch of etcd ended at revision {}{}", next_ - 1,
                   compacted_ ? ", which is no longer kept" : "");
    }
}

void Follower::readStream(WatchStream& stream) {
    pb::WatchResponse response;
    while (stream.read(response)) {
        if (response.canceled()) {
            compacted_ = response.compact_revision() > 0;
            return;
        }
        if (response.events().empty() && !response.created())
            callbacks_.reached(response.header().revision());
        for (std::vector<Event>& events : commitsOf(response, prefix_)) {
            const Revision revision = events.front().entry.modified;
            if (revision < next_)
                continue;
            callbacks_.commit(events);
            next_ = revision + 1;
        }
    }
}

} // namespace slipway::store::etcd
