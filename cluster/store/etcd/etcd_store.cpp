#include "cluster/store/etcd_store.h"

#include "cluster/base/log.h"
#include "cluster/store/etcd/follower.h"
#include "cluster/store/etcd/history.h"
#include "cluster/store/etcd/transaction.h"
#include "cluster/store/fanout.h"
#include "cluster/store/state.h"

#include <algorithm>
#include <format>
#include <grpcpp/grpcpp.h>
#include <map>
#include <set>
#include <shared_mutex>

namespace slipway::store {
namespace {

using namespace etcd;

constexpr auto longestWait = std::chrono::seconds(30);           // until what was committed comes back
constexpr auto progressInterval = std::chrono::milliseconds(20); // between two questions how far etcd has come

std::unexpected<Error> outOfTime() {
    return std::unexpected(Error{Errc::io, "etcd: the watch does not come up to what was committed"});
}

std::optional<std::size_t> repeatedKey(const std::vector<Operation>& operations) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < operations.size(); ++i)
        if (!seen.insert(operations[i].key).second)
            return i;
    return {};
}

Result<void> checkOperations(const std::vector<Operation>& operations) {
    if (const auto repeated = repeatedKey(operations))
        return std::unexpected(
            Error{Errc::conflict, operations[*repeated].key + " stands twice in one commit", *repeated});
    for (std::size_t i = 0; i < operations.size(); ++i)
        if (operations[i].value && operations[i].revisionAt != Operation::noSplice &&
            operations[i].revisionAt > operations[i].value->size())
            return std::unexpected(
                Error{Errc::conflict, "the place of the revision is outside the value of " + operations[i].key, i});
    return {};
}

/// Lets the callers that come while one asks wait for the next answer, which is for all of them.
class SharedQuestion {
public:
    Result<void> ask(const std::function<Result<void>()>& question) {
        std::unique_lock lock(mutex_);
        const std::uint64_t mine = begun_ + 1; // one that is under way may have been answered already
        while (ended_ < mine) {
            if (asking_) {
                answered_.wait(lock);
                continue;
            }
            asking_ = true;
            ++begun_;
            lock.unlock();
            auto answer = question();
            lock.lock();
            asking_ = false;
            ended_ = begun_;
            answer_ = answer;
            answered_.notify_all();
        }
        return answer_;
    }

private:
    std::mutex mutex_;
    std::condition_variable answered_;
    std::uint64_t begun_ = 0, ended_ = 0;
    bool asking_ = false;
    Result<void> answer_;
};

class EtcdStore final : public Store {
public:
    EtcdStore(std::unique_ptr<Client> client, std::string prefix)
        : client_(std::move(client)), layout_{std::move(prefix)} {}
    ~EtcdStore() override {
        {
            const std::lock_guard lock(arrivedMutex_);
            closing_ = true;
        }
        arrived_.notify_all();
        follower_.reset();
    }

    Result<void> open() {
        State state;
        const auto present = readPresent(state);
        if (!present)
            return std::unexpected(present.error());
        state_ = std::move(state);
        last_ = delivered_ = *present;
        const auto kept = history_.firstKept();
        if (!kept)
            return std::unexpected(kept.error());
        compactedBefore_ = *kept;
        follower_ = std::make_unique<Follower>(*client_, layout_.prefix, *present + 1,
                                               Follower::Callbacks{[this](std::vector<Event>& events) { take(events); },
                                                                   [this](Revision revision) { reached(revision); },
                                                                   [this] { return readAnew(); }});
        return {};
    }

    Revision revision() const override { return last_; }
    bool isShared() const override { return true; }
    Revision compactedBefore() const override { return compactedBefore_; }

    Result<std::optional<Entry>> get(std::string_view key, Revision at) const override;
    Result<Listing> list(std::string_view prefix, Revision at, std::string_view startKey,
                         std::size_t limit) const override;
    Result<Revision> commit(std::vector<Operation> operations, Origin origin) override;
    Result<std::unique_ptr<Subscription>> subscribe(Revision from, Deliver deliver) override;
    Result<std::vector<Change>> changes(std::string_view prefix, Revision from, std::size_t limit) const override;
    Result<void> catchUp() override;
    Result<void> compact(Revision before) override;
    Result<void> snapshot(const std::string& path) const override {
        return history_.snapshot(path, last_, compactedBefore_);
    }

private:
    Result<Revision> readPresent(State& state) const;
    void take(std::vector<Event>& events);
    void reached(Revision revision);
    std::optional<Revision> readAnew();
    void deliver(std::vector<Event> events);
    bool waitFor(Revision revision, std::chrono::steady_clock::duration limit);
    /// Waits with questions to etcd, for revisions that others made outside the prefix never come by themselves.
    Result<void> waitAsking(Revision revision);
    Result<void> checkReadable(Revision at) const;

    const std::unique_ptr<Client> client_;
    const Layout layout_;
    const History history_{*client_, layout_};
    const std::shared_ptr<Fanout> fanout_ = std::make_shared<Fanout>();
    mutable std::shared_mutex stateMutex_;
    State state_; ///< changed by the follower's thread only, under stateMutex_
    std::atomic<Revision> last_ = emptyRevision;
    std::atomic<Revision> compactedBefore_ = 0; ///< as far as it is known here
    std::mutex arrivedMutex_;
    std::condition_variable arrived_;
    Revision delivered_ = 0; ///< under arrivedMutex_: up to here every subscriber has everything
    bool closing_ = false;
    SharedQuestion freshness_;
    std::unique_ptr<Follower> follower_;
};

Result<Revision> EtcdStore::readPresent(State& state) const {
    pb::RangeRequest all;
    all.set_key(layout_.prefix);
    all.set_range_end(endOfPrefix(layout_.prefix));
    return client_->readAll(all, [&](const pb::RangeResponse& page) {
        for (const pb::KeyValue& kv : page.kvs())
            state.put(layout_.entryOf(kv));
        return true;
    });
}

void EtcdStore::deliver(std::vector<Event> events) {
    Commit commit{events.front().entry.modified, std::move(events), {}, {}};
    {
        const std::lock_guard lock(stateMutex_);
        for (Event& event : commit.events) {
            // What etcd no longer keeps of the value before is still here.
            const Entry* now = state_.find(event.entry.key);
            if (event.previous == nullptr && now != nullptr && event.entry.created != event.entry.modified)
                event.previous = now->value;
            if (event.deleted && event.entry.value == nullptr)
                event.entry.value = now != nullptr ? now->value : std::make_shared<const std::string>();
            if (event.deleted && event.entry.created == 0 && now != nullptr)
                event.entry.created = now->created;
            state_.apply(event);
        }
        last_ = std::max<Revision>(last_, commit.revision);
    }
    fanout_->deliver({&commit, 1});
}

void EtcdStore::take(std::vector<Event>& events) {
    const Revision revision = events.front().entry.modified;
    deliver(std::move(events));
    const std::lock_guard lock(arrivedMutex_);
    delivered_ = std::max(delivered_, revision);
    arrived_.notify_all();
}

void EtcdStore::reached(Revision revision) {
    {
        const std::lock_guard lock(stateMutex_);
        last_ = std::max<Revision>(last_, revision);
    }
    const std::lock_guard lock(arrivedMutex_);
    delivered_ = std::max(delivered_, revision);
    arrived_.notify_all();
}

/// The differences between what is known and what is there now, as if they had been watched.
std::optional<Revision> EtcdStore::readAnew() {
    State present;
    const auto revision = readPresent(present);
    if (!revision) {
        base::warn("etcd", "cannot be read: {}", revision.error().message);
        return {};
    }
    std::map<Revision, std::vector<Event>> commits;
    for (Entry& entry : present.list({}, {}, 0)) {
        const Entry* known = state_.find(entry.key);
        if (known != nullptr && known->modified == entry.modified)
            continue;
        auto before = known == nullptr ? nullptr : known->value;
        const Revision modified = entry.modified;
        commits[modified].push_back({false, std::move(entry), std::move(before)});
    }
    for (Entry& entry : state_.list({}, {}, 0)) {
        if (present.find(entry.key) != nullptr)
            continue;
        auto before = entry.value;
        entry.modified = *revision;
        commits[*revision].push_back({true, std::move(entry), std::move(before)});
    }
    for (auto& [at, events] : commits)
        deliver(std::move(events));
    reached(*revision);
    return *revision;
}

Result<void> EtcdStore::checkReadable(Revision at) const {
    if (at > last_)
        return std::unexpected(Error{Errc::future, std::format("revision {} has not happened yet", at)});
    if (at < compactedBefore_)
        return std::unexpected(Error{Errc::compacted, std::format("revision {} is no longer kept", at)});
    return {};
}

Result<std::optional<Entry>> EtcdStore::get(std::string_view key, Revision at) const {
    {
        const std::shared_lock lock(stateMutex_);
        if (at == 0 || at == last_) {
            const Entry* entry = state_.find(key);
            return entry ? std::optional(*entry) : std::nullopt;
        }
        if (auto readable = checkReadable(at); !readable)
            return std::unexpected(std::move(readable.error()));
    }
    return history_.get(key, at);
}

Result<Listing> EtcdStore::list(std::string_view prefix, Revision at, std::string_view startKey,
                                std::size_t limit) const {
    {
        const std::shared_lock lock(stateMutex_);
        if (at == 0 || at == last_)
            return Listing{state_.list(prefix, startKey, limit), last_};
        if (auto readable = checkReadable(at); !readable)
            return std::unexpected(std::move(readable.error()));
    }
    return history_.list(prefix, at, startKey, limit).transform([&](std::vector<Entry>&& found) {
        return Listing{std::move(found), at};
    });
}

Result<Revision> EtcdStore::commit(std::vector<Operation> operations, Origin origin) {
    if (auto valid = checkOperations(operations); !valid)
        return std::unexpected(std::move(valid.error()));
    if (operations.empty())
        return last_;
    const auto done = Transaction(layout_, std::move(operations), origin).run(*client_);
    if (!done)
        return std::unexpected(done.error());
    if (!done->changed)
        return last_;
    if (!waitFor(done->revision, longestWait))
        return outOfTime();
    return done->revision;
}

bool EtcdStore::waitFor(Revision revision, std::chrono::steady_clock::duration limit) {
    std::unique_lock lock(arrivedMutex_);
    arrived_.wait_for(lock, limit, [&] { return closing_ || delivered_ >= revision; });
    return delivered_ >= revision;
}

Result<void> EtcdStore::waitAsking(Revision revision) {
    const auto end = std::chrono::steady_clock::now() + longestWait;
    for (auto wait = std::chrono::milliseconds(2); !waitFor(revision, wait); wait = progressInterval) {
        if (std::chrono::steady_clock::now() > end)
            return outOfTime();
        follower_->askProgress();
    }
    return {};
}

Result<void> EtcdStore::catchUp() {
    return freshness_.ask([this]() -> Result<void> {
        pb::RangeRequest request; // read by agreement of etcd's members, and of nothing that is there
        request.set_key(layout_.originKey());
        request.set_count_only(true);
        const auto now = client_->range(request);
        if (!now)
            return std::unexpected(now.error());
        return waitAsking(now->header().revision());
    });
}

Result<std::unique_ptr<Subscription>> EtcdStore::subscribe(Revision from, Deliver deliver) {
    if (from > last_ + 1)
        return std::unexpected(Error{Errc::future, std::format("revision {} has not happened yet", from)});
    if (auto kept = checkReadable(std::min<Revision>(from, last_)); !kept)
        return std::unexpected(std::move(kept.error()));
    Revision next = std::max(from, emptyRevision + 1);
    const auto catchUp = [&]() -> Result<Revision> {
        const Revision to = last_;
        if (next > to)
            return next;
        if (auto done = history_.replay(next, to, {}, deliver); !done)
            return std::unexpected(std::move(done.error()));
        return next = to + 1;
    };
    if (auto done = catchUp(); !done)
        return std::unexpected(std::move(done.error()));
    return fanout_->add(deliver, catchUp);
}

Result<std::vector<Change>> EtcdStore::changes(std::string_view prefix, Revision from, std::size_t limit) const {
    const Revision to = last_;
    if (from > to)
        return {};
    if (auto readable = checkReadable(from); !readable)
        return std::unexpected(std::move(readable.error()));
    return history_.changes(prefix, std::max(from, emptyRevision + 1), to, limit);
}

/// etcd is left one revision more, as the events of the first revision kept need the values before it.
Result<void> EtcdStore::compact(Revision before) {
    if (before > last_)
        return std::unexpected(Error{Errc::future, std::format("revision {} has not happened yet", before)});
    if (before <= compactedBefore_)
        return {};
    compactedBefore_ = before;
    if (before <= emptyRevision + 1)
        return {};
    auto done = client_->compact(before - 1);
    if (!done && done.error().kind == Errc::compacted)
        return {}; // another server did so
    return done;
}

} // namespace

Result<std::unique_ptr<Store>> openEtcdStore(const EtcdOptions& options) {
    auto client = Client::connect(options);
    if (!client)
        return std::unexpected(std::move(client.error()));
    auto store = std::make_unique<EtcdStore>(std::move(*client), options.prefix);
    if (auto done = store->open(); !done)
        return std::unexpected(std::move(done.error()));
    return store;
}

} // namespace slipway::store
