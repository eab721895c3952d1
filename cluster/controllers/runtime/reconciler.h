#pragma once

#include "cluster/client/event_recorder.h"
#include "cluster/client/work_queue.h"
#include "cluster/controllers/runtime/caches.h"
#include "cluster/controllers/runtime/fan_out.h"
#include "cluster/controllers/runtime/metadata_watch.h"
#include "cluster/controllers/runtime/sync_pool.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace slipway::controllers {

struct Options;

/// What a sync asks for: nothing more, or to be called again after a time.
struct SyncResult {
    std::optional<std::chrono::milliseconds> again;
};

/// What every controller is given. All of it outlives the controller.
struct Context {
    Caches& caches;
    SyncPool& pool;
    FanOut& fanOut;
    client::EventBroadcaster& events;
    MetadataWatch& metadata;
    const Options& options;
    std::string name; ///< in the log, and as the source of its events
    std::shared_ptr<const client::Client> client;
};

/// A controller: keys go in from the watches it declares, the pool calls sync() with one at a time per key, and a key
/// whose sync failed comes again with back-off. sync() reads the caches and must be ready to be called at any time,
/// for any key, any number of times. Made before the caches are started.
class Reconciler {
public:
    /// @p workers is how many keys may be worked on at once.
    explicit Reconciler(const Context& context, int workers = 1);
    virtual ~Reconciler() = default;
    Reconciler(const Reconciler&) = delete;
    Reconciler& operator=(const Reconciler&) = delete;

    /// Called once the caches are filled, before the first sync.
    virtual void begin() {}
    /// Called when the caches are about to end: for those that watch by themselves.
    virtual void end() {}

    /// For the pool: a key that is due, when another may be worked on.
    std::optional<std::string> take();
    void run(const std::string& key);
    std::optional<client::WorkQueue::Clock::time_point> nextDue() const;

protected:
    virtual client::Result<SyncResult> sync(const std::string& key) = 0;

    void enqueue(const std::string& key) { queue_.add(key); }
    void enqueueAfter(const std::string& key, std::chrono::milliseconds delay) { queue_.addAfter(key, delay); }

    /// Syncs each object of a kind by its own key.
    template <class T> void watch() {
        caches_.of<T>().onChange([this](const auto& before, const auto& after) {
            const auto& metadata = (after ? after : before)->metadata;
            enqueue(client::objectKey(metadata.namespace_, metadata.name));
        });
    }
    /// Calls @p changed for each change of a kind; it names the keys with enqueue().
    template <class T> void watch(typename client::Informer<T>::Handler changed) {
        caches_.of<T>().onChange(std::move(changed));
    }
    /// Syncs the object of @p ownerKind that controls (or controlled) the one that changed.
    template <class T> void watchOwned(std::string ownerKind) {
        caches_.of<T>().onChange([this, ownerKind = std::move(ownerKind)](const auto& before, const auto& after) {
            for (const auto& object : {before, after})
                if (object)
                    if (const auto* owner = controllerOf(object->metadata); owner && owner->kind == ownerKind)
                        enqueue(client::objectKey(object->metadata.namespace_, owner->name));
        });
    }

    /// Writes a status when it is not what the object has. One that is gone is fine.
    template <class T, class Status> client::Result<void> writeStatusIfChanged(const T& object, const Status& status) {
        if (object.status && *object.status == status)
            return {};
        T next = object;
        next.status = status;
        return ignoreGone(client_->updateStatus(next));
    }

    /// A failure other than "not found" of a request whose answer does not matter.
    template <class T> static client::Result<void> ignoreGone(const client::Result<T>& result) {
        if (result || result.error().kind == client::Errc::notFound)
            return {};
        return std::unexpected(result.error());
    }

    const std::string name_;
    Caches& caches_;
    FanOut& fanOut_;
    const std::shared_ptr<const client::Client> client_;
    client::EventRecorder events_;

private:
    const int workers_;
    mutable std::mutex mutex_;
    int running_ = 0; ///< keys being worked on
    client::WorkQueue queue_;
};

} // namespace slipway::controllers
