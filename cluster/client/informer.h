#pragma once

#include "cluster/client/reflector.h"
#include "cluster/client/reflector_loop.h"

#include <condition_variable>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace slipway::client {

/// "namespace/name", or "name" for cluster-wide objects.
std::string objectKey(std::string_view ns, std::string_view name);
/// The two parts of a key.
std::pair<std::string, std::string> splitKey(std::string_view key);

/// A typed cache of one resource, kept up to date by a reflector. Objects are immutable and shared.
/// Reads are thread-safe. Handlers run on the informer's thread (or that of its loop) and must only enqueue.
template <class T> class Informer final : public ReflectorSink {
public:
    using Ptr = std::shared_ptr<const T>;
    /// before is null for an added object, after is null for a deleted one.
    using Handler = std::function<void(const Ptr& before, const Ptr& after)>;

    /// Names the keys under which an index finds an object.
    using KeysOf = std::function<void(const T& object, std::vector<std::string>& keys)>;

    /// @p loop: the thread that follows the resource, where the transport allows it; otherwise it has one of its own.
    explicit Informer(std::shared_ptr<const Client> client, std::string ns = {}, ListOptions selectors = {},
                      ReflectorLoop* loop = nullptr)
        : client_(std::move(client)), ns_(std::move(ns)), selectors_(std::move(selectors)), loop_(loop) {}
    ~Informer() { stop(); }
    Informer(const Informer&) = delete;
    Informer& operator=(const Informer&) = delete;

    /// Adds a handler; before start() only.
    void onChange(Handler handler) { handlers_.push_back(std::move(handler)); }
    /// Adds an index, unless there is one of that name; before start() only.
    void addIndex(const std::string& name, KeysOf keysOf) { indexes_.try_emplace(name, Index{std::move(keysOf), {}}); }

    void start() {
        if (loop_ != nullptr) {
            member_ = loop_->add(client_, resourceOf<T>(), ns_, selectors_, *this);
        } else {
            reflector_ = std::make_unique<Reflector>(client_, resourceOf<T>(), ns_, selectors_, *this);
            reflector_->start();
        }
    }
    /// No handler is called after it returned.
    void stop() {
        if (member_ != nullptr)
            loop_->remove(std::exchange(member_, nullptr));
        reflector_.reset();
    }

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

    /// The objects that the index @p name finds under @p key, in key order.
    std::vector<Ptr> by(const std::string& name, const std::string& key) const {
        std::lock_guard lock(mutex_);
        std::vector<Ptr> result;
        const auto index = indexes_.find(name);
        if (index == indexes_.end())
            return result;
        if (const auto found = index->second.entries.find(key); found != index->second.entries.end())
            for (const auto& [objectKey, object] : found->second)
                result.push_back(object);
        return result;
    }

private:
    struct Index {
        KeysOf keysOf;
        std::unordered_map<std::string, std::map<std::string, Ptr>> entries;
    };

    static std::string keyOf(const T& object) { return objectKey(object.metadata.namespace_, object.metadata.name); }

    static Ptr decode(const api::Json& json) {
        auto object = api::fromJson<T>(json);
        return object ? std::make_shared<const T>(std::move(*object)) : nullptr;
    }

    /// Moves an object in the indexes; the lock is held.
    void reindex(const std::string& key, const Ptr& before, const Ptr& after) {
        std::vector<std::string> keys;
        for (auto& [name, index] : indexes_) {
            keys.clear();
            if (before)
                index.keysOf(*before, keys);
            for (const std::string& old : keys)
                if (const auto entry = index.entries.find(old); entry != index.entries.end()) {
                    entry->second.erase(key);
                    if (entry->second.empty())
                        index.entries.erase(entry);
                }
            keys.clear();
            if (after)
                index.keysOf(*after, keys);
            for (const std::string& now : keys)
                index.entries[now][key] = after;
        }
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
            for (auto& [name, index] : indexes_)
                index.entries.clear();
            for (const auto& [key, object] : objects_)
                reindex(key, nullptr, object);
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
                const bool deleted = change.kind == ChangeKind::deleted;
                reindex(key, before, deleted ? nullptr : object);
                if (deleted)
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
    std::map<std::string, Index> indexes_; ///< by name
    bool synced_ = false;
    std::vector<Handler> handlers_;
    const std::shared_ptr<const Client> client_;
    const std::string ns_;
    const ListOptions selectors_;
    ReflectorLoop* const loop_;
    ReflectorLoop::Member* member_ = nullptr;
    std::unique_ptr<Reflector> reflector_;
};

} // namespace slipway::client
