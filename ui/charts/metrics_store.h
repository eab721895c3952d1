#pragma once

#include "ui/session/session.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QTimer>
#include <deque>
#include <optional>
#include <vector>

namespace slipway::ui {

/// What something used at one moment.
struct UsageSample {
    qint64 time = 0; ///< milliseconds since the epoch
    double cpu = 0;  ///< cores
    double memory = 0;
};

/// One measured thing and its newest sample.
struct Measured {
    QString key;
    UsageSample sample;
};
/// Reads metrics.k8s.io/v1beta1 lists of nodes and pods. Pure; any thread.
std::vector<Measured> measuredNodes(const api::Json& list, qint64 now);
std::vector<Measured> measuredPods(const api::Json& list, qint64 now);

struct PrometheusPlace;

/// What nodes, pods and containers use, asked from metrics.k8s.io while somebody looks, with a bounded past. Where the
/// cluster has a Prometheus, the past before somebody looked comes from there, and the present too when nobody answers
/// for metrics.k8s.io. GUI thread.
class MetricsStore : public QObject {
    Q_OBJECT
public:
    explicit MetricsStore(SessionPtr session, QObject* parent = nullptr);
    ~MetricsStore() override;

    using Series = std::deque<UsageSample>;
    static QString nodeKey(const QString& name) { return QStringLiteral("node/") + name; }
    static QString podKey(const QString& ns, const QString& name) { return QStringLiteral("pod/%1/%2").arg(ns, name); }
    static QString containerKey(const QString& ns, const QString& pod, const QString& container) {
        return QStringLiteral("container/%1/%2/%3").arg(ns, pod, container);
    }

    /// Asks for metrics as long as any watcher is active.
    void setWatching(QObject* watcher, bool active);
    std::optional<UsageSample> latest(const QString& key) const;
    const Series* series(const QString& key) const;
    /// The sum of several series, at the times of the longest of them.
    Series sum(const QStringList& keys) const;
    /// The newest samples of all nodes.
    std::vector<Measured> nodes() const;
    /// False when the server has no metrics; then there is nothing to wait for.
    bool isAvailable() const { return available_; }
    void take(std::vector<Measured> measured);
    /// Somebody looks at these things: their past is asked for, once, where there is a Prometheus.
    void wantPast(const QStringList& keys);
    /// Puts samples before those that are known.
    void takePast(const QString& key, const std::vector<UsageSample>& samples);

signals:
    void updated();

private:
    void ask();
    void askForPast();
    void forgetOld(qint64 now);

    static constexpr std::size_t most = 360;       ///< samples of one thing
    static constexpr qsizetype fullHistory = 3000; ///< with more things than this, a tenth of it
    SessionPtr session_;
    QHash<QString, Series> series_;
    QSet<QObject*> watchers_;
    QTimer timer_;
    bool asking_ = false, available_ = true, searched_ = false;
    std::shared_ptr<const PrometheusPlace> prometheus_; ///< null: none was found
    QSet<QString> wanted_, asked_;                      ///< things whose past is to be asked for, or was
};

} // namespace slipway::ui
