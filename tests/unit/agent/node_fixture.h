#pragma once

#include "cluster/agent/pod/pods.h"
#include "cluster/agent/source/standalone.h"
#include "fake_runtime.h"

#include <QTemporaryDir>
#include <atomic>

/// A node whose runtime, objects and API server are in memory.
namespace slipway::agent::test {

class KeptEvents : public EventSink {
public:
    std::vector<std::string> reasons;
    void record(const core::ObjectReference&, const std::string&, const std::string& reason,
                const std::string&) override {
        reasons.push_back(reason);
    }
    bool has(const std::string& reason) const { return std::ranges::find(reasons, reason) != reasons.end(); }
};

class KeptStatus : public PodWriter {
public:
    std::vector<core::PodStatus> written;
    std::atomic<int> removed = 0;
    std::string settled() {
        std::lock_guard lock(mutex_);
        return phase_;
    }
    Outcome outcome = Outcome::written;
    Outcome writeStatus(const core::Pod&, const core::PodStatus& status) override {
        std::lock_guard lock(mutex_);
        phase_ = status.phase;
        if (outcome == Outcome::written)
            written.push_back(status);
        return outcome;
    }
    Outcome removePod(const core::Pod&) override {
        ++removed;
        std::lock_guard lock(mutex_);
        phase_.clear();
        return outcome;
    }

private:
    std::mutex mutex_;
    std::string phase_;
};

/// A node in memory.
struct Node {
    QTemporaryDir dir;
    FakeRuntime runtime;
    NoObjects objects;
    KeptEvents events;
    KeptStatus writer;
    TaskPool pool;
    CheckLoop checks;
    AgentPaths paths{dir.filePath("root").toStdString(), dir.filePath("logs").toStdString()};
    Volumes volumes{paths, objects, {}};
    Probes probes{runtime, events, pool, checks, [](const std::string&) {}};
    PodEnvironment environment{runtime, objects, events, writer, volumes, probes, checks, paths, {}, {}, "192.0.2.1"};

    Node() { runtime.images["docker.io/library/web:1"] = {.id = "sha256:1"}; }
    const core::PodStatus& status() const { return writer.written.back(); }
};

} // namespace slipway::agent::test
