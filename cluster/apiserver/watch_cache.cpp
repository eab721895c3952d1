#include "cluster/apiserver/watch_cache.h"

#include "cluster/api/conversion.h"
#include "cluster/api/custom/definition.h"
#include "cluster/base/log.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

constexpr std::size_t recentEvents = 8192, recentBytes = 8 * 1024 * 1024; // per resource; older ones are 410 Gone
constexpr std::size_t waitingEvents = 100'000; // per watcher; a slower one is cut off and begins anew
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

/// "group/resource/": the part of a key that names its resource. Two versions of a resource share it.
std::string storageName(const api::Resource& resource) {
    // events.k8s.io events are the core group's under another name.
    const std::string_view group =
        resource.group.empty() || resource.group == "events.k8s.io" ? "core" : resource.group;
    return std::format("{}/{}/", group, resource.name);
}

} // namespace

std::string WatchEvent::frame(WatchEventType type, std::string_view objectBytes) {
    std::string text;
    text.reserve(objectBytes.size() + 40);
    text += R"({"type":")";
    text += typeName(type);
    text += R"(","object":)";
    text += objectBytes;
    text += "}\n";
    return text;
}

void WatchQueue::setWake(std::function<void()> wake) {
    std::unique_lock lock(mutex_);
    wake_ = std::move(wake);
    if ((!waiting_.empty() || overflowed_ || ended()) && wake_)
        wake_();
}

std::vector<WatchQueue::Item> WatchQueue::take(bool& overflowed) {
    std::lock_guard lock(mutex_);
    overflowed = overflowed_;
    return std::exchange(waiting_, {});
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
    if (waiting_.size() >= waitingEvents) {
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
    if (event->type == WatchEventType::bookmark) {
        if (bookmarks_)
            push({event->type, event});
        return;
    }
    const bool now = selection_.matches(*event->object.attributes);
    if (event->type != WatchEventType::modified) {
        if (now)
            push({event->type, event});
        return;
    }
    const bool before = event->previous && selection_.matches(*event->previous);
    if (now)
        push({before ? WatchEventType::modified : WatchEventType::added, event});
    else if (before)
        push({WatchEventType::deleted, event});
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
    for (const auto& watcher : watchers_)
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
            queue->push({WatchEventType::added, std::move(event)});
        }
        if (start.initialEventsEnd)
            queue->push({WatchEventType::bookmark, bookmark(current, true)});
    } else if (start.from == From::revision) {
        for (const auto& event : recent_)
            if (event->object.revision > start.revision)
                queue->offer(event);
    }
    std::erase_if(watchers_, [](const auto& watcher) { return watcher.expired(); });
    watchers_.push_back(queue);
    return queue;
}

void ResourceCache::publish(std::shared_ptr<const WatchEvent> event) {
    recent_.push_back(event);
    recentSize_ += event->object.bytes->size();
    while (recent_.size() > recentEvents || (recentSize_ > recentBytes && recent_.size() > 1)) {
        windowStart_ = recent_.front()->object.revision;
        recentSize_ -= recent_.front()->object.bytes->size();
        recent_.pop_front();
    }
    for (const auto& watcher : watchers_)
        if (const auto queue = watcher.lock())
            queue->offer(event);
}

void ResourceCache::apply(const store::Event& change) {
    auto event = std::make_shared<WatchEvent>();
    std::lock_guard lock(mutex_);
    lastChange_ = change.entry.modified;
    const auto found = objects_.find(change.entry.key);
    if (change.deleted) {
        event->type = WatchEventType::deleted;
        // The last state is sent with the revision of the deletion.
        auto last = api::parseJson(*change.entry.value);
        if (last && last->is_object()) {
            api::objectAt(last->get_object(), {"metadata"})["resourceVersion"] = std::to_string(change.entry.modified);
            event->object = makeObject(std::make_shared<const std::string>(api::printObject(last->get_object())),
                                       change.entry.modified);
        } else {
            event->object = makeObject(change.entry.value, change.entry.modified);
        }
        if (found != objects_.end())
            objects_.erase(found);
    } else {
        event->object = makeObject(change.entry.value, change.entry.modified);
        event->type = found == objects_.end() ? WatchEventType::added : WatchEventType::modified;
        if (found != objects_.end()) {
            event->previous = found->second.attributes;
            found->second = event->object;
        } else {
            objects_.emplace(change.entry.key, event->object);
        }
    }
    publish(std::move(event));
}

void ResourceCache::sendBookmarks(store::Revision revision) {
    std::lock_guard lock(mutex_);
    std::erase_if(watchers_, [](const auto& watcher) { return watcher.expired(); });
    if (watchers_.empty())
        return;
    const auto event = bookmark(revision, false);
    for (const auto& watcher : watchers_)
        if (const auto queue = watcher.lock())
            queue->offer(event);
}

WatchCache::WatchCache(store::Store& store) {
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
        if (ResourceCache* cache = byKey(event.entry.key))
            cache->apply(event);
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

void WatchCache::sendBookmarks() {
    const store::Revision now = revision();
    std::shared_lock lock(cachesMutex_);
    for (const auto& [name, cache] : caches_)
        cache->sendBookmarks(now);
}

std::string WatchCache::key(const api::Resource& resource, std::string_view ns, std::string_view name) {
    std::string text = std::string(root) + storageName(resource);
    if (!ns.empty())
        text += std::format("{}/", ns);
    return text += name;
}

} // namespace slipway::apiserver
