#pragma once

#include "cluster/agent/pod/pod_environment.h"
#include "cluster/agent/source/objects.h"
#include "cluster/client/client.h"
#include "cluster/client/informer.h"

#include <set>

namespace slipway::agent {

/// ConfigMaps, Secrets, tokens and services from the API. What was read once serves again while the API is away.
class ApiObjects : public ObjectSource {
public:
    ApiObjects(std::shared_ptr<const client::Client> client, const client::Informer<core::Service>& services)
        : client_(std::move(client)), services_(services) {}

    ObjectResult<core::ConfigMap> configMap(const std::string& ns, const std::string& name) override;
    ObjectResult<core::Secret> secret(const std::string& ns, const std::string& name) override;
    ObjectResult<std::string> token(const core::Pod& pod, const std::string& audience,
                                    std::int64_t expirationSeconds) override;
    ObjectResult<core::PersistentVolumeClaim> claim(const std::string& ns, const std::string& name) override;
    ObjectResult<core::PersistentVolume> persistentVolume(const std::string& name) override;
    ObjectResult<std::string> runtimeHandler(const std::string& runtimeClass) override;
    ObjectResult<std::vector<std::shared_ptr<const core::Service>>> services() override;
    /// Forgets what was kept of objects that no pod of the node refers to.
    void keepOnly(const std::set<std::string>& configMaps, const std::set<std::string>& secrets);

private:
    template <class T>
    ObjectResult<T> fetch(std::map<std::string, T>& kept, const char* resource, const std::string& ns,
                          const std::string& name);

    std::shared_ptr<const client::Client> client_;
    const client::Informer<core::Service>& services_;
    std::mutex mutex_;
    std::map<std::string, core::ConfigMap> configMaps_;
    std::map<std::string, core::Secret> secrets_;
};

/// Writes pod statuses to the API, and ends pods' objects.
class ApiPodWriter : public PodWriter {
public:
    explicit ApiPodWriter(std::shared_ptr<const client::Client> client) : client_(std::move(client)) {}
    Outcome writeStatus(const core::Pod& pod, const core::PodStatus& status) override;
    Outcome removePod(const core::Pod& pod) override;

private:
    std::shared_ptr<const client::Client> client_;
};

} // namespace slipway::agent
