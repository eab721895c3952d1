#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The revisioned key-value store under the API server. Small and strict: every commit has one global revision;
/// what was acknowledged is durable; history stays readable until it is compacted.
namespace slipway::store {

using Revision = std::int64_t;

enum class Errc {
    conflict,  ///< a precondition of the commit did not hold; nothing was written
    compacted, ///< the revision asked for is no longer kept
    future,    ///< the revision asked for has not happened yet
    corrupt,   ///< the data on disk does not hold together; the store refuses to open or go on
    io,        ///< the system refused (disk full, no access)
    closed     ///< the store is shutting down
};

struct Error {
    Errc kind;
    std::string message;
    std::size_t operation = 0; ///< for conflict: the index of the first operation that did not hold
};

template <class T> using Result = std::expected<T, Error>;

/// A key at a revision. Values are immutable and shared.
struct Entry {
    std::string key;
    std::shared_ptr<const std::string> value;
    Revision created = 0;  ///< revision of the put that made the key
    Revision modified = 0; ///< revision of the latest put
};

/// One put or delete of a commit.
struct Operation {
    static constexpr std::size_t noSplice = static_cast<std::size_t>(-1);
    static constexpr Revision any = -1;   ///< no precondition
    static constexpr Revision absent = 0; ///< the key must not exist

    std::string key;
    std::optional<std::string> value;  ///< nothing: delete
    Revision expected = any;           ///< otherwise: the key's modified revision must be this
    std::size_t revisionAt = noSplice; ///< offset in value where the commit's revision is inserted as decimal digits,
                                       ///< so that an object carries its own resourceVersion in the stored bytes
    /// What the committer tells the subscribers of this process about the value; not stored. An event that comes out of
    /// the history, or from another process, has none.
    std::shared_ptr<const void> note = {};
};

/// Who made a commit, and when. Kept with the history.
struct Origin {
    std::string who;
    std::int64_t at = 0; ///< milliseconds since 1970; 0: not known
};

/// One change of the past, without its value (which get() at the revision gives).
struct Change {
    std::string key;
    Revision revision = 0;
    bool created = false, deleted = false;
    Origin origin;
};

/// One change of a commit, as watchers see it. previous is null for a created key.
struct Event {
    bool deleted = false;
    Entry entry; ///< of a delete: the key, the deleting revision in modified, the last value
    std::shared_ptr<const std::string> previous;
    std::shared_ptr<const void> note = {}; ///< the operation's
};

struct Listing {
    std::vector<Entry> entries; ///< in key order
    Revision revision = 0;      ///< the store's revision the listing is of
};

/// Ends a subscription when destroyed; after that no call comes.
class Subscription {
public:
    virtual ~Subscription() = default;
};

/// Thread-safe.
class Store {
public:
    virtual ~Store() = default;

    virtual Revision revision() const = 0;
    /// @p at 0: now. A key that is absent at that revision gives nothing.
    virtual Result<std::optional<Entry>> get(std::string_view key, Revision at = 0) const = 0;
    /// The keys that begin with @p prefix, at a revision (0: now), from @p startKey on, at most @p limit (0: all).
    virtual Result<Listing> list(std::string_view prefix, Revision at = 0, std::string_view startKey = {},
                                 std::size_t limit = 0) const = 0;
    /// All or nothing; returns the revision once the commit is durable and its events were delivered to every
    /// subscriber. Blocks meanwhile; concurrent commits share one disk synchronisation.
    virtual Result<Revision> commit(std::vector<Operation> operations, Origin origin = {}) = 0;
    /// Calls @p deliver with the events of each commit from @p from on (inclusive), in revision order, first those of
    /// the past, then live ones from the writer's thread. @p deliver must be quick and must not call commit.
    virtual Result<std::unique_ptr<Subscription>> subscribe(Revision from,
                                                            std::function<void(std::span<const Event>)> deliver) = 0;
    /// The changes of keys that begin with @p prefix from revision @p from on, oldest first, in whole commits until
    /// there are @p limit or more (0: all). Errors: compacted.
    virtual Result<std::vector<Change>> changes(std::string_view prefix, Revision from,
                                                std::size_t limit = 0) const = 0;

    /// Whether other processes write too: then the present is followed, and may be behind.
    virtual bool isShared() const { return false; }
    /// Returns once the present has everything that anybody's commit was acknowledged for before the call.
    virtual Result<void> catchUp() { return {}; }

    /// Forgets what only revisions before @p before can see.
    virtual Result<void> compact(Revision before) = 0;
    virtual Revision compactedBefore() const = 0;
    /// What the store takes on disk, in bytes; 0: not known.
    virtual std::uintmax_t diskBytes() const { return 0; }
    /// Writes a consistent copy to a file that must not exist.
    virtual Result<void> snapshot(const std::string& path) const = 0;
};

} // namespace slipway::store
