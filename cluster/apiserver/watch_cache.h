#pragma once

#include "cluster/api/schema.h"
#include "cluster/apiserver/attributes.h"
#include "cluster/apiserver/parsed_objects.h"
#include "cluster/store/store.h"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace slipway::apiserver {

/// An object as it is kept, cached and sent: its compact JSON, and what selectors read of it.
struct CachedObject {
    std::shared_ptr<const std::string> bytes;
    store::Revision revision = 0;
    std::shared_ptr<const Attributes> attributes;
};

enum class WatchEventType { added, modified, deleted, bookmark };

/// One event, shared by every watcher it goes to; the frame is printed once.
struct WatchEvent {
    WatchEventType type;
    CachedObject object;
    std::shared_ptr<const Attributes> previous; ///< of a modified object
    bool endOfInitial = false;                  ///< the bookmark that ends the initial events of a streaming list

    /// Adds `{"type":"ADDED","object":{...}}` and a line feed.
    static void appendFrame(std::string& to, WatchEventType type, std::string_view objectBytes);
};

/// One watcher's waiting events, already filtered. Filled by the cache, emptied by the sending side.
class WatchQueue {
public:
    struct Item {
        WatchEventType type;
        std::shared_ptr<const WatchEvent> event;
        std::size_t heldBytes = 0; ///< which may be kept for this watcher alone
    };

    WatchQueue(Selection selection, bool bookmarks) : selection_(std::move(selection)), bookmarks_(bookmarks) {}

    void setWake(std::function<void()> wake);
    /// What waits, in order, until it has @p mostBytes; @p overflowed tells that the watcher was too slow and has to
    /// begin anew.
    std::vector<Item> take(bool& overflowed, std::size_t mostBytes = static_cast<std::size_t>(-1));
    /// Whether no more will come.
    bool ended() const { return ended_.load(std::memory_order_acquire); }

private:
    friend class ResourceCache;
    void offer(const std::shared_ptr<const WatchEvent>& event);
    void push(Item item);
    void end();

    const Selection selection_;
    const bool bookmarks_;
    std::mutex mutex_;
    std::deque<Item> waiting_;  ///< bounded
    std::size_t heldBytes_ = 0; ///< of what waits
    bool overflowed_ = false;
    std::atomic<bool> ended_ = false;
    std::function<void()> wake_;
};

/// The current objects of one resource, the recent events, and the watchers. Thread-safe.
class ResourceCache {
public:
    /// @p resource: null as long as it is not known whose objects these are.
    explicit ResourceCache(std::shared_ptr<const api::Resource> resource) : resource_(std::move(resource)) {}

    /// Gives a custom resource's cache its definition, or a changed one: the objects are read by it from now on.
    void define(std::shared_ptr<const api::Resource> resource);
    /// Ends every watch: what is watched is no longer served.
    void endWatches();
    std::optional<CachedObject> get(const std::string& key) const;
    /// The objects whose key begins with @p prefix and that match, in key order, after @p after, at most @p limit
    /// (0: all). @p more tells that the limit cut.
    std::vector<CachedObject> list(const std::string& prefix, const Selection& selection, const std::string& after = {},
                                   std::size_t limit = 0, std::size_t* remaining = nullptr,
                                   std::string* lastKey = nullptr) const;
    std::size_t size() const;
    /// The revision of the latest change of any of its objects.
    store::Revision lastChange() const;

    enum class From { now, initialState, revision };
    struct WatchStart {
        From from = From::now;
        store::Revision revision = 0;
        bool bookmarks = false, initialEventsEnd = false;
    };
    /// Begins a watch. Null when the revision is too old to be replayed. @p current: the revision of all that came.
    std::shared_ptr<WatchQueue> watch(Selection selection, const WatchStart& start, store::Revision current);
    /// Lets a queue that has every event up to @p revision go on from there. False when what comes next is no longer
    /// among the recent events.
    bool join(const std::shared_ptr<WatchQueue>& queue, store::Revision revision);
    /// Gives a queue that has not begun an event of the past.
    void offerPast(WatchQueue& queue, const store::Event& past) const;

    void load(const store::Entry& entry);
    void setWindowStart(store::Revision revision) { windowStart_ = revision; }
    store::Revision windowStart() const { return windowStart_; }
    /// Takes in a change and tells the watchers. Returns the bytes by which the recent events have grown.
    std::size_t apply(const store::Event& event);
    /// Forgets the oldest of the recent events.
    void forgetOldest();
    void sendBookmarks(store::Revision revision);

private:
    using Watchers = std::vector<std::weak_ptr<WatchQueue>>;

    CachedObject makeObject(const std::shared_ptr<const std::string>& bytes, store::Revision revision) const;
    CachedObject lastState(const store::Event& deletion, const CachedObject* known) const;
    static std::shared_ptr<const WatchEvent> bookmark(store::Revision revision, bool endOfInitial);
    void publish(const std::shared_ptr<const WatchEvent>& event);
    void addWatcher(const std::shared_ptr<WatchQueue>& queue);
    void offerTo(const std::string& bucket, const std::shared_ptr<const WatchEvent>& event) const;
    /// Forgets watchers that are gone.
    void tidyWatchers();

    mutable std::mutex mutex_;
    std::shared_ptr<const api::Resource> resource_;
    std::map<std::string, CachedObject> objects_;
    std::deque<std::shared_ptr<const WatchEvent>> recent_;
    store::Revision windowStart_ = 0, lastChange_ = 0;
    /// By what they select: a name, a node, a namespace, or anything (watch_cache.cpp, bucketOf), so that an event
    /// costs what those cost who may want it.
    std::unordered_map<std::string, Watchers> watchers_;
};

/// The watch caches of all resources, fed by one subscription to the store. The recent events of all resources together
/// are bounded in bytes: whoever wants to go on from an older one has to list again (410 Gone).
class WatchCache {
public:
    /// Loads the present state and follows the store. The store must outlive the cache.
    explicit WatchCache(store::Store& store, std::size_t recentBytes = 16 << 20);
    ~WatchCache();

    ResourceCache& of(const api::Resource& resource) const;
    /// Begins a watch at a revision whose events are no longer recent: they are read from the store's history, as far
    /// as that is kept (after a restart, above all). Null when it is not, or when it is too much. Blocks.
    std::shared_ptr<WatchQueue> watchPast(const api::Resource& resource, Selection selection, store::Revision from,
                                          bool bookmarks) const;
    /// The revision up to which everything was applied and sent to the watchers.
    store::Revision revision() const { return revision_.load(std::memory_order_acquire); }
    ParsedObjects& parsed() const { return parsed_; }
    /// Sends bookmarks to those that asked for them; called every so often by the server's clock.
    void sendBookmarks();

    /// "/registry/apps/deployments/" or "/registry/core/pods/default/web" and so on.
    static std::string key(const api::Resource& resource, std::string_view ns = {}, std::string_view name = {});

private:
    void apply(std::span<const store::Event> events);
    ResourceCache* byKey(std::string_view key) const;
    ResourceCache& named(std::string_view storageName) const;

    store::Store& store_;
    mutable std::shared_mutex cachesMutex_; ///< caches come, with definitions and objects of custom resources, and stay
    mutable std::map<std::string, std::unique_ptr<ResourceCache>, std::less<>> caches_; ///< by "group/resource/"
    std::atomic<store::Revision> revision_ = 0;
    mutable ParsedObjects parsed_;
    const std::size_t mostRecentBytes_;
    std::size_t recentBytes_ = 0;                                 ///< of all caches; of the store's thread
    std::deque<std::pair<ResourceCache*, std::uint32_t>> recent_; ///< whose each is, with its size, oldest first
    std::unique_ptr<store::Subscription> subscription_;
};

} // namespace slipway::apiserver
