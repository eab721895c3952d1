#pragma once

#include <QString>
#include <QStringList>
#include <expected>
#include <memory>
#include <optional>
#include <vector>

struct git_repository;

namespace slipway::ui {

enum class HistoryErrc { open, read, write, network, conflict };

struct HistoryError {
    HistoryErrc code;
    QString message; ///< libgit2's words
};
template <class T> using HistoryResult = std::expected<T, HistoryError>;

/// A file as it is to be, or (without content) to go.
struct HistoryFile {
    QString path;
    std::optional<QString> content;
};

struct HistoryCommit {
    QString id, subject, author;
    qint64 time = 0; ///< seconds since the epoch
};

/// What one commit did to one file; no value: the file was not there.
struct HistoryChange {
    QString path;
    std::optional<QString> before, after;
};

/// A branch of a repository elsewhere; without a url there is none.
struct RemoteBranch {
    QString url, branch;
};

/// Commits that only one of the two has.
struct Divergence {
    std::size_t here = 0, there = 0;
};

/// The Git repository that keeps what was applied to one cluster: a file per object. Any thread, one at a time.
class HistoryRepository {
public:
    /// Opens the repository in @p folder and makes it when it is not there.
    static HistoryResult<HistoryRepository> open(const QString& folder);

    /// Writes files and commits them to the current branch. @return the commit's id; empty when nothing differs.
    HistoryResult<QString> record(const std::vector<HistoryFile>& files, const QString& message);
    /// The newest commits first; with @p path only those that touched it.
    HistoryResult<std::vector<HistoryCommit>> log(int limit, const QString& path = {}) const;
    HistoryResult<std::vector<HistoryChange>> changes(const QString& commit) const;
    /// Every file of the newest commit with its content.
    HistoryResult<std::vector<HistoryFile>> files() const;
    /// A file as it was in a commit, or nothing.
    std::optional<QString> content(const QString& commit, const QString& path) const;

    // history_remote.cpp: the repository elsewhere that this one is kept together with.
    /// Names it; an empty @p url forgets it. @p url is anything Git takes.
    HistoryResult<void> setRemote(const QString& url, const QString& branch);
    RemoteBranch remote() const;
    /// Asks it what it has. Blocks on the network.
    HistoryResult<void> fetch();
    /// How far both have gone since they were the same, by the last fetch.
    HistoryResult<Divergence> divergence() const;
    /// Takes over what the last fetch brought: forward, or with a merge where both have gone on.
    /// @return what became different here. Error conflict: both changed the same, nothing is done.
    HistoryResult<std::vector<HistoryChange>> merge();
    /// Sends what is here. Blocks on the network. Error conflict: it has something that is not here.
    HistoryResult<void> push();

private:
    struct Close {
        void operator()(git_repository* repository) const;
    };
    std::unique_ptr<git_repository, Close> repository_;
};

} // namespace slipway::ui
