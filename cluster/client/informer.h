#pragma once

#include "cluster/client/reflector.h"

#include <condition_variable>
#include <map>
#include <shared_mutex>
#include <string>
#include <unordered_map>

namespace slipway::client {

/// "namespace/name", or "name" for cluster-wide objects.
std::string objectKey(std::string_view ns, std::string_view name);
/// The two parts of a key.
std::pair<std::string, std::string> splitKey(std::string_view key);

/// A typed cache of one resource, kept up to date by a reflector. Objects are immutable and shared.
/// Reads are thread-safe. Handlers run on the informer's thread and must only enqueue.
template <class T> class Informer : private ReflectorSink {
public:
    using Ptr = std::shared_ptr<const T>;
    /// before is null for an added object, after is null for a deleted one.
    using Handler = std::function<void(const Ptr& before, const Ptr& after)>;

    explicit Informer(std::shared_ptr<const Client> client, std::string ns = {}, ListOptions selectors = {})
        : reflector_(std::move(client), resourceOf<T>(), std::move(ns), std::move(selectors), *this) {}

    /// Adds a handler; before start() only.
    void onChange(Handler handler) { handlers_.push_back(std::move(handler)); }
    void start() { reflector_.start(); }

    /// Waits until the first list is in the cache; false when @p timeout passed first.
    bool waitForSync(std::chrono::milliseconds timeout) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, timeout, [&] { return synced_; });
    }

    Ptr get(std::string_view ns, std::string_view name) const { return getKey(objectKey(ns, name)); }
    Ptr getKey(const std::string& key) const {
        std::lock_guard lock(mutex_);
        const auto found = objects_.find(key);
        return found == objects_.end() ? nullptr : found->second;
    }
    /// All objects, of one namespace when @p ns is not empty, in key order.
    std::vector<Ptr> list(std::string_view ns = {}) const {
        std::lock_guard lock(mutex_);
        std::vector<Ptr> result;
        const std::string prefix = ns.empty() ? "" : std::string(ns) + "/";
        for (auto it = objects_.lower_bound(prefix); it != objects_.end() && it->first.starts_with(prefix); ++it)
            result.push_back(it->second);
        return result;
    }

private:
    static std::string keyOf(const T& object) { return objectKey(object.metadata.namespace_, object.metadata.name); }

    static Ptr decode(const api::Json& json) {
        auto object = api::fromJson<T>(json);
        return object ? std::make_shared<const T>(std::move(*object)) : nullptr;
    }

    void notify(const Ptr& before, const Ptr& after) {
        for (const Handler& handler : handlers_)
            handler(before, after);
    }

    void replace(std::vector<std::shared_ptr<const api::Json>> objects) override {
        std::map<std::string, Ptr> fresh, old;
        for (const auto& json : objects)
            if (Ptr object = decode(*json))
                fresh[keyOf(*object)] = object;
        {
            std::lock_guard lock(mutex_);
            old = std::exchange(objects_, fresh);
            synced_ = true;
        }
        changed_.notify_all();
        for (const auto& [key, object] : old)
            if (!fresh.contains(key))
                notify(object, nullptr);
        for (const auto& [key, object] : fresh) {
            const auto before = old.find(key);
            notify(before == old.end() ? nullptr : before->second, object);
        }
    }

    void apply(std::vector<Change> changes) override {
        for (const Change& change : changes) {
            Ptr object = decode(*change.object), before;
            if (!object)
                continue;
            {
                std::lock_guard lock(mutex_);
                const std::string key = keyOf(*object);
                if (const auto found = objects_.find(key); found != objects_.end())
                    before = found->second;
                if (change.kind == ChangeKind::deleted)
                    objects_.erase(key);
                else
                    objects_[key] = object;
            }
            if (change.kind == ChangeKind::deleted)
                notify(object, nullptr);
            else
                notify(before, object);
        }
    }

    void freshness(Freshness, const std::string&) override {}

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::map<std::string, Ptr> objects_;
    bool synced_ = false;
    std::vector<Handler> handlers_;
    Reflector reflector_; // last: its thread ends before the cache does
};

} // namespace slipway::client
