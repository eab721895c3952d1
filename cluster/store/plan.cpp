#include "cluster/store/plan.h"

#include <algorithm>
#include <format>
#include <unordered_set>

namespace slipway::store {

namespace {

std::unexpected<Error> refuse(std::size_t operation, std::string message) {
    return std::unexpected(Error{Errc::conflict, std::move(message), operation});
}

std::optional<std::string> whyNot(const Operation& operation, const Entry* now) {
    if (operation.value && operation.revisionAt != Operation::noSplice &&
        operation.revisionAt > operation.value->size())
        return std::format("the place of the revision is outside the value of {}", operation.key);
    if (operation.expected == Operation::any)
        return std::nullopt;
    const Revision has = now ? now->modified : Operation::absent;
    if (has == operation.expected)
        return std::nullopt;
    if (operation.expected == Operation::absent)
        return std::format("{} exists", operation.key);
    if (!now)
        return std::format("{} does not exist", operation.key);
    return std::format("{} is at revision {}, not {}", operation.key, has, operation.expected);
}

/// The first operation whose key came before in the same commit; one commit changes a key once.
std::optional<std::size_t> repeatedKey(const std::vector<Operation>& operations) {
    if (operations.size() < 2)
        return std::nullopt;
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i < operations.size(); ++i) {
        if (!seen.insert(operations[i].key).second)
            return i;
    }
    return std::nullopt;
}

/// The value as it is kept for as long as it is the present one, and longer: it takes what it needs and no more.
std::shared_ptr<const std::string> finalValue(Operation& operation, Revision revision) {
    const std::string& given = *operation.value;
    const bool splice = operation.revisionAt != Operation::noSplice;
    const std::string digits = splice ? std::to_string(revision) : std::string();
    std::string value;
    value.reserve(given.size() + digits.size());
    value.append(given, 0, splice ? operation.revisionAt : given.size()).append(digits);
    if (splice)
        value.append(given, operation.revisionAt);
    return std::make_shared<const std::string>(std::move(value));
}

Event eventOf(Operation& operation, const Entry* now, Revision revision) {
    Event event;
    event.deleted = !operation.value;
    event.entry.value = event.deleted ? now->value : finalValue(operation, revision);
    event.entry.key = std::move(operation.key);
    event.entry.created = now ? now->created : revision;
    event.entry.modified = revision;
    event.previous = now ? now->value : nullptr;
    event.note = std::move(operation.note);
    return event;
}

} // namespace

const Entry* Plan::find(const std::string& key) const {
    const auto changed = changed_.find(key);
    if (changed == changed_.end())
        return state_.find(key);
    return changed->second ? &*changed->second : nullptr;
}

Result<Revision> Plan::add(std::vector<Operation>&& operations, Origin origin) {
    if (const auto repeated = repeatedKey(operations))
        return refuse(*repeated, operations[*repeated].key + " stands twice in one commit");
    for (std::size_t i = 0; i < operations.size(); ++i) {
        if (auto why = whyNot(operations[i], find(operations[i].key)))
            return refuse(i, std::move(*why));
    }
    Commit commit{last_ + 1, {}, {}, std::move(origin)};
    commit.events.reserve(operations.size());
    for (Operation& operation : operations) {
        const Entry* now = find(operation.key);
        if (!operation.value && !now)
            continue;
        commit.predecessors.push_back(now ? now->modified : 0);
        commit.events.push_back(eventOf(operation, now, commit.revision));
    }
    if (commit.events.empty())
        return last_;
    for (const Event& event : commit.events)
        changed_.insert_or_assign(event.entry.key, event.deleted ? std::nullopt : std::optional<Entry>(event.entry));
    last_ = commit.revision;
    commits_.push_back(std::move(commit));
    return last_;
}

} // namespace slipway::store
