#pragma once

#include "cluster/client/client.h"

#include <optional>

namespace slipway::controllers {

/// Whether an owner may adopt: not when it is being deleted, or is gone. The cache may be behind, so the server is
/// asked, once: an owner that dies while its dependents are orphaned would otherwise take them back and with it.
template <class T> class AdoptionCheck {
public:
    /// Both must outlive the check.
    AdoptionCheck(const client::Client& client, const T& owner) : client_(client), owner_(owner) {}

    client::Result<bool> operator()() {
        if (!owner_.metadata.deletionTimestamp.empty())
            return false;
        if (!allowed_) {
            const auto live = client_.get<T>(owner_.metadata.namespace_, owner_.metadata.name);
            if (!live && live.error().kind != client::Errc::notFound)
                return std::unexpected(live.error());
            allowed_ = live && live->metadata.uid == owner_.metadata.uid && live->metadata.deletionTimestamp.empty();
        }
        return *allowed_;
    }

private:
    const client::Client& client_;
    const T& owner_;
    std::optional<bool> allowed_;
};

} // namespace slipway::controllers
