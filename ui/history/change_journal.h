#pragma once

#include "cluster/client/transport.h"
#include "ui/history/history_repository.h"
#include "ui/session/background.h"

#include <QObject>
#include <QSet>
#include <QTimer>
#include <map>
#include <mutex>

namespace slipway::ui {

/// The object a request is about, from its path.
struct RequestedObject {
    QString group, version, resource, ns, name, subresource;
    /// Where it is kept in the repository: "default/deployments.apps/web.yaml".
    QString path() const;
};
/// Pure; nothing for paths that are not of one resource. @p target may have a query.
std::optional<RequestedObject> requestedObject(std::string_view target);

/// Keeps what the window writes to one cluster as Git commits: writes that follow each other closely become one. The
/// state an object had before its first change is committed too, so that every change can be undone. Secrets are not
/// kept. before() and after() are called by request threads, the rest by the GUI thread.
class ChangeJournal : public QObject {
    Q_OBJECT
public:
    /// @p reader fetches objects whose new state is not in the answer (scale). May be called by any thread.
    static std::shared_ptr<ChangeJournal> make(QString folder, std::shared_ptr<client::Transport> reader);
    /// The folder for a cluster of that name: one of the program's own, or the one somebody has chosen for it.
    static QString folderOf(const QString& cluster);
    /// Chooses a repository that is there already, from the next time the cluster is opened; empty: the program's own.
    static void chooseFolder(const QString& cluster, const QString& folder);

    const QString& folder() const { return folder_; }
    void before(const client::Request& request);
    void after(const client::Request& request, const client::Response& response);

    /// Asks the repository on a request thread; @p work gets a HistoryRepository&, @p done the HistoryResult of it.
    /// One at a time, unless @p alone is false: for what only waits for the network, so that commits need not wait too.
    template <class Work, class Done> void ask(QObject* context, Work work, Done done, bool alone = true) const {
        using R = std::invoke_result_t<Work, HistoryRepository&>;
        inBackground(
            context,
            [folder = folder_, work = std::move(work), alone]() mutable -> R {
                std::unique_lock one(repositories());
                auto repository =
                    HistoryRepository::open(folder); // makes it the first time, which two must not do at once
                if (!repository)
                    return std::unexpected(repository.error());
                if (!alone)
                    one.unlock();
                return work(*repository);
            },
            std::move(done));
    }

signals:
    /// Something has been committed.
    void recorded();
    void failed(const QString& message);

private:
    ChangeJournal(QString folder, std::shared_ptr<client::Transport> reader);
    struct Change {
        std::optional<QString> before; ///< known only at the first change
        std::optional<QString> now;
        QString title;     ///< "Deployment web"
        std::string fetch; ///< path to read the new state from
        QString verb;
    };
    using Changes = std::map<QString, Change>; ///< by path in the repository
    static std::mutex& repositories();
    void commit();
    /// Changes whose new state could not be read just now: they wait for the connection to come back.
    void keepForLater(Changes unread);

    QString folder_;
    std::shared_ptr<client::Transport> reader_;
    std::mutex mutex_;
    QSet<QString> seen_;
    Changes pending_;
    QTimer pause_{this};
};

} // namespace slipway::ui
