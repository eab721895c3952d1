#include "cluster/controllers/token_secrets/token_secrets.h"

#include "cluster/api/types/core_v1.h"
#include "cluster/base/log.h"
#include "cluster/controllers/controllers.h"

namespace slipway::controllers {

using api::core_v1::Secret;
using api::core_v1::ServiceAccount;

namespace {

constexpr const char *accountAnnotation = "kubernetes.io/service-account.name",
                     *accountUid = "kubernetes.io/service-account.uid";

std::string annotation(const Secret& secret, const char* name) {
    const auto found = secret.metadata.annotations.find(name);
    return found == secret.metadata.annotations.end() ? "" : found->second;
}

class TokenSecretController : public Reconciler {
public:
    explicit TokenSecretController(const Context& context)
        : Reconciler(context)
        , caPem_(context.options.caPem)
        , signers_(context.options.signers)
        , secrets_(tokenSecrets(context.caches)) {
        secrets_.addIndex("account", [](const Secret& secret, std::vector<std::string>& keys) {
            keys.push_back(client::objectKey(secret.metadata.namespace_, annotation(secret, accountAnnotation)));
        });
        secrets_.onChange([this](const auto&, const auto& after) {
            if (after)
                enqueue(client::objectKey(after->metadata.namespace_, after->metadata.name));
        });
        watch<ServiceAccount>([this](const auto& before, const auto& after) {
            const auto& metadata = (after ? after : before)->metadata;
            for (const auto& secret : secrets_.by("account", client::objectKey(metadata.namespace_, metadata.name)))
                enqueue(client::objectKey(secret->metadata.namespace_, secret->metadata.name));
        });
    }

private:
    static client::Informer<Secret>& tokenSecrets(Caches& caches) {
        client::ListOptions options;
        options.fieldSelector = "type=kubernetes.io/service-account-token";
        return caches.of<Secret>("service account token secrets", {}, options);
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto secret = secrets_.getKey(key);
        if (!secret || !secret->metadata.deletionTimestamp.empty() || !signers_.token)
            return SyncResult{};
        const auto account =
            client_->get<ServiceAccount>(secret->metadata.namespace_, annotation(*secret, accountAnnotation));
        if (!account && account.error().kind != client::Errc::notFound)
            return std::unexpected(account.error());
        const std::string uid = annotation(*secret, accountUid);
        const auto done =
            !account || (!uid.empty() && uid != account->metadata.uid) ? remove(*secret) : fill(*secret, *account);
        return done ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(done.error());
    }

    client::Result<void> remove(const Secret& secret) {
        client::DeleteOptions options;
        options.uid = secret.metadata.uid;
        return ignoreGone(
            client_->remove(client::resourceOf<Secret>(), secret.metadata.namespace_, secret.metadata.name, options));
    }

    client::Result<void> fill(const Secret& secret, const ServiceAccount& account) {
        Secret next = secret;
        next.metadata.annotations[accountUid] = account.metadata.uid;
        next.data["ca.crt"].data = caPem_;
        next.data["namespace"].data = secret.metadata.namespace_;
        if (next.data["token"].data.empty()) {
            const auto token = signers_.token({secret.metadata.namespace_, account.metadata.name, account.metadata.uid,
                                               secret.metadata.name, secret.metadata.uid});
            if (!token) {
                base::warn(name_, "no token for {}: {}", account.metadata.name, token.error());
                return {};
            }
            next.data["token"].data = *token;
        }
        return next == secret ? client::Result<void>() : ignoreGone(client_->update(next));
    }

    const std::string caPem_;
    const Signers signers_;
    client::Informer<Secret>& secrets_;
};

} // namespace

std::unique_ptr<Reconciler> makeTokenSecretController(const Context& context) {
    return std::make_unique<TokenSecretController>(context);
}

} // namespace slipway::controllers
