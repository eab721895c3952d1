#pragma once

#include "cluster/store/etcd/layout.h"
#include "cluster/store/journal.h"

namespace slipway::store::etcd {

/// The past, as etcd has it. Revisions have to have happened. Thread-safe. Errors: io, compacted.
class History {
public:
    /// Both must outlive it.
    History(Client& client, const Layout& layout) : client_(client), layout_(layout) {}

    Result<std::optional<Entry>> get(std::string_view key, Revision at) const;
    Result<std::vector<Entry>> list(std::string_view prefix, Revision at, std::string_view startKey,
                                    std::size_t limit) const;
    /// Delivers the commits from @p from to @p to, both inclusive, of keys with a prefix.
    Result<void> replay(Revision from, Revision to, const std::string& prefix, const Deliver& deliver) const;
    Result<std::vector<Change>> changes(std::string_view prefix, Revision from, Revision to, std::size_t limit) const;
    /// What compactedBefore() has to say of an etcd that was in use before.
    Result<Revision> firstKept() const;
    /// Writes the history up to @p to as a store in a file.
    Result<void> snapshot(const std::string& path, Revision to, Revision compactedBefore) const;

private:
    Result<Origin> originOf(Revision revision) const;

    Client& client_;
    const Layout& layout_;
};

} // namespace slipway::store::etcd
