#pragma once

#include "cluster/agent/pod/event_sink.h"
#include "cluster/client/event_recorder.h"

namespace slipway::agent {

/// Writes the agent's events as the component "kubelet" of its node, in the order they were told.
class EventRecorder : public EventSink {
public:
    EventRecorder(std::shared_ptr<const client::Client> client, std::string nodeName)
        : recorder_(std::move(client), "kubelet", std::move(nodeName), &broadcaster_) {}

    void record(const core::ObjectReference& about, const std::string& type, const std::string& reason,
                const std::string& message) override {
        recorder_.record(about, type, reason, message);
    }

private:
    client::EventBroadcaster broadcaster_;
    client::EventRecorder recorder_;
};

} // namespace slipway::agent
