#include "ui/history/git_handles.h"

namespace slipway::ui::git {

std::unexpected<HistoryError> failure(HistoryErrc code) {
    const git_error* error = git_error_last();
    return std::unexpected(HistoryError{
        code, error == nullptr || error->message == nullptr ? QStringLiteral("?") : QString::fromUtf8(error->message)});
}

QString idText(const git_oid& id) {
    char text[GIT_OID_SHA1_HEXSIZE + 1];
    return QString::fromLatin1(git_oid_tostr(text, sizeof text, &id));
}

Commit commitOf(git_repository* repository, const QString& id) {
    git_oid oid;
    git_commit* commit = nullptr;
    const bool found = id.isEmpty() ? git_reference_name_to_id(&oid, repository, "HEAD") == 0
                                    : git_oid_fromstr(&oid, id.toLatin1().constData()) == 0;
    if (found)
        git_commit_lookup(&commit, repository, &oid);
    return Commit(commit);
}

Tree treeOf(const Commit& commit) {
    git_tree* tree = nullptr;
    if (commit)
        git_commit_tree(&tree, commit.get());
    return Tree(tree);
}

Commit parentOf(const Commit& commit) {
    git_commit* parent = nullptr;
    if (commit && git_commit_parentcount(commit.get()) > 0)
        git_commit_parent(&parent, commit.get(), 0);
    return Commit(parent);
}

std::optional<QString> blobText(git_repository* repository, const git_oid& id) {
    git_blob* found = nullptr;
    if (git_blob_lookup(&found, repository, &id) != 0)
        return std::nullopt;
    const Blob blob(found);
    return QString::fromUtf8(static_cast<const char*>(git_blob_rawcontent(found)),
                             static_cast<qsizetype>(git_blob_rawsize(found)));
}

Diff treeDiff(git_repository* repository, const Tree& before, const Tree& after, const QString& path) {
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    QByteArray bytes = path.toUtf8();
    char* paths[] = {bytes.data()};
    if (!path.isEmpty())
        options.pathspec = {paths, 1};
    options.flags = GIT_DIFF_DISABLE_PATHSPEC_MATCH;
    git_diff* diff = nullptr;
    git_diff_tree_to_tree(&diff, repository, before.get(), after.get(), &options);
    return Diff(diff);
}

std::vector<HistoryChange> changesOf(git_repository* repository, const Diff& diff) {
    std::vector<HistoryChange> all;
    for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
        const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
        HistoryChange change{QString::fromUtf8(delta->new_file.path), {}, {}};
        if (delta->status != GIT_DELTA_ADDED)
            change.before = blobText(repository, delta->old_file.id);
        if (delta->status != GIT_DELTA_DELETED)
            change.after = blobText(repository, delta->new_file.id);
        all.push_back(std::move(change));
    }
    return all;
}

Signature signature(git_repository* repository) {
    git_signature* made = nullptr;
    if (git_signature_default(&made, repository) != 0) {
        const QByteArray user = qEnvironmentVariable("USER", QStringLiteral("slipway")).toUtf8();
        git_signature_now(&made, user.constData(), (user + "@localhost").constData());
    }
    return Signature(made);
}

} // namespace slipway::ui::git
