#include "cluster/store/state.h"

namespace slipway::store {

const Entry* State::find(std::string_view key) const {
    const auto found = slots_.find(key);
    return found == slots_.end() ? nullptr : &found->entry;
}

std::vector<Entry> State::list(std::string_view prefix, std::string_view startKey, std::size_t limit) const {
    std::vector<Entry> entries;
    for (auto at = slots_.lower_bound(std::max(prefix, startKey)); at != slots_.end(); ++at) {
        if (!at->entry.key.starts_with(prefix) || (limit != 0 && entries.size() == limit))
            break;
        entries.push_back(at->entry);
    }
    return entries;
}

void State::put(const Entry& entry) {
    const auto at = slots_.lower_bound(std::string_view(entry.key));
    if (at == slots_.end() || at->entry.key != entry.key) {
        slots_.insert(at, Slot{entry});
        return;
    }
    at->entry.value = entry.value;
    at->entry.created = entry.created;
    at->entry.modified = entry.modified;
}

void State::apply(const Event& event) {
    if (!event.deleted) {
        put(event.entry);
        return;
    }
    const auto found = slots_.find(std::string_view(event.entry.key));
    if (found != slots_.end())
        slots_.erase(found);
}

} // namespace slipway::store
