#pragma once

#include "cluster/store/fanout.h"
#include "cluster/store/journal.h"
#include "cluster/store/plan.h"
#include "cluster/store/state.h"

#include <atomic>
#include <condition_variable>
#include <future>
#include <shared_mutex>
#include <thread>

namespace slipway::store {

/// What a store starts from.
struct Opened {
    std::unique_ptr<Journal> journal;
    State state;
    Revision last = emptyRevision;
    Revision compactedBefore = 0;
};

/// The store over any journal: the present in memory, one writer at a time. A commit that comes alone is written by the
/// thread that brings it, which spares two changes of threads; what comes meanwhile is grouped by a thread of the
/// store's own, which sleeps when nothing waits.
class JournaledStore final : public Store {
public:
    explicit JournaledStore(Opened opened);
    /// Finishes what waits.
    ~JournaledStore() override;

    Revision revision() const override { return last_; }
    Result<std::optional<Entry>> get(std::string_view key, Revision at) const override;
    Result<Listing> list(std::string_view prefix, Revision at, std::string_view startKey,
                         std::size_t limit) const override;
    Result<Revision> commit(std::vector<Operation> operations, Origin origin) override;
    Result<std::unique_ptr<Subscription>> subscribe(Revision from, Deliver deliver) override;
    Result<std::vector<Change>> changes(std::string_view prefix, Revision from, std::size_t limit) const override;
    Result<void> compact(Revision before) override;
    Revision compactedBefore() const override { return compactedBefore_; }
    std::uintmax_t diskBytes() const override { return journal_->diskBytes(); }
    Result<void> snapshot(const std::string& path) const override { return journal_->snapshot(path); }

private:
    struct Waiting {
        std::vector<Operation> operations;
        Origin origin;
        std::promise<Result<Revision>> answer;
    };
    struct Errand {
        std::function<Result<bool>()> work;
        std::promise<Result<bool>> answer;
    };

    void write();
    /// Writes one commit on the caller's thread, which holds the turn to write.
    Result<Revision> commitAlone(std::vector<Operation> operations, Origin origin);
    void commitGroup(std::vector<Waiting>& group);
    /// Makes the commits of a plan durable, changes the state and tells the subscribers.
    Result<void> carryOut(const Plan& plan);
    /// Runs @p work between two groups.
    Result<bool> runOnWriter(std::function<Result<bool>()> work);
    Result<void> checkReadable(Revision at) const;
    /// Keeps the readings of the past honest when a compaction overtook them.
    template <class T> Result<T> unlessCompacted(Revision at, Result<T> read) const;

    std::unique_ptr<Journal> journal_;
    std::shared_ptr<Fanout> fanout_ = std::make_shared<Fanout>();

    mutable std::shared_mutex stateMutex_;
    State state_;                ///< changed by who holds the turn to write only, under stateMutex_
    std::atomic<Revision> last_; ///< changes together with state_
    std::atomic<Revision> compactedBefore_;
    std::mutex compactMutex_; ///< one compaction at a time

    std::mutex queueMutex_;
    std::condition_variable queued_;
    std::vector<Waiting> waiting_;
    std::vector<Errand> errands_;
    bool writing_ = false; ///< somebody holds the turn to write
    bool closing_ = false;
    std::thread writer_; ///< last: it uses all of the above
};

} // namespace slipway::store
