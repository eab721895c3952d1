#pragma once

#include "cluster/client/error.h"
#include "cluster/client/transport.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::client {

/// Everything needed to reach one server as one user: a kubeconfig context, resolved.
struct ConnectionSettings {
    std::string server; ///< "https://172.30.0.2:6443"
    std::string caPem;  ///< trusted CA certificates; empty: the system's
    bool insecureSkipTlsVerify = false;
    std::string tlsServerName; ///< overrides the host name that is verified
    std::string clientCertificatePem, clientKeyPem;
    std::string token, tokenFile; ///< bearer token; a file is read anew when it changes
    std::string username, password;
    std::vector<std::string> execCommand; ///< credential plugin: command and arguments
    std::map<std::string, std::string> execEnvironment;
    std::string execApiVersion;
    std::string defaultNamespace; ///< of the context; "default" when it names none
    std::string contextName;
    std::chrono::seconds requestTimeout{60}; ///< how long an answer that is no stream may take
};

struct ContextEntry {
    std::string name, cluster, user, defaultNamespace;
    bool current = false;
};

/// The contexts a kubeconfig holds. Errors: Errc::config with the path and the line.
Result<std::vector<ContextEntry>> listContexts(const std::filesystem::path& kubeconfig);

/// Resolves one context (empty: the current one). Relative file names are relative to the kubeconfig's folder.
Result<ConnectionSettings> loadContext(const std::filesystem::path& kubeconfig, const std::string& context = {});

/// The kubeconfig kubectl would use: the first entry of $KUBECONFIG, or ~/.kube/config.
std::filesystem::path defaultKubeconfigPath();

/// A kubeconfig text for one cluster and one user, with everything embedded.
std::string writeKubeconfig(const std::string& clusterName, const std::string& userName,
                            const ConnectionSettings& settings);

/// A transport over HTTP/1.1 with TLS and kept-alive connections. Errors: Errc::config for unusable credentials; the
/// connection itself is made at the first request.
Result<std::shared_ptr<Transport>> makeHttpTransport(const ConnectionSettings& settings);

} // namespace slipway::client
