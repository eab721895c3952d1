#pragma once

#include "cluster/store/store.h"

/// What a store implementation must be able to keep; the rest (preconditions, grouping, events) is common.
namespace slipway::store {

/// Where an empty store is: not at 0, which has a meaning of its own in the API. No commit has this revision.
inline constexpr Revision emptyRevision = 1;

/// A commit whose preconditions hold and whose revision is decided.
struct Commit {
    Revision revision = 0;
    std::vector<Event> events;          ///< each key at most once
    std::vector<Revision> predecessors; ///< for each event: the revision that made the previous value; 0: none
    Origin origin;
};

/// Receives the events of one commit.
using Deliver = std::function<void(std::span<const Event>)>;

/// The history. append, beginCompaction and sweep are called from the writer's thread only, the reading functions from
/// any thread and with revisions that have happened. What is older than the compaction may be partly gone.
class Journal {
public:
    virtual ~Journal() = default;

    /// Keeps a group of commits; durable when it returns. On an error nothing of the group is kept.
    virtual Result<void> append(std::span<const Commit> group) = 0;
    virtual Result<std::optional<Entry>> get(std::string_view key, Revision at) const = 0;
    virtual Result<std::vector<Entry>> list(std::string_view prefix, Revision at, std::string_view startKey,
                                            std::size_t limit) const = 0;
    /// Delivers the commits of the revisions @p from to @p to, both inclusive, in order.
    virtual Result<void> replay(Revision from, Revision to, const Deliver& deliver) const = 0;
    /// The changes of keys with a prefix in the revisions @p from to @p to, oldest first, in whole commits until there
    /// are
    /// @p limit or more (0: all).
    virtual Result<std::vector<Change>> changes(std::string_view prefix, Revision from, Revision to,
                                                std::size_t limit) const = 0;
    /// Notes that nothing before @p before will be asked for again.
    virtual Result<void> beginCompaction(Revision before) = 0;
    /// Removes a bounded amount of what may go; false when there is no more.
    virtual Result<bool> sweep() = 0;
    /// What it takes on disk, in bytes; 0: nothing. From any thread.
    virtual std::uintmax_t diskBytes() const { return 0; }
    virtual Result<void> snapshot(const std::string& path) const = 0;
};

} // namespace slipway::store
