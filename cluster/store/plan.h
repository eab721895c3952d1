#pragma once

#include "cluster/store/journal.h"
#include "cluster/store/state.h"

#include <map>

namespace slipway::store {

/// Decides a group of commits one after the other: each against the state as the accepted ones before it leave it.
/// Refusing one leaves no trace. Pure: nothing is kept until the owner does it.
class Plan {
public:
    /// @p state must not change while the plan lives.
    Plan(const State& state, Revision last) : state_(state), last_(last) {}

    /// The revision the commit gets. Operations without effect (deleting what is not there) take none: a commit of only
    /// such gets the latest revision.
    Result<Revision> add(std::vector<Operation>&& operations, Origin origin = {});

    const std::vector<Commit>& commits() const { return commits_; }
    Revision last() const { return last_; }

private:
    const Entry* find(const std::string& key) const;

    const State& state_;
    Revision last_;
    std::vector<Commit> commits_;
    std::map<std::string, std::optional<Entry>, std::less<>> changed_; ///< by this group; nothing: deleted
};

} // namespace slipway::store
