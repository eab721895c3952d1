#include "cluster/store/etcd/history.h"

#include "cluster/store/etcd/follower.h"
#include "cluster/store/etcd/stored_value.h"
#include "cluster/store/sqlite/sqlite_journal.h"

#include <algorithm>
#include <format>
#include <grpcpp/grpcpp.h>
#include <map>
#include <thread>

namespace slipway::store::etcd {
namespace {

constexpr auto progressInterval = std::chrono::milliseconds(20); // between two questions how far a watch has come

} // namespace

Result<std::optional<Entry>> History::get(std::string_view key, Revision at) const {
    pb::RangeRequest request;
    request.set_key(layout_.keyOf(key));
    request.set_revision(at);
    const auto found = client_.range(request);
    if (!found)
        return std::unexpected(found.error());
    return found->kvs().empty() ? std::nullopt : std::optional(layout_.entryOf(found->kvs(0)));
}

Result<std::vector<Entry>> History::list(std::string_view prefix, Revision at, std::string_view startKey,
                                         std::size_t limit) const {
    std::vector<Entry> entries;
    const std::string wanted = layout_.keyOf(prefix);
    pb::RangeRequest request;
    request.set_key(std::max(wanted, layout_.keyOf(startKey)));
    request.set_range_end(endOfPrefix(wanted));
    request.set_revision(at);
    if (request.range_end() <= request.key() && request.range_end() != std::string(1, '\0'))
        return entries;
    const auto read = client_.readAll(request, [&](const pb::RangeResponse& page) {
        for (const pb::KeyValue& kv : page.kvs())
            if (limit == 0 || entries.size() < limit)
                entries.push_back(layout_.entryOf(kv));
        return limit == 0 || entries.size() < limit;
    });
    if (!read)
        return std::unexpected(read.error());
    return entries;
}

/// A watch of its own, which is asked how far it is until it is as far as @p to.
Result<void> History::replay(Revision from, Revision to, const std::string& prefix, const Deliver& deliver) const {
    WatchStream stream(client_, layout_.keyOf(prefix), from);
    const std::jthread questions([&](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any pause;
        for (std::unique_lock lock(mutex); !stop.stop_requested();) {
            pause.wait_for(lock, stop, progressInterval, [] { return false; });
            if (!stop.stop_requested())
                stream.progress();
        }
    });
    pb::WatchResponse response;
    while (stream.read(response)) {
        if (response.canceled())
            return std::unexpected(response.compact_revision() > 0
                                       ? Error{Errc::compacted, std::format("revision {} is no longer kept", from)}
                                       : Error{Errc::io, "etcd: " + response.cancel_reason()});
        for (const std::vector<Event>& events : commitsOf(response, layout_.prefix)) {
            if (events.front().entry.modified > to)
                return {};
            deliver(events);
            if (events.front().entry.modified == to)
                return {};
        }
        if (response.events().empty() && !response.created() && response.header().revision() >= to)
            return {};
    }
    return std::unexpected(Error{Errc::io, "etcd: the watch of the past ended"});
}

Result<Origin> History::originOf(Revision revision) const {
    pb::RangeRequest request;
    request.set_key(layout_.originKey());
    request.set_revision(revision);
    const auto found = client_.range(request);
    if (!found)
        return std::unexpected(found.error());
    if (found->kvs().empty() || found->kvs(0).mod_revision() != revision)
        return Origin();
    return parseOrigin(found->kvs(0).value());
}

Result<std::vector<Change>> History::changes(std::string_view prefix, Revision from, Revision to,
                                             std::size_t limit) const {
    std::vector<Change> found;
    auto done = replay(from, to, std::string(prefix), [&](std::span<const Event> events) {
        if (limit != 0 && found.size() >= limit)
            return;
        for (const Event& event : events)
            found.push_back({event.entry.key,
                             event.entry.modified,
                             event.entry.created == event.entry.modified,
                             event.deleted,
                             {}});
    });
    if (!done)
        return std::unexpected(std::move(done.error()));
    for (Change& change : found) {
        auto origin = originOf(change.revision);
        if (!origin)
            return std::unexpected(std::move(origin.error()));
        change.origin = std::move(*origin);
    }
    return found;
}

Result<Revision> History::firstKept() const {
    pb::RangeRequest request;
    request.set_key(layout_.originKey());
    request.set_count_only(true);
    request.set_revision(emptyRevision);
    const auto found = client_.range(request);
    if (found)
        return 0;
    if (found.error().kind != Errc::compacted)
        return std::unexpected(found.error());
    WatchStream stream(client_, layout_.originKey(), emptyRevision); // is told which one
    pb::WatchResponse response;
    while (stream.read(response))
        if (response.canceled())
            return response.compact_revision() + 1;
    return std::unexpected(Error{Errc::io, "etcd does not say what it has kept"});
}

Result<void> History::snapshot(const std::string& path, Revision to, Revision compactedBefore) const {
    const Revision base = std::max(compactedBefore, emptyRevision);
    std::map<Revision, Commit> commits;
    const auto past = list({}, base, {}, 0);
    if (!past)
        return std::unexpected(past.error());
    const auto add = [&](Event event, Revision predecessor) {
        Commit& commit = commits[event.entry.modified];
        commit.revision = event.entry.modified;
        commit.events.push_back(std::move(event));
        commit.predecessors.push_back(predecessor);
    };
    std::map<std::string, Revision> latest;
    for (const Entry& entry : *past) {
        latest[entry.key] = entry.modified;
        add({false, entry, nullptr}, 0);
    }
    if (base < to) {
        auto done = replay(base + 1, to, {}, [&](std::span<const Event> events) {
            for (const Event& event : events) {
                Revision& before = latest[event.entry.key];
                add(event, event.entry.created == event.entry.modified ? 0 : before);
                before = event.entry.modified;
            }
        });
        if (!done)
            return done;
    }
    std::vector<Commit> ordered;
    for (auto& [revision, commit] : commits)
        ordered.push_back(std::move(commit));
    return writeSqliteFile(path, ordered, compactedBefore);
}

} // namespace slipway::store::etcd
