#include "cluster/store/memory/memory_journal.h"

#include "cluster/store/journaled_store.h"
#include "cluster/store/sqlite/sqlite_journal.h"
#include "cluster/store/sqlite_store.h"

namespace slipway::store {

Result<void> MemoryJournal::append(std::span<const Commit> group) {
    const std::lock_guard lock(mutex_);
    for (const Commit& commit : group) {
        for (const Event& event : commit.events)
            keys_[event.entry.key].push_back({event.entry, event.deleted});
        Commit& kept = commits_.emplace(commit.revision, commit).first->second;
        for (Event& event : kept.events)
            event.note = nullptr;
    }
    return {};
}

const MemoryJournal::Version* MemoryJournal::versionAt(const Versions& versions, Revision at) {
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
        if (version->entry.modified <= at)
            return version->deleted ? nullptr : &*version;
    }
    return nullptr;
}

Result<std::optional<Entry>> MemoryJournal::get(std::string_view key, Revision at) const {
    const std::shared_lock lock(mutex_);
    const auto found = keys_.find(key);
    const Version* version = found == keys_.end() ? nullptr : versionAt(found->second, at);
    return version ? std::optional(version->entry) : std::nullopt;
}

Result<std::vector<Entry>> MemoryJournal::list(std::string_view prefix, Revision at, std::string_view startKey,
                                               std::size_t limit) const {
    const std::shared_lock lock(mutex_);
    std::vector<Entry> entries;
    for (auto key = keys_.lower_bound(std::max(prefix, startKey)); key != keys_.end(); ++key) {
        if (!key->first.starts_with(prefix) || (limit != 0 && entries.size() == limit))
            break;
        if (const Version* version = versionAt(key->second, at))
            entries.push_back(version->entry);
    }
    return entries;
}

Result<void> MemoryJournal::replay(Revision from, Revision to, const Deliver& deliver) const {
    std::vector<Commit> commits;
    {
        const std::shared_lock lock(mutex_);
        for (auto at = commits_.lower_bound(from); at != commits_.end() && at->first <= to; ++at)
            commits.push_back(at->second);
    }
    for (const Commit& commit : commits)
        deliver(commit.events);
    return {};
}

Result<std::vector<Change>> MemoryJournal::changes(std::string_view prefix, Revision from, Revision to,
                                                   std::size_t limit) const {
    const std::shared_lock lock(mutex_);
    std::vector<Change> found;
    for (auto at = commits_.lower_bound(from); at != commits_.end() && at->first <= to; ++at) {
        if (limit != 0 && found.size() >= limit)
            break;
        for (const Event& event : at->second.events)
            if (event.entry.key.starts_with(prefix))
                found.push_back(
                    {event.entry.key, at->first, event.entry.created == at->first, event.deleted, at->second.origin});
    }
    return found;
}

Result<void> MemoryJournal::beginCompaction(Revision before) {
    const std::lock_guard lock(mutex_);
    before_ = before;
    return {};
}

void MemoryJournal::forget(const Event& event, Revision predecessor) {
    const auto key = keys_.find(event.entry.key);
    if (key == keys_.end())
        return;
    std::erase_if(key->second, [&](const Version& version) {
        return (predecessor != 0 && version.entry.modified == predecessor) ||
               (event.deleted && version.entry.modified == event.entry.modified);
    });
    if (key->second.empty())
        keys_.erase(key);
}

Result<bool> MemoryJournal::sweep() {
    const std::lock_guard lock(mutex_);
    while (!commits_.empty() && commits_.begin()->first < before_) {
        const Commit& commit = commits_.begin()->second;
        for (std::size_t i = 0; i < commit.events.size(); ++i)
            forget(commit.events[i], commit.predecessors[i]);
        commits_.erase(commits_.begin());
    }
    return false;
}

std::vector<Commit> MemoryJournal::everything() const {
    std::map<Revision, Commit> commits;
    for (const auto& [key, versions] : keys_) {
        Revision before = 0;
        for (const Version& version : versions) {
            const Revision revision = version.entry.modified;
            Commit& commit = commits[revision];
            commit.revision = revision;
            commit.events.push_back({version.deleted, version.entry, nullptr});
            if (const auto known = commits_.find(revision); known != commits_.end())
                commit.origin = known->second.origin;
            commit.predecessors.push_back(version.entry.created == revision ? 0 : before);
            before = revision;
        }
    }
    std::vector<Commit> ordered;
    for (auto& [revision, commit] : commits)
        ordered.push_back(std::move(commit));
    return ordered;
}

Result<void> MemoryJournal::snapshot(const std::string& path) const {
    const std::shared_lock lock(mutex_);
    return writeSqliteFile(path, everything(), before_);
}

std::unique_ptr<Store> makeMemoryStore() {
    Opened opened;
    opened.journal = std::make_unique<MemoryJournal>();
    return std::make_unique<JournaledStore>(std::move(opened));
}

} // namespace slipway::store
