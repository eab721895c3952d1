#pragma once

#include "cluster/client/client.h"

#include "cluster/api/quantity.h"

#include <chrono>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::controllers {

/// A client that acts as a controller's own user, for instance "deployment-controller".
using ClientFactory = std::function<std::shared_ptr<const client::Client>(const std::string& controller)>;

/// Amounts by the name a quota limits them by ("pods", "requests.cpu", "count/widgets.example.com").
using QuotaAmounts = std::map<std::string, api::Quantity, std::less<>>;

/// What objects take from quotas, decided by the same functions as in admission.
struct QuotaEvaluation {
    std::function<QuotaAmounts(const client::ResourceRef&, const api::JsonObject& object)> usage;
    std::function<bool(const api::JsonObject& quota, const client::ResourceRef&, const api::JsonObject& object)>
        inScope;
};

/// For whom a certificate signing request asks a certificate.
struct CertificateNames {
    std::string commonName;
    std::vector<std::string> organizations, dnsNames, ipAddresses;
    bool otherNames = false; ///< mail addresses or URIs among the alternative names
};

/// A service account's token that lives in a Secret.
struct SecretToken {
    std::string ns, account, accountUid, secret, secretUid;
};

/// What is done with the cluster's keys. The error says why it cannot be done. Null functions: not in this server.
struct Signers {
    /// Reads a PEM certificate signing request, and checks its signature.
    std::function<std::expected<CertificateNames, std::string>(const std::string& requestPem)> names;
    /// A PEM certificate for one.
    std::function<std::expected<std::string, std::string>(
        const std::string& requestPem, const std::vector<std::string>& usages, std::chrono::seconds lifetime)>
        certificate;
    /// A token that is valid as long as its Secret is there.
    std::function<std::expected<std::string, std::string>(const SecretToken&)> token;
};

struct Options {
    std::string caPem;                         ///< published in every namespace
    std::string clusterCidr = "10.244.0.0/16"; ///< the pod networks of the nodes are parts of it
    std::string identity;                      ///< of this server, in the lease of the controllers
    std::string loadBalancerCidr;              ///< of the addresses of LoadBalancer services; empty: those of the nodes
    QuotaEvaluation quota;
    Signers signers;
};

/// All controllers of the control plane, run by a fixed number of threads. start() returns once every cache is filled.
class ControllerSet {
public:
    ControllerSet(const ClientFactory& clients, const Options& options);
    ~ControllerSet();
    ControllerSet(const ControllerSet&) = delete;
    ControllerSet& operator=(const ControllerSet&) = delete;

    void start();
    void stop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace slipway::controllers
