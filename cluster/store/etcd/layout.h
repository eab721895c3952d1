#pragma once

#include "cluster/store/etcd/etcd_client.h"
#include "cluster/store/etcd/stored_value.h"

namespace slipway::store::etcd {

/// Where things lie in etcd.
struct Layout {
    std::string prefix;

    std::string keyOf(std::string_view key) const { return prefix + std::string(key); }
    /// Written with every commit: its history says who made which.
    std::string originKey() const { return "!origin" + prefix; }
    Entry entryOf(const pb::KeyValue& kv) const {
        return {kv.key().substr(prefix.size()), unpacked(kv.value(), kv.mod_revision()), kv.create_revision(),
                kv.mod_revision()};
    }
};

} // namespace slipway::store::etcd
