#include "ui/history/history_repository.h"

#include <QDir>
#include <QFile>
#include <git2.h>

namespace slipway::ui {
namespace {

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

Diff diffOf(git_repository* repository, const Commit& commit, const QString& path = {}) {
    const Tree now = treeOf(commit), before = treeOf(parentOf(commit));
    git_diff_options options = GIT_DIFF_OPTIONS_INIT;
    QByteArray bytes = path.toUtf8();
    char* paths[] = {bytes.data()};
    if (!path.isEmpty())
        options.pathspec = {paths, 1};
    options.flags = GIT_DIFF_DISABLE_PATHSPEC_MATCH;
    git_diff* diff = nullptr;
    git_diff_tree_to_tree(&diff, repository, before.get(), now.get(), &options);
    return Diff(diff);
}

/// The user as Git knows them, or as the system does.
Signature signature(git_repository* repository) {
    git_signature* made = nullptr;
    if (git_signature_default(&made, repository) != 0) {
        const QByteArray user = qEnvironmentVariable("USER", QStringLiteral("slipway")).toUtf8();
        git_signature_now(&made, user.constData(), (user + "@localhost").constData());
    }
    return Signature(made);
}

bool initialise() {
    static const bool ready = git_libgit2_init() > 0;
    return ready;
}

} // namespace

void HistoryRepository::Close::operator()(git_repository* repository) const {
    git_repository_free(repository);
}

HistoryResult<HistoryRepository> HistoryRepository::open(const QString& folder) {
    initialise();
    QDir().mkpath(folder);
    QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    git_repository* repository = nullptr;
    const QByteArray path = folder.toUtf8();
    if (git_repository_open_ext(&repository, path.constData(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) != 0 &&
        git_repository_init(&repository, path.constData(), 0) != 0)
        return failure(HistoryErrc::open);
    HistoryRepository made;
    made.repository_.reset(repository);
    return made;
}

HistoryResult<QString> HistoryRepository::record(const std::vector<HistoryFile>& files, const QString& message) {
    git_index* opened = nullptr;
    if (git_repository_index(&opened, repository_.get()) != 0)
        return failure(HistoryErrc::write);
    const Index index(opened);
    git_index_read(opened, 1); // another window may have written it
    const QDir root(QString::fromUtf8(git_repository_workdir(repository_.get())));
    for (const HistoryFile& file : files) {
        const QByteArray path = file.path.toUtf8();
        if (!file.content) {
            QFile::remove(root.filePath(file.path));
            git_index_remove_bypath(index.get(), path.constData());
            continue;
        }
        root.mkpath(QFileInfo(file.path).path());
        QFile out(root.filePath(file.path));
        if (!out.open(QIODevice::WriteOnly) || out.write(file.content->toUtf8()) < 0)
            return std::unexpected(HistoryError{HistoryErrc::write, out.errorString()});
        out.close();
        if (git_index_add_bypath(index.get(), path.constData()) != 0)
            return failure(HistoryErrc::write);
    }
    git_oid treeId, commitId;
    git_tree* found = nullptr;
    if (git_index_write(index.get()) != 0 || git_index_write_tree(&treeId, index.get()) != 0 ||
        git_tree_lookup(&found, repository_.get(), &treeId) != 0)
        return failure(HistoryErrc::write);
    const Tree tree(found);
    const Commit head = commitOf(repository_.get(), {});
    if (head && git_oid_equal(git_commit_tree_id(head.get()), &treeId) != 0)
        return QString();
    const Signature who = signature(repository_.get());
    const git_commit* parents[] = {head.get()};
    if (git_commit_create(&commitId, repository_.get(), "HEAD", who.get(), who.get(), "UTF-8",
                          message.toUtf8().constData(), tree.get(), head ? 1 : 0, parents) != 0)
        return failure(HistoryErrc::write);
    return idText(commitId);
}

HistoryResult<std::vector<HistoryCommit>> HistoryRepository::log(int limit, const QString& path) const {
    std::vector<HistoryCommit> commits;
    if (!commitOf(repository_.get(), {}))
        return commits; // nothing was ever recorded
    git_revwalk* made = nullptr;
    if (git_revwalk_new(&made, repository_.get()) != 0)
        return failure(HistoryErrc::read);
    const Walk walk(made);
    git_revwalk_sorting(made, GIT_SORT_TOPOLOGICAL);
    git_revwalk_push_head(made);
    git_oid id;
    while (static_cast<int>(commits.size()) < limit && git_revwalk_next(&id, made) == 0) {
        git_commit* found = nullptr;
        if (git_commit_lookup(&found, repository_.get(), &id) != 0)
            return failure(HistoryErrc::read);
        const Commit commit(found);
        if (!path.isEmpty()) {
            const Diff diff = diffOf(repository_.get(), commit, path);
            if (!diff || git_diff_num_deltas(diff.get()) == 0)
                continue;
        }
        const git_signature* author = git_commit_author(found);
        commits.push_back({idText(id), QString::fromUtf8(git_commit_message(found)).trimmed(),
                           author == nullptr ? QString() : QString::fromUtf8(author->name), git_commit_time(found)});
    }
    return commits;
}

HistoryResult<std::vector<HistoryChange>> HistoryRepository::changes(const QString& id) const {
    const Commit commit = commitOf(repository_.get(), id);
    if (!commit)
        return failure(HistoryErrc::read);
    const Diff diff = diffOf(repository_.get(), commit);
    if (!diff)
        return failure(HistoryErrc::read);
    std::vector<HistoryChange> all;
    for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
        const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
        HistoryChange change{QString::fromUtf8(delta->new_file.path), {}, {}};
        if (delta->status != GIT_DELTA_ADDED)
            change.before = blobText(repository_.get(), delta->old_file.id);
        if (delta->status != GIT_DELTA_DELETED)
            change.after = blobText(repository_.get(), delta->new_file.id);
        all.push_back(std::move(change));
    }
    return all;
}

HistoryResult<std::vector<HistoryFile>> HistoryRepository::files() const {
    std::vector<HistoryFile> files;
    const Tree tree = treeOf(commitOf(repository_.get(), {}));
    if (!tree)
        return files;
    struct Walk {
        git_repository* repository;
        std::vector<HistoryFile>& files;
    } walk{repository_.get(), files};
    const auto visit = [](const char* root, const git_tree_entry* entry, void* payload) {
        auto& into = *static_cast<Walk*>(payload);
        if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB)
            into.files.push_back({QString::fromUtf8(root) + QString::fromUtf8(git_tree_entry_name(entry)),
                                  blobText(into.repository, *git_tree_entry_id(entry))});
        return 0;
    };
    if (git_tree_walk(tree.get(), GIT_TREEWALK_PRE, visit, &walk) != 0)
        return failure(HistoryErrc::read);
    return files;
}

std::optional<QString> HistoryRepository::content(const QString& id, const QString& path) const {
    const Tree tree = treeOf(commitOf(repository_.get(), id));
    git_tree_entry* found = nullptr;
    if (!tree || git_tree_entry_bypath(&found, tree.get(), path.toUtf8().constData()) != 0)
        return std::nullopt;
    const Owned<git_tree_entry, git_tree_entry_free> entry(found);
    return blobText(repository_.get(), *git_tree_entry_id(found));
}

} // namespace slipway::ui
