#pragma once

#include "ui/history/history_repository.h"
#include "ui/session/session.h"

#include <QObject>
#include <QTimer>

namespace slipway::ui {

/// Keeps the history of a cluster together with a branch elsewhere: fetches, pulls, pushes, and, when it watches,
/// pulls by itself what is new there, so that it can be deployed. Works while no page shows it. GUI thread.
class RemoteSync : public QObject {
    Q_OBJECT
public:
    enum class State { none, busy, known, failed };

    explicit RemoteSync(SessionPtr session, QObject* parent = nullptr);

    const RemoteBranch& branch() const { return branch_; }
    const Divergence& divergence() const { return apart_; }
    State state() const { return state_; }
    const QString& error() const { return error_; }
    bool isWatching() const { return watching_; }
    qint64 lastFetch() const { return lastFetch_; } ///< seconds since the epoch; 0: never

    /// Names the branch and fetches it; an empty url forgets it.
    void setBranch(const RemoteBranch& branch);
    /// Pulls and deploys by itself what appears on the branch. Remembered for the cluster.
    void setWatching(bool on);
    /// How long a watch waits between two looks, in milliseconds.
    void setPeriod(int milliseconds) { timer_.setInterval(milliseconds); }
    void fetch();
    void pull() { pullNow(false); }
    void push();

signals:
    void changed();
    /// What a pull made different here. @p watched: the watch found it, nobody asked.
    void pulled(const std::vector<slipway::ui::HistoryChange>& changes, bool watched);

private:
    struct Known {
        RemoteBranch branch;
        Divergence apart;
    };
    template <class Work> void exchange(Work work, bool network);
    void settle(const HistoryResult<Known>& known);
    void pullNow(bool watched);
    void look();
    QString settingKey() const;

    SessionPtr session_;
    RemoteBranch branch_;
    Divergence apart_;
    State state_ = State::none;
    unsigned begun_ = 0, settled_ = 0; ///< exchanges, counted: an older one may be answered later
    QString error_;
    bool watching_ = false;
    qint64 lastFetch_ = 0;
    QTimer timer_;
};

} // namespace slipway::ui
