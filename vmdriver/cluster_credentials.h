#pragma once
// The keys of a cluster: made on the host once, before any node exists, and handed to the nodes that need them.

#include <filesystem>
#include <string>

#include "vmdriver/driver_error.h"
#include "vmdriver/profile.h"

namespace slipway::vmdriver {

/// What a control-plane node must share with the others: the authority and the key of service account tokens. PEM.
struct AuthorityFiles {
    std::string certificate, key, serviceAccountKey;
};

/// What one node's agent is known by: client credentials as system:node:NAME, and its serving certificate.
struct NodeCredentials {
    std::string kubeconfig, servingCertificate, servingKey;
    /// Of a member of etcd, where there are several control planes; else empty. Its authority is another than the
    /// cluster's: a certificate that the API server knows must not open its store.
    std::string etcdAuthority, etcdCertificate, etcdKey;
};

/// The credentials under <cluster's folder>/pki, mode 0600. Certificates are kept and used again until 30 days before
/// they expire, or until the address they carry changes. Nothing is cached: an object may be used by one thread.
class ClusterCredentials {
public:
    /// @param folder  the cluster's folder in the profile store
    explicit ClusterCredentials(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Whether the authority has been made.
    bool exist() const;
    /// Takes over an authority that was made elsewhere (by a server that ran before its cluster had this folder).
    Result<void> adopt(const AuthorityFiles& authority) const;
    /// The authority, made when there is none. Error: io.
    Result<AuthorityFiles> authority() const;
    /// Credentials for a node that reaches the API server where the profile says. Error: io.
    Result<NodeCredentials> forNode(const ClusterProfile& profile, const NodeProfile& node) const;
    /// Writes the administrator's kubeconfig for the profile's server address when it is missing or no longer fits.
    /// Returns its path. Error: io.
    Result<std::filesystem::path> adminKubeconfig(const ClusterProfile& profile) const;
    std::filesystem::path adminKubeconfigPath() const { return folder_ / "admin.kubeconfig"; }

private:
    Result<void> addEtcd(NodeCredentials& credentials, const NodeProfile& node) const;

    std::filesystem::path folder_;
};

} // namespace slipway::vmdriver
