#pragma once

#include "cluster/agent/pod/event_sink.h"
#include "cluster/client/client.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace slipway::agent {

/// Writes core/v1 Events; a repeated one raises its count instead. Bounded: when the API is away long, the oldest
/// waiting events are dropped. Owns one thread.
class EventRecorder : public EventSink {
public:
    EventRecorder(std::shared_ptr<const client::Client> client, std::string nodeName);
    ~EventRecorder() override;
    EventRecorder(const EventRecorder&) = delete;
    EventRecorder& operator=(const EventRecorder&) = delete;

    void record(const core::ObjectReference& about, const std::string& type, const std::string& reason,
                const std::string& message) override;

private:
    struct Known {
        std::string name;
        int count = 1;
    };
    void run();
    bool write(const core::Event& event);

    std::shared_ptr<const client::Client> client_;
    const std::string node_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<core::Event> waiting_;
    std::map<std::string, Known> known_; ///< of the writing thread
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace slipway::agent
