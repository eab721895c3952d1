#pragma once

#include "cluster/controllers/runtime/caches.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace slipway::controllers {

/// Follows the metadata of the objects of every kind the server has, custom ones as they are defined. A kind that has a
/// cache is followed through it; of the others nothing but metadata is asked for. Thread-safe.
class MetadataWatch {
public:
    using Metadata = api::meta_v1::ObjectMeta;
    using Observer = std::function<void(const client::ResourceRef&, const Metadata&, bool deleted)>;

    MetadataWatch(Caches& caches, std::shared_ptr<const client::Client> client);
    ~MetadataWatch();

    /// Adds an observer, which is called from the caches' thread and must not wait; before start() only.
    void onChange(Observer observer) { observers_.push_back(std::move(observer)); }
    /// Begins; once all caches are made, and before they are started.
    void start();
    bool waitForSync(std::chrono::milliseconds timeout) const;
    /// No observer is called after it returned.
    void stop();

    /// What is followed now.
    std::vector<client::ResourceRef> resources() const;
    /// The resource of a kind, in whatever version it is followed.
    std::optional<client::ResourceRef> find(std::string_view apiVersion, std::string_view kind) const;

private:
    class Follower;
    class Definitions;

    void follow(const client::ResourceRef& resource);
    void unfollow(const std::string& group, const std::string& name);
    void tell(const client::ResourceRef& resource, const Metadata& metadata, bool deleted) const;

    Caches& caches_;
    const std::shared_ptr<const client::Client> client_;
    std::vector<Observer> observers_;
    std::atomic<bool> stopping_ = false;
    mutable std::mutex mutex_;
    std::map<std::string, client::ResourceRef> resources_;       ///< by "group/name"
    std::map<std::string, std::shared_ptr<Follower>> followers_; ///< of the kinds without a cache
    client::ReflectorLoop definitionsLoop_; ///< apart from the caches', because it adds to and takes from that
    std::unique_ptr<Definitions> definitions_;
};

} // namespace slipway::controllers
