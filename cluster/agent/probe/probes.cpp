#include "cluster/agent/probe/probes.h"

#include <format>
#include <map>

namespace slipway::agent {

bool ProbeCount::take(bool good, const core::Probe& probe) {
    ++(good ? allGood : allBad);
    successes = good ? successes + 1 : 0;
    failures = good ? 0 : failures + 1;
    const std::optional<bool> before = verdict;
    if (successes >= std::max(1, probe.successThreshold.value_or(1)))
        verdict = true;
    else if (failures >= std::max(1, probe.failureThreshold.value_or(3)))
        verdict = false;
    return verdict != before;
}

struct Probes::Watched {
    std::shared_ptr<const core::Pod> pod;
    core::Container container;
    std::string containerId, podIp;
    WallTime startedAt;
    std::map<ProbeKind, ProbeCount> counts;
    std::string failure;                       ///< message of the last decisive failure
    std::optional<std::chrono::seconds> grace; ///< of the probe that failed
    bool readinessOnly = false;

    const core::Probe* probe(ProbeKind kind) const {
        const auto& probe = kind == ProbeKind::startup    ? container.startupProbe
                            : kind == ProbeKind::liveness ? container.livenessProbe
                                                          : container.readinessProbe;
        return probe ? &*probe : nullptr;
    }
    bool started() const {
        const auto found = counts.find(ProbeKind::startup);
        return found == counts.end() || found->second.verdict.value_or(false);
    }
};

struct Probes::Shared : std::enable_shared_from_this<Probes::Shared> {
    Shared(Runtime& runtime_, EventSink& events_, TaskPool& pool_, CheckLoop& loop_,
           std::function<void(const std::string&)> changed_)
        : runtime(runtime_), events(events_), pool(pool_), loop(loop_), changed(std::move(changed_)) {}

    Runtime& runtime;
    EventSink& events;
    TaskPool& pool;
    CheckLoop& loop;
    std::function<void(const std::string&)> changed;
    mutable std::mutex mutex;
    std::map<std::string, std::shared_ptr<Watched>> byContainer;
    bool ended = false;

    bool current(const std::shared_ptr<Watched>& watched) const {
        const auto found = byContainer.find(watched->containerId);
        return !ended && found != byContainer.end() && found->second == watched;
    }

    void schedule(const std::shared_ptr<Watched>& watched, ProbeKind kind, WallTime at) {
        pool.runAt(at, [weak = weak_from_this(), watched, kind] {
            if (const auto self = weak.lock())
                self->look(watched, kind);
        });
    }

    void look(const std::shared_ptr<Watched>& watched, ProbeKind kind) {
        const core::Probe& probe = *watched->probe(kind);
        const auto period = std::chrono::seconds(std::max(1, probe.periodSeconds.value_or(10)));
        {
            std::lock_guard lock(mutex);
            if (!current(watched) || (watched->readinessOnly && kind != ProbeKind::readiness))
                return;
            // Liveness and readiness begin once the startup probe has succeeded, which then ends.
            if (kind != ProbeKind::startup && !watched->started()) {
                schedule(watched, kind, std::chrono::system_clock::now() + std::chrono::milliseconds(500));
                return;
            }
        }
        const CheckTarget target{&watched->container, watched->containerId, watched->podIp};
        beginProbe(probe, target, runtime, loop,
                   [weak = weak_from_this(), watched, kind, period](const CheckResult& result) {
                       if (const auto self = weak.lock())
                           self->note(watched, kind, period, result);
                   });
    }

    void note(const std::shared_ptr<Watched>& watched, ProbeKind kind, std::chrono::seconds period,
              const CheckResult& result) {
        bool tell = false, again = true;
        {
            std::lock_guard lock(mutex);
            if (!current(watched))
                return;
            tell = take(*watched, kind, *watched->probe(kind), result);
            // What is about to be restarted is not asked again; what has started is not asked whether it has.
            const bool restarts = kind != ProbeKind::readiness && watched->counts[kind].verdict == false;
            again = !restarts && (kind != ProbeKind::startup || !watched->started());
            if (again)
                schedule(watched, kind, std::chrono::system_clock::now() + period);
        }
        if (tell)
            changed(watched->pod->metadata.uid);
    }

    bool take(Watched& watched, ProbeKind kind, const core::Probe& probe, const CheckResult& result) {
        static constexpr const char* names[] = {"Startup", "Liveness", "Readiness"};
        static constexpr const char* lower[] = {"startup", "liveness", "readiness"};
        const auto index = static_cast<std::size_t>(kind);
        if (result.unknown) { // neither a success nor a failure
            events.record(
                referenceTo(*watched.pod, watched.container.name), "Warning", "Unhealthy",
                std::format("{} probe errored and resulted in unknown state: {}", names[index], result.output));
            return false;
        }
        if (!result.good)
            events.record(referenceTo(*watched.pod, watched.container.name), "Warning", "Unhealthy",
                          std::format("{} probe failed: {}", names[index], result.output));
        else if (!result.warning.empty())
            events.record(referenceTo(*watched.pod, watched.container.name), "Warning", "ProbeWarning",
                          std::format("{} probe warning: {}", names[index], result.warning));
        const bool changedNow = watched.counts[kind].take(result.good, probe);
        if (changedNow && !result.good && kind != ProbeKind::readiness) {
            watched.failure =
                std::format("Container {} failed {} probe, will be restarted", watched.container.name, lower[index]);
            if (probe.terminationGracePeriodSeconds)
                watched.grace = std::chrono::seconds(*probe.terminationGracePeriodSeconds);
        }
        return changedNow;
    }
};

Probes::Probes(Runtime& runtime, EventSink& events, TaskPool& pool, CheckLoop& loop,
               std::function<void(const std::string&)> changed)
    : shared_(std::make_shared<Shared>(runtime, events, pool, loop, std::move(changed))) {}

Probes::~Probes() {
    std::lock_guard lock(shared_->mutex);
    shared_->ended = true;
}

void Probes::watch(const std::shared_ptr<const core::Pod>& pod, const core::Container& container,
                   const ContainerInfo& info, const std::string& podIp, Before before) {
    if (!container.startupProbe && !container.livenessProbe && !container.readinessProbe)
        return;
    std::lock_guard lock(shared_->mutex);
    if (shared_->byContainer.contains(info.id))
        return;
    std::erase_if(shared_->byContainer, [&](const auto& entry) {
        return entry.second->pod->metadata.uid == pod->metadata.uid && entry.second->container.name == container.name;
    });
    auto watched = std::make_shared<Watched>();
    watched->pod = pod;
    watched->container = container;
    watched->containerId = info.id;
    watched->podIp = podIp;
    watched->startedAt = info.startedAt;
    for (const ProbeKind kind : {ProbeKind::startup, ProbeKind::liveness, ProbeKind::readiness})
        if (const core::Probe* probe = watched->probe(kind)) {
            ProbeCount& count = watched->counts[kind];
            count.kind = kind;
            if (kind == ProbeKind::readiness ? before.ready : kind == ProbeKind::startup && before.started)
                count.verdict = true;
            if (kind == ProbeKind::startup && before.started)
                continue;
            const auto begin = info.startedAt + std::chrono::seconds(probe->initialDelaySeconds.value_or(0));
            shared_->schedule(watched, kind, begin);
        }
    shared_->byContainer[info.id] = std::move(watched);
}

void Probes::endRestarts(const std::string& podUid) {
    std::lock_guard lock(shared_->mutex);
    for (const auto& [id, watched] : shared_->byContainer)
        if (watched->pod->metadata.uid == podUid)
            watched->readinessOnly = true;
}

void Probes::forget(const std::string& podUid) {
    std::lock_guard lock(shared_->mutex);
    std::erase_if(shared_->byContainer, [&](const auto& entry) { return entry.second->pod->metadata.uid == podUid; });
}

std::vector<Probes::Count> Probes::counts() const {
    static constexpr const char* types[] = {"Startup", "Liveness", "Readiness"};
    std::vector<Count> result;
    std::lock_guard lock(shared_->mutex);
    for (const auto& [id, watched] : shared_->byContainer) {
        const auto& metadata = watched->pod->metadata;
        for (const auto& [kind, count] : watched->counts)
            result.push_back({metadata.namespace_, metadata.name, metadata.uid, watched->container.name,
                              types[static_cast<std::size_t>(kind)], count.allGood, count.allBad});
    }
    return result;
}

std::optional<ProbeVerdict> Probes::verdict(const std::string& containerId) const {
    std::lock_guard lock(shared_->mutex);
    const auto found = shared_->byContainer.find(containerId);
    if (found == shared_->byContainer.end())
        return std::nullopt;
    const Watched& watched = *found->second;
    const auto of = [&](ProbeKind kind) {
        const auto count = watched.counts.find(kind);
        return count == watched.counts.end() ? std::optional<bool>(true) : count->second.verdict;
    };
    ProbeVerdict verdict;
    verdict.started = of(ProbeKind::startup).value_or(false);
    verdict.ready = verdict.started && of(ProbeKind::readiness).value_or(false);
    verdict.failed = of(ProbeKind::startup) == false || of(ProbeKind::liveness) == false;
    verdict.message = watched.failure;
    verdict.grace = watched.grace;
    return verdict;
}

} // namespace slipway::agent
