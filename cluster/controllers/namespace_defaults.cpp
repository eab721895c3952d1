#include "cluster/controllers/namespace_defaults.h"

namespace slipway::controllers {

namespace {
constexpr std::string_view rootCaName = "kube-root-ca.crt", accountName = "default";
}

NamespaceDefaultsController::NamespaceDefaultsController(Informers& informers,
                                                         std::shared_ptr<const client::Client> accounts,
                                                         std::shared_ptr<const client::Client> maps, std::string caPem)
    : informers_(informers)
    , accounts_(std::move(accounts))
    , maps_(std::move(maps))
    , caPem_(std::move(caPem))
    , controller_("namespace-defaults", [this](const std::string& key) { return sync(key); }) {
    informers_.namespaces.onChange([this](const auto&, const auto& after) {
        if (after)
            controller_.enqueue(after->metadata.name);
    });
    informers_.serviceAccounts.onChange([this](const auto& before, const auto& after) {
        if (!after && before->metadata.name == accountName)
            controller_.enqueue(before->metadata.namespace_);
    });
    informers_.configMaps.onChange([this](const auto& before, const auto& after) {
        const auto& object = after ? after : before;
        if (object->metadata.name == rootCaName)
            controller_.enqueue(object->metadata.namespace_);
    });
}

client::Result<void> NamespaceDefaultsController::bringServiceAccount(const std::string& ns) {
    if (informers_.serviceAccounts.get(ns, accountName))
        return {};
    api::core_v1::ServiceAccount account;
    account.metadata.name = accountName;
    account.metadata.namespace_ = ns;
    const auto made = accounts_->create(ns, account);
    if (!made && made.error().kind != client::Errc::alreadyExists && made.error().kind != client::Errc::forbidden)
        return std::unexpected(made.error());
    return {};
}

client::Result<void> NamespaceDefaultsController::bringRootCa(const std::string& ns) {
    const auto present = informers_.configMaps.get(ns, rootCaName);
    if (present && present->data.contains("ca.crt") && present->data.at("ca.crt") == caPem_)
        return {};
    api::core_v1::ConfigMap map = present ? *present : api::core_v1::ConfigMap{};
    map.metadata.name = rootCaName;
    map.metadata.namespace_ = ns;
    map.metadata.annotations["kubernetes.io/description"] =
        "The certificate authority of the cluster, for verifying the API server.";
    map.data = {{"ca.crt", caPem_}};
    const auto written = present ? maps_->update(map) : maps_->create(ns, map);
    if (!written && written.error().kind != client::Errc::alreadyExists &&
        written.error().kind != client::Errc::forbidden)
        return std::unexpected(written.error());
    return {};
}

client::Result<SyncResult> NamespaceDefaultsController::sync(const std::string& key) {
    const auto ns = informers_.namespaces.getKey(key);
    if (!ns || !ns->metadata.deletionTimestamp.empty())
        return SyncResult{};
    if (auto done = bringServiceAccount(key); !done)
        return std::unexpected(done.error());
    if (auto done = bringRootCa(key); !done)
        return std::unexpected(done.error());
    return SyncResult{};
}

} // namespace slipway::controllers
