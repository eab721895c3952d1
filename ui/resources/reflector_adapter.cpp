#include "ui/resources/reflector_adapter.h"

#include "ui/resources/table_transport.h"
#include "ui/session/background.h"

#include <QHash>
#include <mutex>
#include <optional>

namespace slipway::ui {

/// Owns the reflector and what it told that the GUI thread has not fetched yet.
class ReflectorAdapter::Collector final : public client::ReflectorSink {
public:
    struct Pending {
        bool complete = false;
        QHash<QString, std::optional<Row>> rows; // no value: gone
        std::optional<std::pair<client::Freshness, QString>> freshness;
    };

    Collector(ReflectorAdapter* owner, const KindView& kind) : owner_(owner), kind_(kind) {}

    void replace(std::vector<std::shared_ptr<const api::Json>> objects) override {
        QHash<QString, std::optional<Row>> rows;
        rows.reserve(static_cast<qsizetype>(objects.size()));
        for (const auto& object : objects) {
            Row row = readRow(kind_, *object);
            const QString uid = row.uid;
            rows.insert(uid, std::move(row));
        }
        std::lock_guard lock(mutex_);
        pending_.complete = true;
        pending_.rows = std::move(rows);
        wake();
    }

    void apply(std::vector<client::Change> changes) override {
        std::vector<std::pair<Row, bool>> rows;
        for (const client::Change& change : changes)
            rows.emplace_back(readRow(kind_, *change.object), change.kind == client::ChangeKind::deleted);
        std::lock_guard lock(mutex_);
        for (auto& [row, gone] : rows) {
            const QString uid = row.uid;
            pending_.rows.insert(uid, gone ? std::nullopt : std::optional(std::move(row)));
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
        QMetaObject::invokeMethod(owner_, [owner = owner_] { owner->coalesce_.start(); }, Qt::QueuedConnection);
    }

    std::mutex mutex_;
    ReflectorAdapter* owner_;
    const KindView& kind_;
    Pending pending_;
    bool awake_ = false;
};

ReflectorAdapter::ReflectorAdapter(SessionPtr session, const KindView& kind, QString ns, client::ListOptions selectors,
                                   QObject* parent)
    : QObject(parent), scope_(ns), collector_(std::make_shared<Collector>(this, kind)) {
    const auto source = kind.read != nullptr
                            ? session->client
                            : std::make_shared<const client::Client>(std::make_shared<TableTransport>(session->client));
    collector_->reflector_ =
        std::make_unique<client::Reflector>(source, kind.resource, ns.toStdString(), std::move(selectors), *collector_);
    coalesce_.setSingleShot(true);
    coalesce_.setInterval(50);
    connect(&coalesce_, &QTimer::timeout, this, &ReflectorAdapter::deliver);
}

ReflectorAdapter::~ReflectorAdapter() {
    collector_->abandon();
    // Ending the watch joins its thread, which may be waiting for the network: not on this thread.
    requestPool().start([collector = std::move(collector_)] { collector->reflector_.reset(); });
}

void ReflectorAdapter::start() {
    collector_->reflector_->start();
}
void ReflectorAdapter::reconnect() {
    collector_->reflector_->reconnect();
}

void ReflectorAdapter::deliver() {
    auto pending = collector_->take();
    RowBatch batch;
    batch.complete = pending.complete;
    batch.scope = scope_;
    for (auto it = pending.rows.begin(); it != pending.rows.end(); ++it) {
        if (it.value())
            batch.rows.push_back(std::move(*it.value()));
        else
            batch.gone.push_back(it.key());
    }
    if (batch.complete || !batch.rows.empty() || !batch.gone.empty())
        emit batchReady(batch);
    if (pending.freshness) {
        freshness_ = pending.freshness->first;
        emit freshnessChanged(freshness_, pending.freshness->second);
    }
}

} // namespace slipway::ui
