#pragma once

#include "ui/history/history_repository.h"

#include <git2.h>

/// libgit2's objects as values that free themselves, and the few questions everything here asks of them. Not for
/// headers.
namespace slipway::ui::git {

/// Owns one of libgit2's objects.
template <class T, void (*release)(T*)> struct Free {
    void operator()(T* object) const { release(object); }
};
template <class T, void (*release)(T*)> using Owned = std::unique_ptr<T, Free<T, release>>;
using Commit = Owned<git_commit, git_commit_free>;
using Tree = Owned<git_tree, git_tree_free>;
using Diff = Owned<git_diff, git_diff_free>;
using Index = Owned<git_index, git_index_free>;
using Signature = Owned<git_signature, git_signature_free>;
using Walk = Owned<git_revwalk, git_revwalk_free>;
using Blob = Owned<git_blob, git_blob_free>;
using Remote = Owned<git_remote, git_remote_free>;
using Reference = Owned<git_reference, git_reference_free>;

/// What libgit2 said last.
std::unexpected<HistoryError> failure(HistoryErrc code);
QString idText(const git_oid& id);
/// The commit of that id, or (empty) the newest; null when there is none.
Commit commitOf(git_repository* repository, const QString& id);
Tree treeOf(const Commit& commit);
Commit parentOf(const Commit& commit);
std::optional<QString> blobText(git_repository* repository, const git_oid& id);
/// The difference of two trees, either of which may be null; with @p path only that of one file.
Diff treeDiff(git_repository* repository, const Tree& before, const Tree& after, const QString& path = {});
std::vector<HistoryChange> changesOf(git_repository* repository, const Diff& diff);
/// The user as Git knows them, or as the system does.
Signature signature(git_repository* repository);

} // namespace slipway::ui::git
