#include "cluster/controllers/service_account/service_account.h"

#include "cluster/api/types/core_v1.h"
#include "cluster/controllers/workload/owned_pods.h"

namespace slipway::controllers {

using api::core_v1::Namespace;
using api::core_v1::ServiceAccount;

namespace {

constexpr const char* accountName = "default";

class ServiceAccountController : public Reconciler {
public:
    explicit ServiceAccountController(const Context& context) : Reconciler(context) {
        watch<Namespace>();
        watch<ServiceAccount>([this](const auto& before, const auto& after) {
            if (!after && before->metadata.name == accountName)
                enqueue(before->metadata.namespace_);
        });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto ns = caches_.of<Namespace>().getKey(key);
        if (!ns || !ns->metadata.deletionTimestamp.empty() || caches_.of<ServiceAccount>().get(key, accountName))
            return SyncResult{};
        ServiceAccount account;
        account.metadata.name = accountName;
        account.metadata.namespace_ = key;
        const auto made = client_->create(key, account);
        if (!made && made.error().kind != client::Errc::alreadyExists && !isNamespaceEnding(made.error()))
            return std::unexpected(made.error());
        return SyncResult{};
    }
};

} // namespace

std::unique_ptr<Reconciler> makeServiceAccountController(const Context& context) {
    return std::make_unique<ServiceAccountController>(context);
}

} // namespace slipway::controllers
