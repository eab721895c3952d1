#pragma once

#include "cluster/apiserver/audit/audit_options.h"

#include "app/server/identity_options.h"

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::server {

/// What the server is told on the command line.
struct Settings {
    std::filesystem::path dataDir;
    unsigned short securePort = 6443;
    std::string bindAddress = "127.0.0.1", advertiseAddress, serviceCidr = "10.96.0.0/16",
                clusterCidr = "10.244.0.0/16", loadBalancerCidr, nodeName, ingressAddress, clusterDns, virtualAddress,
                virtualInterface = "eth0";
    std::vector<std::string> extraNames;
    std::filesystem::path encryptionConfig, tokenFile, schedulerConfig; ///< empty: none
    std::filesystem::path tlsCertificate, tlsKey;                       ///< empty: the server's own
    std::filesystem::path clientCa; ///< whose client certificates are believed too; empty: none
    std::vector<std::string> etcd;  ///< endpoints; none: the store is a file
    std::string etcdPrefix = "/slipway", etcdServerName;
    std::filesystem::path etcdCa, etcdCertificate, etcdKey; ///< empty: none
    apiserver::audit::Options audit;
    IdentityOptions identities;
    long long historySeconds = 3600, historyRevisions = 20'000,
              historyMebibytes = 512; ///< how much of the past the store keeps
};

/// The keys and certificates in use.
struct ClusterFiles {
    std::string caPem, caKeyPem, serverCertPem, serverKeyPem, serviceAccountKeyPem, agentClientCertPem,
        agentClientKeyPem;
};

/// Makes what is missing under DIR/pki (authority, server certificate, service account key, client certificates),
/// admin.kubeconfig, and node-NAME.kubeconfig with the agent's serving certificate; reads what is there. Private files
/// are 0600. Errors are readable.
std::expected<ClusterFiles, std::string> prepareClusterFiles(const Settings& settings);

} // namespace slipway::server
