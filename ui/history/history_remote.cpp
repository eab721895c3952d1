// The repository elsewhere: fetch, merge, push. Credentials are asked for where Git's own program would: the SSH agent,
// and Git's credential helpers.
#include "ui/history/git_handles.h"

#include <QProcess>

namespace slipway::ui {

using namespace git;

namespace {

constexpr const char* remoteName = "origin";
constexpr const char* branchKey = "slipway.branch";

/// What one exchange with a remote has to remember.
struct Exchange {
    int asked = 0;    ///< for credentials
    QString rejected; ///< why the other side did not take a branch
};

/// Asks Git's credential helpers, which know what to ask the user.
bool askHelpers(const QString& url, QByteArray& user, QByteArray& password) {
    QProcess git;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("GIT_TERMINAL_PROMPT"), QStringLiteral("0")); // there may be no terminal
    git.setProcessEnvironment(environment);
    git.start(QStringLiteral("git"), {QStringLiteral("credential"), QStringLiteral("fill")});
    constexpr int patience = 60'000;
    if (!git.waitForStarted())
        return false;
    git.write("url=" + url.toUtf8() + "\n\n");
    git.closeWriteChannel();
    if (!git.waitForFinished(patience) || git.exitCode() != 0)
        return false;
    for (const QByteArray& line : git.readAllStandardOutput().split('\n')) {
        if (line.startsWith("username="))
            user = line.mid(9);
        else if (line.startsWith("password="))
            password = line.mid(9);
    }
    return !password.isEmpty();
}

int giveCredentials(git_credential** out, const char* url, const char* user, unsigned int allowed, void* payload) {
    constexpr int most = 2; // what was refused is not given for ever
    if (static_cast<Exchange*>(payload)->asked++ >= most)
        return GIT_EAUTH;
    const char* name = user == nullptr ? "git" : user;
    if ((allowed & GIT_CREDENTIAL_USERNAME) != 0)
        return git_credential_username_new(out, name);
    if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0)
        return git_credential_ssh_key_from_agent(out, name);
    QByteArray known, password;
    if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) != 0 && askHelpers(QString::fromUtf8(url), known, password))
        return git_credential_userpass_plaintext_new(out, known.constData(), password.constData());
    return GIT_EAUTH;
}

int noteRejection(const char* branch, const char* why, void* payload) {
    if (why != nullptr)
        static_cast<Exchange*>(payload)->rejected =
            QString::fromUtf8(branch) + QStringLiteral(": ") + QString::fromUtf8(why);
    return 0;
}

Remote remoteOf(git_repository* repository) {
    git_remote* found = nullptr;
    git_remote_lookup(&found, repository, remoteName);
    return Remote(found);
}

QByteArray trackedName(const QString& branch) {
    return "refs/remotes/" + QByteArray(remoteName) + '/' + branch.toUtf8();
}

std::optional<git_oid> trackedCommit(git_repository* repository, const QString& branch) {
    git_oid id;
    if (git_reference_name_to_id(&id, repository, trackedName(branch).constData()) != 0)
        return std::nullopt;
    return id;
}

HistoryError plain(HistoryErrc code, const QString& words) {
    return {code, words};
}

/// Brings the folder and the index to a tree; what somebody edited there by hand is not overwritten.
bool checkOut(git_repository* repository, const Tree& tree) {
    git_checkout_options options = GIT_CHECKOUT_OPTIONS_INIT;
    options.checkout_strategy = GIT_CHECKOUT_SAFE | GIT_CHECKOUT_RECREATE_MISSING;
    return git_checkout_tree(repository, reinterpret_cast<const git_object*>(tree.get()), &options) == 0;
}

/// The branch HEAD names moves to a commit, also when it has none yet.
bool moveHead(git_repository* repository, const git_oid& to) {
    git_reference* head = nullptr;
    if (git_reference_lookup(&head, repository, "HEAD") != 0)
        return false;
    const Reference owned(head);
    const char* target = git_reference_symbolic_target(head);
    git_reference* moved = nullptr;
    const bool done = target != nullptr && git_reference_create(&moved, repository, target, &to, 1, "pull") == 0;
    const Reference kept(moved);
    return done;
}

QStringList conflictsIn(git_index* index) {
    QStringList paths;
    git_index_conflict_iterator* it = nullptr;
    if (git_index_conflict_iterator_new(&it, index) != 0)
        return paths;
    const Owned<git_index_conflict_iterator, git_index_conflict_iterator_free> owned(it);
    const git_index_entry *base = nullptr, *ours = nullptr, *theirs = nullptr;
    while (git_index_conflict_next(&base, &ours, &theirs, it) == 0)
        for (const git_index_entry* entry : {ours, theirs, base})
            if (entry != nullptr && !paths.contains(QString::fromUtf8(entry->path)))
                paths << QString::fromUtf8(entry->path);
    return paths;
}

/// The merge of two commits as a commit of its own; nothing is written when they conflict.
HistoryResult<git_oid> mergeCommit(git_repository* repository, const Commit& ours, const Commit& theirs) {
    git_index* merged = nullptr;
    if (git_merge_commits(&merged, repository, ours.get(), theirs.get(), nullptr) != 0)
        return failure(HistoryErrc::write);
    const Index index(merged);
    if (git_index_has_conflicts(merged) != 0)
        return std::unexpected(plain(HistoryErrc::conflict, conflictsIn(merged).join(QStringLiteral(", "))));
    git_oid treeId, id;
    git_tree* found = nullptr;
    if (git_index_write_tree_to(&treeId, merged, repository) != 0 || git_tree_lookup(&found, repository, &treeId) != 0)
        return failure(HistoryErrc::write);
    const Tree tree(found);
    const Signature who = signature(repository);
    const git_commit* parents[] = {ours.get(), theirs.get()};
    if (!checkOut(repository, tree) || git_commit_create(&id, repository, nullptr, who.get(), who.get(), "UTF-8",
                                                         "Merge", tree.get(), 2, parents) != 0)
        return failure(HistoryErrc::write);
    return id;
}

} // namespace

HistoryResult<void> HistoryRepository::setRemote(const QString& url, const QString& branch) {
    git_repository* repository = repository_.get();
    git_config* opened = nullptr;
    if (git_repository_config(&opened, repository) != 0)
        return failure(HistoryErrc::write);
    const Owned<git_config, git_config_free> config(opened);
    if (git_config_set_string(opened, branchKey, branch.toUtf8().constData()) != 0)
        return failure(HistoryErrc::write);
    const Remote present = remoteOf(repository);
    if (url.isEmpty()) {
        if (present && git_remote_delete(repository, remoteName) != 0)
            return failure(HistoryErrc::write);
        return {};
    }
    git_remote* made = nullptr;
    const QByteArray bytes = url.toUtf8();
    const int done = present ? git_remote_set_url(repository, remoteName, bytes.constData())
                             : git_remote_create(&made, repository, remoteName, bytes.constData());
    const Remote owned(made);
    if (done != 0)
        return failure(HistoryErrc::write);
    return {};
}

RemoteBranch HistoryRepository::remote() const {
    RemoteBranch branch;
    if (const Remote remote = remoteOf(repository_.get()))
        branch.url = QString::fromUtf8(git_remote_url(remote.get()));
    git_config* opened = nullptr;
    git_buf text = GIT_BUF_INIT;
    if (git_repository_config(&opened, repository_.get()) == 0) {
        const Owned<git_config, git_config_free> config(opened);
        if (git_config_get_string_buf(&text, opened, branchKey) == 0)
            branch.branch = QString::fromUtf8(text.ptr);
        git_buf_dispose(&text);
    }
    if (branch.branch.isEmpty())
        branch.branch = QStringLiteral("main");
    return branch;
}

HistoryResult<void> HistoryRepository::fetch() {
    const Remote remote = remoteOf(repository_.get());
    if (!remote)
        return failure(HistoryErrc::network);
    Exchange exchange;
    git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
    options.callbacks.payload = &exchange;
    options.callbacks.credentials = giveCredentials;
    options.prune = GIT_FETCH_PRUNE;
    if (git_remote_fetch(remote.get(), nullptr, &options, "fetch") != 0)
        return failure(HistoryErrc::network);
    return {};
}

HistoryResult<Divergence> HistoryRepository::divergence() const {
    Divergence apart;
    const auto there = trackedCommit(repository_.get(), remote().branch);
    const Commit head = commitOf(repository_.get(), {});
    if (head && there) {
        if (git_graph_ahead_behind(&apart.here, &apart.there, repository_.get(), git_commit_id(head.get()), &*there) !=
            0)
            return failure(HistoryErrc::read);
        return apart;
    }
    if (!head && !there)
        return apart;
    git_revwalk* made = nullptr;
    if (git_revwalk_new(&made, repository_.get()) != 0)
        return failure(HistoryErrc::read);
    const Walk walk(made);
    git_revwalk_push(made, head ? git_commit_id(head.get()) : &*there);
    git_oid id;
    for (std::size_t& count = head ? apart.here : apart.there; git_revwalk_next(&id, made) == 0;)
        ++count;
    return apart;
}

HistoryResult<std::vector<HistoryChange>> HistoryRepository::merge() {
    git_repository* repository = repository_.get();
    const auto there = trackedCommit(repository, remote().branch);
    const auto apart = divergence();
    if (!apart)
        return std::unexpected(apart.error());
    if (!there || apart->there == 0)
        return std::vector<HistoryChange>();
    const Commit ours = commitOf(repository, {}), theirs = commitOf(repository, idText(*there));
    git_oid to = *there;
    if (ours && apart->here > 0) {
        const auto merged = mergeCommit(repository, ours, theirs);
        if (!merged)
            return std::unexpected(merged.error());
        to = *merged;
    } else if (!checkOut(repository, treeOf(theirs))) {
        return failure(HistoryErrc::conflict);
    }
    if (!moveHead(repository, to))
        return failure(HistoryErrc::write);
    return changesOf(repository, treeDiff(repository, treeOf(ours), treeOf(commitOf(repository, {}))));
}

HistoryResult<void> HistoryRepository::push() {
    const Remote remote = remoteOf(repository_.get());
    git_reference* head = nullptr;
    if (!remote || git_repository_head(&head, repository_.get()) != 0)
        return failure(HistoryErrc::network);
    const Reference owned(head);
    const QByteArray branch = this->remote().branch.toUtf8();
    QByteArray refspec = QByteArray(git_reference_name(head)) + ":refs/heads/" + branch;
    char* specs[] = {refspec.data()};
    const git_strarray all{specs, 1};
    Exchange exchange;
    git_push_options options = GIT_PUSH_OPTIONS_INIT;
    options.callbacks.payload = &exchange;
    options.callbacks.credentials = giveCredentials;
    options.callbacks.push_update_reference = noteRejection;
    const int done = git_remote_push(remote.get(), &all, &options);
    if (done == GIT_ENONFASTFORWARD)
        return failure(HistoryErrc::conflict);
    if (done != 0)
        return failure(HistoryErrc::network);
    if (!exchange.rejected.isEmpty())
        return std::unexpected(plain(HistoryErrc::conflict, exchange.rejected));
    return {};
}

} // namespace slipway::ui
