#pragma once

#include "cluster/apiserver/custom/catalog.h"
#include "cluster/apiserver/custom/definition_names.h"
#include "cluster/apiserver/registry.h"
#include "cluster/apiserver/watch_cache.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace slipway::apiserver {

/// Follows the CustomResourceDefinitions: settles their names, serves what is established, and deletes the objects of
/// those that go. Owns one thread, which sleeps while nothing changes. The catalog may be read by any thread.
class CustomResources {
public:
    /// What is defined already is served when this returns. The cache and the registry must outlive it.
    CustomResources(WatchCache& cache, Registry& registry);
    ~CustomResources();
    CustomResources(const CustomResources&) = delete;
    CustomResources& operator=(const CustomResources&) = delete;

    std::shared_ptr<const Catalog> catalog() const { return catalog_.load(std::memory_order_acquire); }

private:
    void run();
    void work();
    void take(const WatchQueue::Item& item);
    TakenNames namesTakenBy(std::string_view group, std::string_view except) const;
    void settle(const std::string& name);
    bool serve(const std::string& name, api::JsonObject crd);
    void forget(const std::string& name);
    void publish();
    void finalise(const std::string& name);
    bool removeObjects(const api::custom::Definition& served);
    void write(const std::string& name, const Registry::Change& change, std::string_view subresource);

    WatchCache& cache_;
    Registry& registry_;
    const api::Resource& resource_; ///< of the definitions
    std::shared_ptr<WatchQueue> queue_;
    std::map<std::string, api::JsonObject> objects_; ///< definitions as they are stored
    Catalog::Definitions definitions_;               ///< and as they are served
    std::set<std::string> unsettled_, leaving_;
    std::uint64_t generation_ = 0;
    bool changed_ = true;
    std::atomic<std::shared_ptr<const Catalog>> catalog_;

    std::mutex mutex_;
    std::condition_variable wake_;
    bool woken_ = false, ending_ = false;
    std::thread thread_; ///< last: it uses all of the above
};

} // namespace slipway::apiserver
