#include "cluster/apiserver/watch_cache.h"

#include "cluster/api/conversion.h"
#include "cluster/api/custom/definition.h"
#include "cluster/base/log.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

constexpr store::Revision mostPastRevisions = 50'000; // read from the history for one watch
constexpr std::size_t eventOverhead = 300;            // bytes an event takes beside the object's own
// Per watcher; a slower one is cut off and begins anew.
constexpr std::size_t waitingEvents = 1'000'000, waitingBytes = 32 << 20;
constexpr std::string_view root = "/registry/";

std::string_view typeName(WatchEventType type) {
    switch (type) {
    case WatchEventType::added:
        return "ADDED";
    case WatchEventType::modified:
        return "MODIFIED";
    case WatchEventType::deleted:
        return "DELETED";
    case WatchEventType::bookmark:
        return "BOOKMARK";
    }
    return "ERROR";
}

// The buckets of watchers. A watcher stands in the narrowest one that has all its events.
std::string everythingBucket() {
    return {};
}
std::string namespaceBucket(std::string_view ns) {
    return std::string("namespace/").append(ns);
}
std::string nameBucket(std::string_view name) {
    return std::string("name/").append(name);
}
std::string nodeBucket(std::string_view node) {
    return std::string("node/").append(node);
}

std::string bucketOf(const Selection& selection) {
    if (!selection.name.empty())
        return nameBucket(selection.name);
    for (const auto& requirement : selection.fields.requirements) {
        if (requirement.equal && requirement.path == "metadata.name")
            return nameBucket(requirement.value);
        if (requirement.equal && requirement.path == "spec.nodeName")
            return nodeBucket(requirement.value);
    }
    return selection.ns.empty() ? everythingBucket() : namespaceBucket(selection.ns);
}

/// Empty for objects that have no node.
std::string_view nodeOf(const Attributes& attributes) {
    for (const auto& [name, value] : attributes.fields)
        if (name == "spec.nodeName")
            return value;
    return {};
}

/// Whether no selector tells the two apart.
bool sameAttributes(const Attributes& a, const Attributes& b) {
    return a.ns == b.ns && a.name == b.name && a.labels == b.labels && a.fields == b.fields && a.owner == b.owner;
}

/// The bytes of an object with another resource version; null when they do not say clearly where it stands.
std::shared_ptr<const std::string> withRevision(const std::string& bytes, store::Revision from, store::Revision to) {
    constexpr std::string_view member = R"("resourceVersion":")";
    const std::string wanted = std::format("{}{}\"", member, from);
    // std::string::find() stops at every quote
    const std::boyer_moore_horspool_searcher searcher(wanted.begin(), wanted.end());
    const auto found = std::search(bytes.begin(), bytes.end(), searcher);
    if (found == bytes.end() || std::search(found + 1, bytes.end(), searcher) != bytes.end())
        return nullptr;
    const auto number = found + member.size(), rest = number + (wanted.size() - member.size() - 1);
    std::string changed;
    changed.reserve(bytes.size() + 8);
    changed.append(bytes.begin(), number).append(std::to_string(to)).append(rest, bytes.end());
    return std::make_shared<const std::string>(std::move(changed));
}

/// "group/resource/": the part of a key that names its resource. Two versions of a resource share it.
std::string storageName(const api::Resource& resource) {
    // events.k8s.io events are the core group's under another name.
    const std::string_view group =
        resource.group.empty() || resource.group == "events.k8s.io" ? "core" : resource.group;
    std::string name;
    name.reserve(group.size() + resource.name.size() + 2);
    name.append(group).append("/").append(resource.name).append("/");
    return name;
}

} // namespace

void WatchEvent::appendFrame(std::string& to, WatchEventType type, std::string_view objectBytes) {
    to += R"({"type":")";
    to += typeName(type);
    to += R"(","object":)";
    to += objectBytes;
    to += "}\n";
}

void WatchQueue::setWake(std::function<void()> wake) {
    std::unique_lock lock(mutex_);
    wake_ = std::move(wake);
    if ((!waiting_.empty() || overflowed_ || ended()) && wake_)
        wake_();
}

std::vector<WatchQueue::Item> WatchQueue::take(bool& overflowed, std::size_t mostBytes) {
    std::lock_guard lock(mutex_);
    overflowed = overflowed_;
    std::vector<Item> taken;
    for (std::size_t bytes = 0; !waiting_.empty() && bytes < mostBytes; waiting_.pop_front()) {
        bytes += waiting_.front().event->object.bytes->size() + eventOverhead;
        heldBytes_ -= waiting_.front().heldBytes;
        taken.push_back(std::move(waiting_.front()));
    }
    return taken;
}

void WatchQueue::end() {
    ended_.store(true, std::memory_order_release);
    std::lock_guard lock(mutex_);
    if (wake_)
        wake_();
}

void WatchQueue::push(Item item) {
    std::lock_guard lock(mutex_);
    if (overflowed_)
        return;
    heldBytes_ += item.heldBytes;
    if (waiting_.size() >= waitingEvents || heldBytes_ > waitingBytes) {
        overflowed_ = true;
        waiting_.clear();
    } else {
        waiting_.push_back(std::move(item));
    }
    if (waiting_.size() <= 1 && wake_)
        wake_();
}

/// A modified object that begins or ceases to match is added or deleted for this watcher.
void WatchQueue::offer(const std::shared_ptr<const WatchEvent>& event) {
    const std::size_t bytes = event->object.bytes->size() + eventOverhead;
    if (event->type == WatchEventType::bookmark) {
        if (bookmarks_)
            push({event->type, event, bytes});
        return;
    }
    const bool now = selection_.matches(*event->object.attributes);
    if (event->type != WatchEventType::modified) {
        if (now)
            push({event->type, event, bytes});
        return;
    }
    const bool before = event->previous && selection_.matches(*event->previous);
    if (now)
        push({before ? WatchEventType::modified : WatchEventType::added, event, bytes});
    else if (before)
        push({WatchEventType::deleted, event, bytes});
}

std::optional<CachedObject> ResourceCache::get(const std::string& key) const {
    std::lock_guard lock(mutex_);
    const auto found = objects_.find(key);
    return found == objects_.end() ? std::nullopt : std::optional(found->second);
}

store::Revision ResourceCache::lastChange() const {
    std::lock_guard lock(mutex_);
    return lastChange_;
}

std::size_t ResourceCache::size() const {
    std::lock_guard lock(mutex_);
    return objects_.size();
}

std::vector<CachedObject> ResourceCache::list(const std::string& prefix, const Selection& selection,
                                              const std::string& after, std::size_t limit, std::size_t* remaining,
                                              std::string* lastKey) const {
    std::lock_guard lock(mutex_);
    std::vector<CachedObject> result;
    if (remaining != nullptr)
        *remaining = 0;
    auto it = after.empty() ? objects_.lower_bound(prefix) : objects_.upper_bound(after);
    for (; it != objects_.end() && it->first.starts_with(prefix); ++it) {
        if (!selection.matches(*it->second.attributes))
            continue;
        if (limit != 0 && result.size() == limit) {
            if (remaining == nullptr)
                break;
            ++*remaining;
            continue;
        }
        result.push_back(it->second);
        if (lastKey != nullptr)
            *lastKey = it->first;
    }
    return result;
}

/// An object of a custom resource is kept as its present schema reads it: pruned and with defaults.
CachedObject ResourceCache::makeObject(const std::shared_ptr<const std::string>& bytes,
                                       store::Revision revision) const {
    auto parsed = api::parseJson(*bytes);
    auto attributes = std::make_shared<Attributes>();
    if (!parsed || !parsed->is_object())
        return {bytes, revision, std::move(attributes)};
    static const api::Resource unknown{};
    *attributes = Attributes::of(resource_ == nullptr ? unknown : *resource_, parsed->get_object());
    if (resource_ == nullptr || resource_->custom == nullptr)
        return {bytes, revision, std::move(attributes)};
    attributes->owner = resource_;
    if (!api::isInVersion(*bytes, *resource_)) // stored under another version: read by the schema of whoever asks
        return {bytes, revision, std::move(attributes)};
    if (!api::custom::normalise(*resource_, parsed->get_object()))
        return {bytes, revision, std::move(attributes)};
    return {std::make_shared<const std::string>(api::printObject(parsed->get_object())), revision,
            std::move(attributes)};
}

void ResourceCache::define(std::shared_ptr<const api::Resource> resource) {
    std::lock_guard lock(mutex_);
    resource_ = std::move(resource);
    for (auto& [key, object] : objects_)
        object = makeObject(object.bytes, object.revision);
}

void ResourceCache::endWatches() {
    std::lock_guard lock(mutex_);
    for (const auto& [bucket, watchers] : watchers_)
        for (const auto& watcher : watchers)
            if (const auto queue = watcher.lock())
                queue->end();
    watchers_.clear();
}

void ResourceCache::load(const store::Entry& entry) {
    lastChange_ = std::max(lastChange_, entry.modified);
    objects_[entry.key] = makeObject(entry.value, entry.modified);
}

std::shared_ptr<const WatchEvent> ResourceCache::bookmark(store::Revision revision, bool endOfInitial) {
    auto event = std::make_shared<WatchEvent>();
    event->type = WatchEventType::bookmark;
    event->endOfInitial = endOfInitial;
    event->object.revision = revision;
    event->object.bytes = std::make_shared<const std::string>();
    event->object.attributes = std::make_shared<Attributes>();
    return event;
}

std::shared_ptr<WatchQueue> ResourceCache::watch(Selection selection, const WatchStart& start,
                                                 store::Revision current) {
    std::lock_guard lock(mutex_);
    if (start.from == From::revision && start.revision < windowStart_)
        return nullptr;
    auto queue = std::make_shared<WatchQueue>(std::move(selection), start.bookmarks);
    if (start.from == From::initialState) {
        for (const auto& [key, object] : objects_) {
            if (!queue->selection_.matches(*object.attributes))
                continue;
            auto event = std::make_shared<WatchEvent>();
            event->type = WatchEventType::added;
            event->object = object;
            queue->push({WatchEventType::added, std::move(event)}); // whose object the cache has anyway
        }
        if (start.initialEventsEnd)
            queue->push({WatchEventType::bookmark, bookmark(current, true)});
    } else if (start.from == From::revision) {
        for (const auto& event : recent_)
            if (event->object.revision > start.revision)
                queue->offer(event);
    }
    addWatcher(queue);
    return queue;
}

void ResourceCache::addWatcher(const std::shared_ptr<WatchQueue>& queue) {
    Watchers& bucket = watchers_[bucketOf(queue->selection_)];
    std::erase_if(bucket, [](const auto& watcher) { return watcher.expired(); });
    bucket.push_back(queue);
}

bool ResourceCache::join(const std::shared_ptr<WatchQueue>& queue, store::Revision revision) {
    std::lock_guard lock(mutex_);
    if (revision < windowStart_)
        return false;
    for (const auto& event : recent_)
        if (event->object.revision > revision)
            queue->offer(event);
    addWatcher(queue);
    return true;
}

void ResourceCache::offerPast(WatchQueue& queue, const store::Event& past) const {
    auto event = std::make_shared<WatchEvent>();
    {
        std::lock_guard lock(mutex_); // of resource_
        event->object = past.deleted ? lastState(past, nullptr) : makeObject(past.entry.value, past.entry.modified);
        if (past.previous && !past.deleted)
            event->previous = makeObject(past.previous, past.entry.modified).attributes;
    }
    event->type = past.deleted    ? WatchEventType::deleted
                  : past.previous ? WatchEventType::modified
                                  : WatchEventType::added;
    queue.offer(event);
}

void ResourceCache::offerTo(const std::string& bucket, const std::shared_ptr<const WatchEvent>& event) const {
    const auto found = watchers_.find(bucket);
    if (found == watchers_.end())
        return;
    for (const auto& watcher : found->second)
        if (const auto queue = watcher.lock())
            queue->offer(event);
}

void ResourceCache::publish(const std::shared_ptr<const WatchEvent>& event) {
    recent_.push_back(event);
    if (watchers_.empty())
        return;
    const Attributes& now = *event->object.attributes;
    offerTo(everythingBucket(), event);
    offerTo(nameBucket(now.name), event);
    if (!now.ns.empty())
        offerTo(namespaceBucket(now.ns), event);
    const std::string_view node = nodeOf(now);
    offerTo(nodeBucket(node), event); // one without a node may be waited for as such
    if (event->previous && nodeOf(*event->previous) != node)
        offerTo(nodeBucket(nodeOf(*event->previous)), event);
}

void ResourceCache::forgetOldest() {
    std::lock_guard lock(mutex_);
    if (recent_.empty())
        return;
    windowStart_ = recent_.front()->object.revision;
    recent_.pop_front();
}

/// What is deleted is shown as it was, with the revision of the deletion.
CachedObject ResourceCache::lastState(const store::Event& deletion, const CachedObject* known) const {
    const store::Revision revision = deletion.entry.modified;
    if (known != nullptr)
        if (auto bytes = withRevision(*known->bytes, known->revision, revision))
            return {std::move(bytes), revision, known->attributes};
    auto last = api::parseJson(*deletion.entry.value);
    if (!last || !last->is_object())
        return makeObject(deletion.entry.value, revision);
    api::objectAt(last->get_object(), {"metadata"})["resourceVersion"] = std::to_string(revision);
    return makeObject(std::make_shared<const std::string>(api::printJson(*last)), revision);
}

std::size_t ResourceCache::apply(const store::Event& change) {
    auto event = std::make_shared<WatchEvent>();
    std::lock_guard lock(mutex_);
    lastChange_ = change.entry.modified;
    const auto found = objects_.find(change.entry.key);
    if (change.deleted) {
        event->type = WatchEventType::deleted;
        event->object = lastState(change, found == objects_.end() ? nullptr : &found->second);
        if (found != objects_.end())
            objects_.erase(found);
    } else {
        // Who wrote it here has said what selectors read of it.
        auto said = std::static_pointer_cast<const Attributes>(change.note);
        event->object = said != nullptr ? CachedObject{change.entry.value, change.entry.modified, std::move(said)}
                                        : makeObject(change.entry.value, change.entry.modified);
        event->type = found == objects_.end() ? WatchEventType::added : WatchEventType::modified;
        if (found != objects_.end()) {
            event->previous = found->second.attributes;
            if (sameAttributes(*event->object.attributes, *event->previous)) // as after most changes: held once
                event->object.attributes = event->previous;
            found->second = event->object;
        } else {
            objects_.emplace(change.entry.key, event->object);
        }
    }
    publish(event);
    return event->object.bytes->size() + eventOverhead;
}

void ResourceCache::tidyWatchers() {
    for (auto& [bucket, watchers] : watchers_)
        std::erase_if(watchers, [](const auto& watcher) { return watcher.expired(); });
    std::erase_if(watchers_, [](const auto& bucket) { return bucket.second.empty(); });
}

void ResourceCache::sendBookmarks(store::Revision revision) {
    std::lock_guard lock(mutex_);
    tidyWatchers();
    if (watchers_.empty())
        return;
    const auto event = bookmark(revision, false);
    for (const auto& [bucket, watchers] : watchers_)
        offerTo(bucket, event);
}

WatchCache::WatchCache(store::Store& store, std::size_t recentBytes) : store_(store), mostRecentBytes_(recentBytes) {
    for (const api::Resource& resource : api::builtInResources()) {
        auto& cache = caches_[storageName(resource)];
        if (!cache)
            cache = std::make_unique<ResourceCache>(
                std::shared_ptr<const api::Resource>(std::shared_ptr<const void>(), &resource));
    }
    const auto everything = store.list(root);
    if (!everything) {
        base::error("watch-cache", "cannot read the store: {}", everything.error().message);
        return;
    }
    revision_ = everything->revision;
    for (const store::Entry& entry : everything->entries)
        if (ResourceCache* cache = byKey(entry.key))
            cache->load(entry);
    for (const auto& [name, cache] : caches_)
        cache->setWindowStart(everything->revision);
    auto subscription =
        store.subscribe(everything->revision + 1, [this](std::span<const store::Event> events) { apply(events); });
    if (subscription)
        subscription_ = std::move(*subscription);
    else
        base::error("watch-cache", "cannot follow the store: {}", subscription.error().message);
}

WatchCache::~WatchCache() = default;

ResourceCache* WatchCache::byKey(std::string_view key) const {
    if (!key.starts_with(root))
        return nullptr;
    key.remove_prefix(root.size());
    const std::size_t first = key.find('/');
    const std::size_t second = first == std::string_view::npos ? first : key.find('/', first + 1);
    return second == std::string_view::npos ? nullptr : &named(key.substr(0, second + 1));
}

void WatchCache::apply(std::span<const store::Event> events) {
    for (const store::Event& event : events) {
        ResourceCache* cache = byKey(event.entry.key);
        if (cache == nullptr)
            continue;
        const std::size_t grown = cache->apply(event);
        recentBytes_ += grown;
        recent_.emplace_back(cache, static_cast<std::uint32_t>(grown));
    }
    while (recentBytes_ > mostRecentBytes_ && recent_.size() > 1) {
        recent_.front().first->forgetOldest();
        recentBytes_ -= recent_.front().second;
        recent_.pop_front();
    }
    if (!events.empty())
        revision_.store(events.back().entry.modified, std::memory_order_release);
}

/// A cache that is not there yet is that of a custom resource; nothing happened to its objects so far.
ResourceCache& WatchCache::named(std::string_view storageName) const {
    {
        std::shared_lock lock(cachesMutex_);
        if (const auto found = caches_.find(storageName); found != caches_.end())
            return *found->second;
    }
    std::unique_lock lock(cachesMutex_);
    auto& cache = caches_[std::string(storageName)];
    if (cache == nullptr) {
        cache = std::make_unique<ResourceCache>(nullptr);
        cache->setWindowStart(revision());
    }
    return *cache;
}

ResourceCache& WatchCache::of(const api::Resource& resource) const {
    return named(storageName(resource));
}

std::shared_ptr<WatchQueue> WatchCache::watchPast(const api::Resource& resource, Selection selection,
                                                  store::Revision from, bool bookmarks) const {
    ResourceCache& cache = of(resource);
    const std::string prefix = key(resource);
    const auto queue = std::make_shared<WatchQueue>(std::move(selection), bookmarks);
    for (int attempt = 0; attempt < 3; ++attempt) {
        const store::Revision now = revision(); // up to which the cache has everything
        if (from + 1 < store_.compactedBefore() || now - from > mostPastRevisions)
            return nullptr;
        if (now > from) {
            // Live events may follow before the subscription ends: they are left to the cache.
            const auto subscription = store_.subscribe(from + 1, [&](std::span<const store::Event> events) {
                for (const store::Event& event : events)
                    if (event.entry.modified <= now && event.entry.key.starts_with(prefix))
                        cache.offerPast(*queue, event);
            });
            if (!subscription)
                return nullptr;
        }
        from = std::max(from, now);
        if (cache.join(queue, from))
            return queue;
    }
    return nullptr;
}

void WatchCache::sendBookmarks() {
    const store::Revision now = revision();
    std::shared_lock lock(cachesMutex_);
    for (const auto& [name, cache] : caches_)
        cache->sendBookmarks(now);
}

std::string WatchCache::key(const api::Resource& resource, std::string_view ns, std::string_view name) {
    const std::string kind = storageName(resource);
    std::string text;
    text.reserve(root.size() + kind.size() + ns.size() + 1 + name.size());
    text.append(root).append(kind).append(ns);
    if (!ns.empty())
        text += '/';
    text += name;
    return text;
}

} // namespace slipway::apiserver
