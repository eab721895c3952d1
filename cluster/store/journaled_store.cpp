#include "cluster/store/journaled_store.h"

#include <algorithm>
#include <format>

namespace slipway::store {

JournaledStore::JournaledStore(Opened opened)
    : journal_(std::move(opened.journal))
    , state_(std::move(opened.state))
    , last_(opened.last)
    , compactedBefore_(opened.compactedBefore)
    , writer_([this] { write(); }) {}

JournaledStore::~JournaledStore() {
    {
        const std::lock_guard lock(queueMutex_);
        closing_ = true;
    }
    queued_.notify_one();
    writer_.join();
}

Result<void> JournaledStore::checkReadable(Revision at) const {
    if (at > last_)
        return std::unexpected(Error{Errc::future, std::format("revision {} has not happened yet", at)});
    if (at < compactedBefore_)
        return std::unexpected(Error{Errc::compacted, std::format("revision {} is no longer kept", at)});
    return {};
}

template <class T> Result<T> JournaledStore::unlessCompacted(Revision at, Result<T> read) const {
    if (at < compactedBefore_)
        return std::unexpected(Error{Errc::compacted, std::format("revision {} is no longer kept", at)});
    return read;
}

Result<std::optional<Entry>> JournaledStore::get(std::string_view key, Revision at) const {
    {
        const std::shared_lock lock(stateMutex_);
        if (at == 0 || at == last_) {
            const Entry* entry = state_.find(key);
            return entry ? std::optional(*entry) : std::nullopt;
        }
        if (auto readable = checkReadable(at); !readable)
            return std::unexpected(std::move(readable.error()));
    }
    return unlessCompacted(at, journal_->get(key, at));
}

Result<Listing> JournaledStore::list(std::string_view prefix, Revision at, std::string_view startKey,
                                     std::size_t limit) const {
    {
        const std::shared_lock lock(stateMutex_);
        if (at == 0 || at == last_)
            return Listing{state_.list(prefix, startKey, limit), last_};
        if (auto readable = checkReadable(at); !readable)
            return std::unexpected(std::move(readable.error()));
    }
    return unlessCompacted(at, journal_->list(prefix, at, startKey, limit)).transform([&](std::vector<Entry>&& found) {
        return Listing{std::move(found), at};
    });
}

Result<Revision> JournaledStore::commit(std::vector<Operation> operations, Origin origin) {
    std::unique_lock lock(queueMutex_);
    if (closing_)
        return std::unexpected(Error{Errc::closed, "the store is closed"});
    if (!writing_ && waiting_.empty() && errands_.empty()) {
        writing_ = true;
        lock.unlock();
        auto result = commitAlone(std::move(operations), std::move(origin));
        lock.lock();
        writing_ = false;
        if (closing_ || !waiting_.empty() || !errands_.empty())
            queued_.notify_one();
        return result;
    }
    waiting_.push_back({std::move(operations), std::move(origin), {}});
    auto answer = waiting_.back().answer.get_future();
    const bool wake = !writing_; // who writes looks again before it sleeps
    lock.unlock();
    if (wake)
        queued_.notify_one();
    return answer.get();
}

Result<Revision> JournaledStore::commitAlone(std::vector<Operation> operations, Origin origin) {
    Plan plan(state_, last_);
    auto result = plan.add(std::move(operations), std::move(origin));
    if (!plan.commits().empty())
        if (auto done = carryOut(plan); !done)
            return std::unexpected(std::move(done.error()));
    return result;
}

void JournaledStore::write() {
    std::vector<Waiting> group;
    std::vector<Errand> errands;
    std::unique_lock lock(queueMutex_);
    for (;;) {
        queued_.wait(lock, [this] { return !writing_ && (closing_ || !waiting_.empty() || !errands_.empty()); });
        if (waiting_.empty() && errands_.empty())
            return;
        writing_ = true;
        group.swap(waiting_);
        errands.swap(errands_);
        lock.unlock();
        commitGroup(group);
        group.clear();
        for (Errand& errand : errands)
            errand.answer.set_value(errand.work());
        errands.clear();
        lock.lock();
        writing_ = false;
    }
}

Result<void> JournaledStore::carryOut(const Plan& plan) {
    if (auto kept = journal_->append(plan.commits()); !kept)
        return kept;
    {
        const std::lock_guard lock(stateMutex_);
        for (const Commit& commit : plan.commits()) {
            for (const Event& event : commit.events)
                state_.apply(event);
        }
        last_ = plan.last();
    }
    fanout_->deliver(plan.commits());
    return {};
}

void JournaledStore::commitGroup(std::vector<Waiting>& group) {
    // Only who holds the turn changes the state: reading it here needs no lock.
    Plan plan(state_, last_);
    std::vector<Result<Revision>> results;
    results.reserve(group.size());
    for (Waiting& waiting : group)
        results.push_back(plan.add(std::move(waiting.operations), std::move(waiting.origin)));
    // When it fails, also a conflict may have been one only with a commit of the group that now did not happen.
    if (!plan.commits().empty())
        if (const auto done = carryOut(plan); !done)
            std::ranges::fill(results, std::unexpected(done.error()));
    for (std::size_t i = 0; i < group.size(); ++i)
        group[i].answer.set_value(std::move(results[i]));
}

Result<std::vector<Change>> JournaledStore::changes(std::string_view prefix, Revision from, std::size_t limit) const {
    const Revision to = last_;
    if (auto readable = checkReadable(std::min(from, to)); !readable)
        return std::unexpected(std::move(readable.error()));
    if (from > to)
        return {};
    return unlessCompacted(from, journal_->changes(prefix, from, to, limit));
}

Result<bool> JournaledStore::runOnWriter(std::function<Result<bool>()> work) {
    std::future<Result<bool>> answer;
    {
        const std::lock_guard lock(queueMutex_);
        if (closing_)
            return std::unexpected(Error{Errc::closed, "the store is closed"});
        errands_.push_back({std::move(work), {}});
        answer = errands_.back().answer.get_future();
    }
    queued_.notify_one();
    return answer.get();
}

Result<std::unique_ptr<Subscription>> JournaledStore::subscribe(Revision from, Deliver deliver) {
    if (from > last_ + 1)
        return std::unexpected(Error{Errc::future, std::format("revision {} has not happened yet", from)});
    // The bulk of the past is delivered while others go on writing; only the rest makes the writer wait.
    if (auto kept = checkReadable(std::min<Revision>(from, last_)); !kept)
        return std::unexpected(std::move(kept.error()));
    Revision next = std::max(from, emptyRevision + 1);
    const auto catchUp = [&]() -> Result<Revision> {
        const Revision to = last_;
        if (next > to)
            return next;
        auto done = unlessCompacted(next, journal_->replay(next, to, deliver));
        if (!done)
            return std::unexpected(std::move(done.error()));
        return next = to + 1;
    };
    if (auto done = catchUp(); !done)
        return std::unexpected(std::move(done.error()));
    return fanout_->add(deliver, catchUp);
}

Result<void> JournaledStore::compact(Revision before) {
    const std::lock_guard lock(compactMutex_);
    if (before > last_)
        return std::unexpected(Error{Errc::future, std::format("revision {} has not happened yet", before)});
    const Revision old = compactedBefore_;
    if (before > old) {
        // Readers are refused before anything goes.
        compactedBefore_ = before;
        const auto begun =
            runOnWriter([&] { return journal_->beginCompaction(before).transform([] { return true; }); });
        if (!begun) {
            compactedBefore_ = old;
            return std::unexpected(begun.error());
        }
    }
    for (;;) {
        const auto more = runOnWriter([&] { return journal_->sweep(); });
        if (!more)
            return std::unexpected(more.error());
        if (!*more)
            return {};
    }
}

} // namespace slipway::store
