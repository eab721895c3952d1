#pragma once

#include "cluster/apiserver/encryption/encryption_config.h"
#include "cluster/store/store.h"

namespace slipway::apiserver::encryption {

/// A store that keeps the values of some resources encrypted in the store behind it; everybody else sees them plain.
/// A value is stored as `k8s:enc:aesgcm:v1:KEY:OFFSET:REVISION:` and what pki::seal makes of it, bound to its key in
/// the store: the revision stands outside, since only the store behind knows it. Thread-safe.
class EncryptedStore final : public store::Store {
public:
    EncryptedStore(store::Store& behind, std::vector<ResourceEncryption> resources)
        : behind_(behind), resources_(std::move(resources)) {}

    /// Encrypts anew what is plain or under an older key (after a rotation). Errors: what cannot be read with any key.
    store::Result<void> rewriteStale();

    store::Revision revision() const override { return behind_.revision(); }
    store::Result<std::optional<store::Entry>> get(std::string_view key, store::Revision at) const override;
    store::Result<store::Listing> list(std::string_view prefix, store::Revision at, std::string_view startKey,
                                       std::size_t limit) const override;
    store::Result<store::Revision> commit(std::vector<store::Operation> operations, store::Origin origin = {}) override;
    store::Result<std::unique_ptr<store::Subscription>>
    subscribe(store::Revision from, std::function<void(std::span<const store::Event>)> deliver) override;
    store::Result<std::vector<store::Change>> changes(std::string_view prefix, store::Revision from,
                                                      std::size_t limit) const override {
        return behind_.changes(prefix, from, limit);
    }
    bool isShared() const override { return behind_.isShared(); }
    store::Result<void> catchUp() override { return behind_.catchUp(); }
    store::Result<void> compact(store::Revision before) override { return behind_.compact(before); }
    store::Revision compactedBefore() const override { return behind_.compactedBefore(); }
    std::uintmax_t diskBytes() const override { return behind_.diskBytes(); }
    store::Result<void> snapshot(const std::string& path) const override { return behind_.snapshot(path); }

private:
    using Value = std::shared_ptr<const std::string>;

    const ResourceEncryption* encryptionOf(std::string_view key) const;
    store::Result<void> encrypt(store::Operation& operation) const;
    /// The plain value, with its revision in it.
    store::Result<Value> decrypt(std::string_view key, const Value& value) const;

    store::Store& behind_;
    const std::vector<ResourceEncryption> resources_;
};

} // namespace slipway::apiserver::encryption
