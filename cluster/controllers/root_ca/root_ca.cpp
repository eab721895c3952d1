#include "cluster/controllers/root_ca/root_ca.h"

#include "cluster/api/types/core_v1.h"
#include "cluster/controllers/controllers.h"
#include "cluster/controllers/workload/owned_pods.h"

namespace slipway::controllers {

using api::core_v1::ConfigMap;
using api::core_v1::Namespace;

namespace {

constexpr const char* mapName = "kube-root-ca.crt";

class RootCaPublisher : public Reconciler {
public:
    explicit RootCaPublisher(const Context& context)
        : Reconciler(context), caPem_(context.options.caPem), maps_(rootCaMaps(context.caches)) {
        watch<Namespace>();
        maps_.onChange(
            [this](const auto& before, const auto& after) { enqueue((after ? after : before)->metadata.namespace_); });
    }

private:
    static client::Informer<ConfigMap>& rootCaMaps(Caches& caches) {
        client::ListOptions options;
        options.fieldSelector = std::string("metadata.name=") + mapName;
        return caches.of<ConfigMap>("root CA config maps", {}, options);
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto ns = caches_.of<Namespace>().getKey(key);
        if (!ns || !ns->metadata.deletionTimestamp.empty())
            return SyncResult{};
        const auto present = maps_.get(key, mapName);
        if (present && present->data == std::map<std::string, std::string>{{"ca.crt", caPem_}})
            return SyncResult{};
        ConfigMap map = present ? *present : ConfigMap{};
        map.metadata.name = mapName;
        map.metadata.namespace_ = key;
        map.metadata.annotations["kubernetes.io/description"] =
            "The certificate authority of the cluster, for verifying the API server.";
        map.data = {{"ca.crt", caPem_}};
        const auto written = present ? client_->update(map) : client_->create(key, map);
        if (!written && written.error().kind != client::Errc::alreadyExists && !isNamespaceEnding(written.error()))
            return std::unexpected(written.error());
        return SyncResult{};
    }

    const std::string caPem_;
    client::Informer<ConfigMap>& maps_;
};

} // namespace

std::unique_ptr<Reconciler> makeRootCaPublisher(const Context& context) {
    return std::make_unique<RootCaPublisher>(context);
}

} // namespace slipway::controllers
