#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/network/services/endpoint_choice.h"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

namespace slipway::network {

using ServicePtr = std::shared_ptr<const api::core_v1::Service>;

/// A service as it is now, with its endpoints.
struct ServiceView {
    std::string key;    ///< "namespace/name"
    ServicePtr service; ///< null: there is none (any more)
    std::vector<SlicePtr> slices;
};

/// Hands changed services on, each once however often it changed meanwhile. Consumers are called on the feed's one
/// thread, so what they keep needs no lock; nothing is handed on before ready().
class ServiceFeed {
public:
    /// False: it could not be done, and the consumer is to be called again later (with nothing new, perhaps).
    using Consumer = std::function<bool(const std::vector<ServiceView>&)>;

    explicit ServiceFeed(std::vector<Consumer> consumers);
    ~ServiceFeed();
    ServiceFeed(const ServiceFeed&) = delete;
    ServiceFeed& operator=(const ServiceFeed&) = delete;

    /// A service or slice came, changed (both given) or went. Any thread; never blocks.
    void serviceChanged(const ServicePtr& before, const ServicePtr& after);
    void sliceChanged(const SlicePtr& before, const SlicePtr& after);
    /// Every service is to be looked at again (the node's zone changed).
    void allChanged();
    /// All services and slices that there are were told.
    void ready();
    /// Ends the thread: no consumer is called any more. Changes told after that go nowhere.
    void stop();

private:
    struct Kept {
        ServicePtr service;
        std::map<std::string, SlicePtr> slices;
    };
    void touch(const std::string& key);
    std::vector<ServiceView> take();
    void run(std::stop_token stop);

    const std::vector<Consumer> consumers_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::unordered_map<std::string, Kept> services_;
    std::set<std::string> changed_;
    bool ready_ = false, pending_ = false;
    std::jthread thread_;
};

} // namespace slipway::network
