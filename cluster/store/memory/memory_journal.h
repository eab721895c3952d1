#pragma once

#include "cluster/store/journal.h"

#include <deque>
#include <map>
#include <shared_mutex>

namespace slipway::store {

/// The history in memory.
class MemoryJournal final : public Journal {
public:
    Result<void> append(std::span<const Commit> group) override;
    Result<std::optional<Entry>> get(std::string_view key, Revision at) const override;
    Result<std::vector<Entry>> list(std::string_view prefix, Revision at, std::string_view startKey,
                                    std::size_t limit) const override;
    Result<void> replay(Revision from, Revision to, const Deliver& deliver) const override;
    Result<std::vector<Change>> changes(std::string_view prefix, Revision from, Revision to,
                                        std::size_t limit) const override;
    Result<void> beginCompaction(Revision before) override;
    Result<bool> sweep() override;
    /// Writes the history as a SQLite store.
    Result<void> snapshot(const std::string& path) const override;

private:
    struct Version {
        Entry entry;
        bool deleted;
    };
    using Versions = std::deque<Version>; ///< of one key, oldest first

    static const Version* versionAt(const Versions& versions, Revision at);
    std::vector<Commit> everything() const;
    void forget(const Event& event, Revision predecessor);

    mutable std::shared_mutex mutex_;
    std::map<std::string, Versions, std::less<>> keys_;
    std::map<Revision, Commit> commits_;
    Revision before_ = 0;
};

} // namespace slipway::store
