#pragma once

#include "cluster/store/store.h"

#include <set>

namespace slipway::store {

/// The present: every key's latest entry, in key order. Not thread-safe; its owner locks.
class State {
public:
    /// The entry, or null pointer; valid until the next change.
    const Entry* find(std::string_view key) const;
    std::vector<Entry> list(std::string_view prefix, std::string_view startKey, std::size_t limit) const;
    std::size_t size() const { return slots_.size(); }
    void apply(const Event& event);
    /// Adds or replaces one entry.
    void put(const Entry& entry);

private:
    // The key stands once, in the entry itself; only the other members change while it is in the set.
    struct Slot {
        mutable Entry entry;
    };
    struct ByKey {
        using is_transparent = void;
        bool operator()(const Slot& a, const Slot& b) const { return a.entry.key < b.entry.key; }
        bool operator()(const Slot& a, std::string_view b) const { return a.entry.key < b; }
        bool operator()(std::string_view a, const Slot& b) const { return a < b.entry.key; }
    };
    std::set<Slot, ByKey> slots_;
};

} // namespace slipway::store
