#include "ui/history/remote_sync.h"

#include "ui/history/change_journal.h"

#include <QDateTime>
#include <QSettings>

namespace slipway::ui {

RemoteSync::RemoteSync(SessionPtr session, QObject* parent) : QObject(parent), session_(std::move(session)) {
    constexpr int minute = 60'000;
    timer_.setInterval(minute);
    connect(&timer_, &QTimer::timeout, this, &RemoteSync::look);
    if (!session_->journal)
        return;
    watching_ = QSettings().value(settingKey(), false).toBool();
    if (watching_)
        timer_.start();
    exchange([](HistoryRepository&) { return HistoryResult<void>(); }, false); // what is known without the network
    connect(session_->journal.get(), &ChangeJournal::recorded, this,
            [this] { exchange([](HistoryRepository&) { return HistoryResult<void>(); }, false); });
}

QString RemoteSync::settingKey() const {
    return QStringLiteral("watchBranch/") + QString(session_->name).replace(QLatin1Char('/'), QLatin1Char('_'));
}

/// Does @p work with the repository, then reads how both stand to each other.
template <class Work> void RemoteSync::exchange(Work work, bool network) {
    if (!session_->journal || (network && state_ == State::busy))
        return;
    if (network) {
        state_ = State::busy;
        emit changed();
    }
    auto all = [work = std::move(work)](HistoryRepository& repository) -> HistoryResult<Known> {
        if (auto done = work(repository); !done)
            return std::unexpected(done.error());
        return repository.divergence().transform(
            [&repository](const Divergence& apart) { return Known{repository.remote(), apart}; });
    };
    session_->journal->ask(
        this, std::move(all),
        [this, network, turn = ++begun_](const HistoryResult<Known>& known) {
            if (network && known)
                lastFetch_ = QDateTime::currentSecsSinceEpoch();
            if (turn < settled_ || (!network && state_ == State::busy))
                return; // older than what is known already
            settled_ = turn;
            settle(known);
        },
        !network);
}

void RemoteSync::settle(const HistoryResult<Known>& known) {
    if (known) {
        branch_ = known->branch;
        apart_ = known->apart;
    }
    error_ = known ? QString() : known.error().message;
    state_ = !known ? State::failed : branch_.url.isEmpty() ? State::none : State::known;
    emit changed();
}

void RemoteSync::setBranch(const RemoteBranch& branch) {
    const bool forgotten = branch.url.isEmpty();
    exchange(
        [branch, forgotten](HistoryRepository& repository) -> HistoryResult<void> {
            auto done = repository.setRemote(branch.url, branch.branch);
            return done && !forgotten ? repository.fetch() : done;
        },
        true);
}

void RemoteSync::setWatching(bool on) {
    watching_ = on;
    QSettings().setValue(settingKey(), on);
    if (on)
        timer_.start();
    else
        timer_.stop();
    if (on)
        look();
    emit changed();
}

void RemoteSync::fetch() {
    exchange([](HistoryRepository& repository) { return repository.fetch(); }, true);
}

void RemoteSync::push() {
    exchange(
        [](HistoryRepository& repository) -> HistoryResult<void> {
            auto done = repository.push();
            return done ? repository.fetch() : done;
        },
        true);
}

/// The watch: nothing is told while there is nothing new.
void RemoteSync::look() {
    if (!branch_.url.isEmpty() && state_ != State::busy)
        pullNow(true);
}

void RemoteSync::pullNow(bool watched) {
    if (!session_->journal || state_ == State::busy)
        return;
    state_ = State::busy;
    emit changed();
    session_->journal->ask(
        this, [](HistoryRepository& repository) { return repository.fetch(); },
        [this, watched](const HistoryResult<void>& fetched) {
            if (!fetched)
                return settle(std::unexpected(fetched.error()));
            lastFetch_ = QDateTime::currentSecsSinceEpoch();
            using Changes = std::vector<HistoryChange>;
            auto merge = [](HistoryRepository& repository) -> HistoryResult<std::pair<Changes, Known>> {
                auto changes = repository.merge();
                if (!changes)
                    return std::unexpected(changes.error());
                return repository.divergence().transform([&](const Divergence& apart) {
                    return std::pair(std::move(*changes), Known{repository.remote(), apart});
                });
            };
            session_->journal->ask(this, std::move(merge),
                                   [this, watched](const HistoryResult<std::pair<Changes, Known>>& merged) {
                                       if (!merged)
                                           return settle(std::unexpected(merged.error()));
                                       settle(merged->second);
                                       if (!merged->first.empty())
                                           emit pulled(merged->first, watched);
                                   });
        },
        false);
}

} // namespace slipway::ui
