#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/client/client.h"
#include "cluster/client/event_correlator.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace slipway::client {

/// The thread on which the events of a process are written, in the order they were told. Bounded: when the server is
/// away for long, the oldest are dropped. Thread-safe.
class EventBroadcaster {
public:
    EventBroadcaster();
    /// Drops what waits.
    ~EventBroadcaster();
    EventBroadcaster(const EventBroadcaster&) = delete;
    EventBroadcaster& operator=(const EventBroadcaster&) = delete;

    /// @p write is called on the thread until it returns true; false: the server is away, try again later.
    void post(std::function<bool()> write);

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<bool()>> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

/// Writes core/v1 Events about objects; the same event again only counts up the one that is there. Thread-safe.
class EventRecorder {
public:
    /// With a broadcaster, which must outlive what the recorder told, record() never waits; without one it writes
    /// itself.
    EventRecorder(std::shared_ptr<const Client> client, std::string component, std::string host = {},
                  EventBroadcaster* broadcaster = nullptr);

    /// @p type "Normal" or "Warning". A failure to write is logged and otherwise ignored.
    void record(const api::core_v1::ObjectReference& about, std::string_view type, std::string_view reason,
                std::string_view message);

    template <class T> static api::core_v1::ObjectReference referenceTo(const T& object, std::string fieldPath = {}) {
        const ResourceRef resource = resourceOf<T>();
        api::core_v1::ObjectReference reference;
        reference.apiVersion = resource.apiVersion();
        reference.kind = resource.kind;
        reference.namespace_ = object.metadata.namespace_;
        reference.name = object.metadata.name;
        reference.uid = object.metadata.uid;
        reference.resourceVersion = object.metadata.resourceVersion;
        reference.fieldPath = std::move(fieldPath);
        return reference;
    }

private:
    struct Writer;
    const std::shared_ptr<Writer> writer_; ///< shared with what still waits to be written
    EventBroadcaster* const broadcaster_;
};

} // namespace slipway::client
