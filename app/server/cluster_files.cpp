#include "app/server/cluster_files.h"

#include "cluster/base/files.h"
#include "cluster/client/kubeconfig.h"
#include "cluster/pki/pki.h"

#include <format>
#include <functional>

namespace slipway::server {
namespace {

namespace fs = std::filesystem;

/// Thrown between the steps below and caught by prepareClusterFiles.
struct Failure {
    std::string message;
};

template <class T, class E> T need(std::expected<T, E> result) {
    if (!result)
        throw Failure{result.error().message};
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

/// A certificate and its key as two files; made when either is missing or the certificate no longer fits.
pki::KeyPair pairOnDisk(const fs::path& base, const std::string& fingerprint,
                        const std::function<pki::Result<pki::KeyPair>()>& make) {
    const fs::path certificate = base.string() + ".crt", key = base.string() + ".key", names = base.string() + ".names";
    const auto known = base::readFile(names);
    if (fs::exists(certificate) && fs::exists(key) && (fingerprint.empty() || (known && *known == fingerprint)))
        return {need(base::readFile(certificate)), need(base::readFile(key))};
    pki::KeyPair made = need(make());
    need(base::writeFileAtomically(key, made.keyPem));
    need(base::writeFileAtomically(certificate, made.certificatePem, 0644));
    if (!fingerprint.empty())
        need(base::writeFileAtomically(names, fingerprint, 0644));
    return made;
}

pki::KeyPair clientPair(const fs::path& base, const pki::KeyPair& authority, const std::string& user,
                        std::vector<std::string> groups) {
    return pairOnDisk(base, {}, [&] {
        pki::CertificateRequest request;
        request.commonName = user;
        request.organizations = std::move(groups);
        request.client = true;
        return pki::issueCertificate(authority, request);
    });
}

pki::KeyPair serverPair(const fs::path& base, const pki::KeyPair& authority, const std::string& name,
                        std::vector<std::string> dnsNames, std::vector<std::string> addresses) {
    std::string fingerprint;
    for (const auto& list : {dnsNames, addresses})
        for (const std::string& entry : list)
            fingerprint += entry + "\n";
    return pairOnDisk(base, fingerprint, [&] {
        pki::CertificateRequest request;
        request.commonName = name;
        request.dnsNames = std::move(dnsNames);
        request.ipAddresses = std::move(addresses);
        request.server = true;
        return pki::issueCertificate(authority, request);
    });
}

void writeKubeconfig(const fs::path& file, const std::string& server, const std::string& caPem, const std::string& user,
                     const pki::KeyPair& pair) {
    client::ConnectionSettings settings;
    settings.server = server;
    settings.caPem = caPem;
    settings.clientCertificatePem = pair.certificatePem;
    settings.clientKeyPem = pair.keyPem;
    settings.contextName = "slipway";
    const std::string text = client::writeKubeconfig("slipway", user, settings);
    if (base::readFile(file) !=
        text) // what is there already needs no room: a full disk must not keep a server from serving
        need(base::writeFileAtomically(file, text));
}

/// The first address of the service network, under which pods reach the server.
std::string serviceAddress(const std::string& cidr) {
    const std::size_t dot = cidr.rfind('.');
    return dot == std::string::npos ? "10.96.0.1" : cidr.substr(0, dot) + ".1";
}

bool isAddress(const std::string& text) {
    return text.find_first_not_of("0123456789.") == std::string::npos || text.find(':') != std::string::npos;
}

ClusterFiles prepare(const Settings& settings) {
    const fs::path pki = settings.dataDir / "pki";
    std::error_code error;
    fs::create_directories(pki, error);
    if (error)
        throw Failure{std::format("{}: {}", pki.string(), error.message())};
    fs::permissions(settings.dataDir, fs::perms::owner_all, error);
    const pki::KeyPair authority = pairOnDisk(pki / "ca", {}, [] { return pki::makeAuthority("slipway"); });

    std::vector<std::string> names{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                                   "kubernetes.default.svc.cluster.local"};
    std::vector<std::string> addresses{"127.0.0.1", serviceAddress(settings.serviceCidr), settings.advertiseAddress};
    if (!settings.virtualAddress.empty())
        addresses.push_back(settings.virtualAddress);
    if (settings.bindAddress != "0.0.0.0")
        addresses.push_back(settings.bindAddress);
    for (const std::string& extra : settings.extraNames)
        (isAddress(extra) ? addresses : names).push_back(extra);
    const pki::KeyPair server = serverPair(pki / "apiserver", authority, "kube-apiserver", names, addresses);
    const pki::KeyPair toAgents =
        clientPair(pki / "apiserver-agent-client", authority, "kube-apiserver-kubelet-client", {"system:masters"});
    const pki::KeyPair admin = clientPair(pki / "admin", authority, "kubernetes-admin", {"system:masters"});

    const fs::path accountKey = pki / "sa.key";
    if (!fs::exists(accountKey))
        need(base::writeFileAtomically(accountKey, need(pki::makePrivateKey())));

    const std::string url = std::format("https://{}:{}", settings.advertiseAddress, settings.securePort);
    writeKubeconfig(settings.dataDir / "admin.kubeconfig", url, authority.certificatePem, "kubernetes-admin", admin);
    if (!settings.nodeName.empty()) {
        const std::string user = "system:node:" + settings.nodeName, file = "node-" + settings.nodeName;
        const pki::KeyPair node = clientPair(pki / file, authority, user, {"system:nodes"});
        writeKubeconfig(settings.dataDir / (file + ".kubeconfig"), url, authority.certificatePem, user, node);
        serverPair(settings.dataDir / file, authority, user, {settings.nodeName, "localhost"},
                   {settings.advertiseAddress, "127.0.0.1"});
    }
    return {authority.certificatePem,         authority.keyPem,        server.certificatePem, server.keyPem,
            need(base::readFile(accountKey)), toAgents.certificatePem, toAgents.keyPem};
}

} // namespace

std::expected<ClusterFiles, std::string> prepareClusterFiles(const Settings& settings) {
    try {
        return prepare(settings);
    } catch (const Failure& failure) {
        return std::unexpected(failure.message);
    }
}

} // namespace slipway::server
