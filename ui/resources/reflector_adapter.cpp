#include "ui/resources/reflector_adapter.h"

#include "ui/resources/list_tap.h"
#include "ui/resources/table_transport.h"
#include "ui/session/background.h"

#include <QHash>
#include <QSet>
#include <algorithm>
#include <iterator>
#include <mutex>
#include <optional>

namespace slipway::ui {

/// Owns the reflector and what it told that the GUI thread has not fetched yet.
class ReflectorAdapter::Collector final : public client::ReflectorSink {
public:
    struct Pending {
        bool listed = false;
        QHash<QString, RowPtr> rows; // null: gone
        std::optional<std::pair<client::Freshness, QString>> freshness;
    };

    Collector(ReflectorAdapter* owner, const KindView& kind) : owner_(owner), kind_(kind) {}

    /// A page of a list, long before the last one.
    void page(const api::JsonArray& objects, bool first) {
        std::vector<RowPtr> rows;
        rows.reserve(objects.size());
        if (first)
            listed_.clear();
        for (const api::Json& object : objects) {
            rows.push_back(std::make_shared<Row>(readRow(kind_, object)));
            shareTexts(*rows.back());
            listed_.insert(rows.back()->uid);
            known_.insert(rows.back()->uid);
        }
        std::lock_guard lock(mutex_);
        for (RowPtr& row : rows)
            pending_.rows.insert(row->uid, std::move(row));
        wake();
    }

    /// The end of a list, whose objects have come by pages.
    void replace(std::vector<std::shared_ptr<const api::Json>>) override {
        std::vector<QString> gone;
        for (const QString& uid : std::as_const(known_))
            if (!listed_.contains(uid))
                gone.push_back(uid);
        known_ = std::exchange(listed_, {});
        std::lock_guard lock(mutex_);
        for (const QString& uid : gone)
            pending_.rows.insert(uid, nullptr);
        pending_.listed = true;
        wake();
    }

    void apply(std::vector<client::Change> changes) override {
        std::vector<std::pair<RowPtr, bool>> rows;
        for (const client::Change& change : changes) {
            rows.emplace_back(std::make_shared<Row>(readRow(kind_, *change.object)),
                              change.kind == client::ChangeKind::deleted);
            shareTexts(*rows.back().first);
        }
        std::lock_guard lock(mutex_);
        for (auto& [row, gone] : rows) {
            if (gone)
                known_.remove(row->uid);
            else
                known_.insert(row->uid);
            pending_.rows.insert(row->uid, gone ? nullptr : row);
        }
        wake();
    }

    void freshness(client::Freshness state, const std::string& message) override {
        std::lock_guard lock(mutex_);
        pending_.freshness = std::pair(state, QString::fromStdString(message));
        wake();
    }

    Pending take() {
        std::lock_guard lock(mutex_);
        awake_ = false;
        return std::exchange(pending_, {});
    }

    bool hasMore() {
        std::lock_guard lock(mutex_);
        return awake_;
    }

    /// The owner goes away: nothing is told to it any more.
    void abandon() {
        std::lock_guard lock(mutex_);
        owner_ = nullptr;
    }

    std::unique_ptr<client::Reflector> reflector_;

private:
    void wake() {
        if (awake_ || owner_ == nullptr)
            return;
        awake_ = true;
        QMetaObject::invokeMethod(owner_, [owner = owner_] { owner->wake(); }, Qt::QueuedConnection);
    }

    /// Most rows say the same in most of their cells: those texts are kept once.
    void shareTexts(Row& row) {
        share(row.ns);
        for (Cell& cell : row.cells) {
            share(cell.text);
            share(cell.tip);
        }
        for (Brick& brick : row.bricks) {
            share(brick.name);
            share(brick.state);
        }
        for (QString& container : row.containers)
            share(container);
    }

    void share(QString& text) {
        if (const auto known = texts_.constFind(text); known != texts_.constEnd())
            text = *known;
        else if (texts_.size() < most && !text.isEmpty())
            texts_.insert(text);
    }

    static constexpr qsizetype most = 8192; ///< different texts that are remembered

    std::mutex mutex_;
    ReflectorAdapter* owner_;
    const KindView& kind_;
    QSet<QString> known_, listed_, texts_; ///< of the reflector's thread; listed_: so far in the present list
    Pending pending_;
    bool awake_ = false;
};

ReflectorAdapter::ReflectorAdapter(SessionPtr session, const KindView& kind, QString ns, client::ListOptions selectors,
                                   QObject* parent)
    : QObject(parent), collector_(std::make_shared<Collector>(this, kind)) {
    const auto source = kind.read != nullptr
                            ? session->client
                            : std::make_shared<const client::Client>(std::make_shared<TableTransport>(session->client));
    auto tap = std::make_shared<ListTap>(
        source, [to = collector_.get()](const api::JsonArray& objects, bool first) { to->page(objects, first); });
    collector_->reflector_ =
        std::make_unique<client::Reflector>(std::make_shared<const client::Client>(std::move(tap)), kind.resource,
                                            ns.toStdString(), std::move(selectors), *collector_);
    coalesce_.setSingleShot(true);
    coalesce_.setInterval(50);
    connect(&coalesce_, &QTimer::timeout, this, &ReflectorAdapter::deliver);
}

ReflectorAdapter::~ReflectorAdapter() {
    collector_->abandon();
    // Ending the watch joins its thread, which may be waiting for the network: not on this thread.
    requestPool().start([collector = std::move(collector_)] { collector->reflector_.reset(); });
}

/// While a long list is being told, news wait.
void ReflectorAdapter::wake() {
    if (delivered_ >= backlog_.rows.size())
        coalesce_.start();
}

void ReflectorAdapter::start() {
    collector_->reflector_->start();
}
void ReflectorAdapter::reconnect() {
    collector_->reflector_->reconnect();
}

void ReflectorAdapter::deliver() {
    if (delivered_ >= backlog_.rows.size()) { // all was told: what has come since?
        auto pending = collector_->take();
        backlog_ = {};
        delivered_ = 0;
        backlog_.listed = pending.listed;
        backlog_.rows.reserve(static_cast<std::size_t>(pending.rows.size()));
        for (auto it = pending.rows.begin(); it != pending.rows.end(); ++it) {
            if (it.value() != nullptr)
                backlog_.rows.push_back(std::move(it.value()));
            else
                backlog_.gone.push_back(it.key());
        }
        if (pending.freshness) {
            freshness_ = pending.freshness->first;
            freshnessMessage_ = pending.freshness->second;
            freshnessNews_ = true;
        }
    }
    RowBatch batch;
    constexpr std::size_t most = std::min<std::size_t>(mostRows, 600); // what is sorted in within a frame
    const std::size_t end = std::min(delivered_ + most, backlog_.rows.size());
    const bool last = end == backlog_.rows.size();
    batch.rows.assign(std::make_move_iterator(backlog_.rows.begin() + static_cast<std::ptrdiff_t>(delivered_)),
                      std::make_move_iterator(backlog_.rows.begin() + static_cast<std::ptrdiff_t>(end)));
    batch.gone = std::exchange(backlog_.gone, {});
    batch.listed = last && std::exchange(backlog_.listed, false);
    delivered_ = end;
    if (!last)
        QTimer::singleShot(1, this, &ReflectorAdapter::deliver); // let the window breathe
    else if (collector_->hasMore())
        coalesce_.start();
    if (batch.listed || !batch.rows.empty() || !batch.gone.empty())
        emit batchReady(batch);
    if (last && std::exchange(freshnessNews_, false))
        emit freshnessChanged(freshness_, freshnessMessage_);
}

} // namespace slipway::ui
