#include "ui/history/history_repository.h"

#include "ui/history/git_handles.h"

#include <QDir>
#include <QFile>

namespace slipway::ui {

using namespace git;

namespace {

Diff diffOf(git_repository* repository, const Commit& commit, const QString& path = {}) {
    return treeDiff(repository, treeOf(parentOf(commit)), treeOf(commit), path);
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
    if (!QFile::exists(folder)) {
        QDir().mkpath(folder);
        QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
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
    return changesOf(repository_.get(), diff);
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
