#pragma once

#include "cluster/store/store.h"

#include <string>
#include <vector>

namespace slipway::store {

/// Where an etcd (v3) is, and how to speak to it.
struct EtcdOptions {
    std::vector<std::string> endpoints; ///< "http://10.0.0.1:2379", "https://..."; several must be addresses, not names
    std::string prefix = "/slipway";    ///< of all keys, so that others can use the same etcd
    std::string caPem, certificatePem, keyPem; ///< for https; the certificate is optional
    /// What the certificates of all members name; empty: the host of the first endpoint.
    std::string serverName;
};

/// Opens the store in an etcd, which other servers may use at the same time. The present of every key is kept in memory
/// and follows etcd with one thread; commits are transactions of etcd. While etcd cannot be reached reads go on with
/// what is known, commits and catchUp fail with io after ten seconds.
/// Errors: io when etcd cannot be reached.
Result<std::unique_ptr<Store>> openEtcdStore(const EtcdOptions& options);

} // namespace slipway::store
