#pragma once

#include "cluster/client/reflector.h"
#include "ui/resources/kind_catalog.h"
#include "ui/session/session.h"

#include <QObject>
#include <QTimer>
#include <memory>
#include <vector>

namespace slipway::ui {

/// Changes of one kind's rows that arrived together.
struct RowBatch {
    bool complete = false;     ///< rows are everything there is; what is not among them is gone
    QString scope;             ///< the namespace that was watched; empty: all
    std::vector<Row> rows;     ///< added or changed, at most once each
    std::vector<QString> gone; ///< uids
};

/// Watches one kind and hands its changes to the GUI thread: rows are made on the reflector's thread, collected, and
/// delivered at most every 50 ms. Lives on the GUI thread; after destruction nothing is delivered.
class ReflectorAdapter : public QObject {
    Q_OBJECT
public:
    /// @p ns empty: all namespaces. @p selectors narrow what is watched.
    ReflectorAdapter(SessionPtr session, const KindView& kind, QString ns, client::ListOptions selectors = {},
                     QObject* parent = nullptr);
    ~ReflectorAdapter() override;

    void start();
    /// Breaks the connection and lists anew at once.
    void reconnect();
    client::Freshness freshness() const { return freshness_; }

signals:
    void batchReady(const slipway::ui::RowBatch& batch);
    void freshnessChanged(slipway::client::Freshness state, const QString& message);

private:
    class Collector;
    void deliver();

    QString scope_;
    std::shared_ptr<Collector> collector_;
    QTimer coalesce_;
    client::Freshness freshness_ = client::Freshness::starting;
};

} // namespace slipway::ui
