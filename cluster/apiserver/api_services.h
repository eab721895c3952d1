#pragma once

#include "cluster/apiserver/registry.h"
#include "cluster/apiserver/request.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace slipway::apiserver {

/// How this server shows itself to the servers behind APIServices.
struct FrontProxy {
    std::string caPem, certificatePem, keyPem;
};

/// The APIServices of the cluster (apiregistration.k8s.io/v1): those this server serves itself, which it makes, and
/// those it hands on to other servers, whose availability it looks after. Thread-safe.
class ApiServices {
public:
    ApiServices(Registry& registry, const WatchCache& cache, FrontProxy proxy);
    ~ApiServices();

    /// Publishes the server's own and begins to look after the others, on a thread.
    void start();

    /// What to do with a request for a group version this server does not serve; nothing when no other does either.
    std::optional<Answer> answer(const Request& request, std::string_view group, std::string_view version,
                                 const User& user) const;

    /// Whether there is no other server.
    bool none() const {
        std::lock_guard lock(mutex_);
        return remotes_.empty();
    }
    /// Adds the other servers' groups to a discovery document: an APIGroupList or an APIGroupDiscoveryList.
    void addGroups(api::JsonObject& document) const;
    /// The document of "apis/GROUP" or "apis/GROUP/VERSION" of another server; empty when there is none.
    api::JsonObject document(const std::vector<std::string>& path) const;

private:
    /// A server behind a service.
    struct Remote {
        std::string name, group, version, ns, service, caPem;
        int port = 443;
        bool insecure = false, available = false;
        api::JsonArray resources; ///< of its APIResourceList
    };
    struct Condition {
        bool available = false;
        std::string reason, message;
    };
    void run(std::stop_token stop);
    void publishLocal();
    void publishTrust();
    void look();
    Condition check(Remote& remote) const;
    void tell(const std::string& name, const Condition& condition);

    Registry& registry_;
    const WatchCache& cache_;
    const FrontProxy proxy_;
    mutable std::mutex mutex_;
    std::map<std::string, Remote> remotes_; ///< by "version.group"
    std::condition_variable_any pause_;
    std::jthread thread_;
};

} // namespace slipway::apiserver
