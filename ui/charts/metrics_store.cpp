#include "ui/charts/metrics_store.h"

#include "ui/charts/prometheus.h"
#include "ui/resources/quantities.h"
#include "ui/resources/row_readers.h"
#include "ui/session/background.h"

#include <QDateTime>
#include <algorithm>
#include <limits>

namespace slipway::ui {
namespace {

UsageSample sampleOf(const api::Json& usage, qint64 now) {
    return {now, quantityOf(api::find(usage, {"usage", "cpu"})), quantityOf(api::find(usage, {"usage", "memory"}))};
}

} // namespace

std::vector<Measured> measuredNodes(const api::Json& list, qint64 now) {
    std::vector<Measured> all;
    if (const api::JsonObject* object = list.if_object())
        for (const api::Json& item : arrayAt(*object, {"items"}))
            all.push_back(
                {MetricsStore::nodeKey(text(api::stringAt(item, {"metadata", "name"}))), sampleOf(item, now)});
    return all;
}

std::vector<Measured> measuredPods(const api::Json& list, qint64 now) {
    std::vector<Measured> all;
    const api::JsonObject* object = list.if_object();
    if (object == nullptr)
        return all;
    for (const api::Json& item : arrayAt(*object, {"items"})) {
        const QString ns = text(api::stringAt(item, {"metadata", "namespace"}));
        const QString pod = text(api::stringAt(item, {"metadata", "name"}));
        UsageSample sum{now, 0, 0};
        if (const api::JsonObject* parts = item.if_object())
            for (const api::Json& container : arrayAt(*parts, {"containers"})) {
                const UsageSample one = sampleOf(container, now);
                sum.cpu += one.cpu;
                sum.memory += one.memory;
                all.push_back({MetricsStore::containerKey(ns, pod, text(api::stringAt(container, {"name"}))), one});
            }
        all.push_back({MetricsStore::podKey(ns, pod), sum});
    }
    return all;
}

MetricsStore::MetricsStore(SessionPtr session, QObject* parent) : QObject(parent), session_(std::move(session)) {
    timer_.setInterval(10'000);
    connect(&timer_, &QTimer::timeout, this, &MetricsStore::ask);
}

void MetricsStore::setWatching(QObject* watcher, bool active) {
    if (active && !watchers_.contains(watcher)) {
        watchers_.insert(watcher);
        connect(watcher, &QObject::destroyed, this, [this, watcher] { setWatching(watcher, false); });
    } else if (!active) {
        watchers_.remove(watcher);
    }
    if (watchers_.isEmpty())
        return timer_.stop();
    if (!timer_.isActive()) {
        timer_.start();
        ask();
    }
}

void MetricsStore::ask() {
    if (asking_)
        return;
    asking_ = true;
    struct Answer {
        std::optional<std::vector<Measured>> measured;
        std::shared_ptr<const PrometheusPlace> prometheus;
    };
    const bool search = !std::exchange(searched_, true);
    auto work = [session = session_, now = QDateTime::currentMSecsSinceEpoch(), place = prometheus_,
                 search]() -> Answer {
        Answer answer{std::nullopt, place};
        if (search)
            if (auto found = findPrometheus(*session->client))
                answer.prometheus = std::make_shared<const PrometheusPlace>(std::move(*found));
        auto nodes = session->client->getJson("/apis/metrics.k8s.io/v1beta1/nodes");
        auto pods = session->client->getJson("/apis/metrics.k8s.io/v1beta1/pods");
        if (nodes || pods) {
            answer.measured = nodes ? measuredNodes(*nodes, now) : std::vector<Measured>();
            if (pods)
                std::ranges::move(measuredPods(*pods, now), std::back_inserter(*answer.measured));
        } else if (answer.prometheus) {
            answer.measured = readNow(*session->client, *answer.prometheus, now);
        }
        return answer;
    };
    inBackground(this, std::move(work), [this](const Answer& answer) {
        asking_ = false;
        available_ = answer.measured.has_value();
        prometheus_ = answer.prometheus;
        if (answer.measured)
            take(*answer.measured);
        else
            emit updated();
        askForPast();
    });
}

void MetricsStore::wantPast(const QStringList& keys) {
    for (const QString& key : keys)
        if (!asked_.contains(key))
            wanted_.insert(key);
    askForPast();
}

void MetricsStore::askForPast() {
    if (!prometheus_ || wanted_.isEmpty())
        return;
    constexpr qsizetype mostAtOnce = 50; // of a workload with more pods, the past of these
    constexpr qint64 past = 3600 * 1000;
    constexpr int step = 30;
    QStringList keys(wanted_.begin(), wanted_.end());
    keys.resize(std::min(mostAtOnce, keys.size()));
    asked_.unite(std::exchange(wanted_, {}));
    using Past = std::vector<std::pair<QString, std::vector<UsageSample>>>;
    auto work = [session = session_, place = prometheus_, keys, now = QDateTime::currentMSecsSinceEpoch()] {
        Past all;
        for (const QString& key : keys)
            all.emplace_back(key, readRange(*session->client, *place, key, now - past, now, step));
        return all;
    };
    inBackground(this, std::move(work), [this](const Past& all) {
        for (const auto& [key, samples] : all)
            takePast(key, samples);
        emit updated();
    });
}

void MetricsStore::takePast(const QString& key, const std::vector<UsageSample>& samples) {
    if (samples.empty())
        return;
    Series& series = series_[key];
    const qint64 first = series.empty() ? std::numeric_limits<qint64>::max() : series.front().time;
    for (auto sample = samples.rbegin(); sample != samples.rend() && series.size() < most; ++sample)
        if (sample->time < first)
            series.push_front(*sample);
}

MetricsStore::~MetricsStore() = default;

void MetricsStore::take(std::vector<Measured> measured) {
    if (measured.empty())
        return emit updated();
    const std::size_t kept = series_.size() > fullHistory ? most / 10 : most;
    for (const Measured& one : measured) {
        Series& series = series_[one.key];
        series.push_back(one.sample);
        while (series.size() > kept)
            series.pop_front();
    }
    forgetOld(measured.front().sample.time);
    emit updated();
}

void MetricsStore::forgetOld(qint64 now) {
    constexpr qint64 old = 10 * 60 * 1000;
    series_.removeIf([now](const auto& entry) { return entry.value().back().time < now - old; });
}

std::optional<UsageSample> MetricsStore::latest(const QString& key) const {
    const Series* found = series(key);
    constexpr qint64 stale = 60'000;
    if (found == nullptr || found->back().time < QDateTime::currentMSecsSinceEpoch() - stale)
        return std::nullopt;
    return found->back();
}

const MetricsStore::Series* MetricsStore::series(const QString& key) const {
    const auto found = series_.constFind(key);
    return found == series_.constEnd() || found->empty() ? nullptr : &*found;
}

MetricsStore::Series MetricsStore::sum(const QStringList& keys) const {
    std::map<qint64, UsageSample> byTime;
    for (const QString& key : keys)
        if (const Series* one = series(key))
            for (const UsageSample& sample : *one) {
                UsageSample& at = byTime[sample.time];
                at.time = sample.time;
                at.cpu += sample.cpu;
                at.memory += sample.memory;
            }
    Series all;
    for (const auto& [time, sample] : byTime)
        all.push_back(sample);
    return all;
}

std::vector<Measured> MetricsStore::nodes() const {
    std::vector<Measured> all;
    for (auto it = series_.begin(); it != series_.end(); ++it)
        if (it.key().startsWith(QLatin1String("node/")))
            all.push_back({it.key(), it.value().back()});
    return all;
}

} // namespace slipway::ui
