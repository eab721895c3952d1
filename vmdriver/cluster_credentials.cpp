#include "vmdriver/cluster_credentials.h"

#include <format>
#include <mutex>

#include "cluster/base/files.h"
#include "cluster/client/kubeconfig.h"
#include "cluster/pki/pki.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

constexpr auto renewBefore = std::chrono::hours(24 * 30);

Result<void> writeSecret(const fs::path& path, const std::string& text, unsigned mode = 0600) {
    const auto written = base::writeFileAtomically(path, text, mode);
    return written ? Result<void>() : failure(DriverErrc::io, written.error().message);
}

Result<void> makePrivateFolder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error)
        fs::permissions(folder, fs::perms::owner_all, error);
    return error ? failure(DriverErrc::io, folder.string() + ": " + error.message()) : Result<void>();
}

/// A key pair in PATH.crt and PATH.key; made anew when it is missing, nearly expired, or was made for another `purpose`
/// (a text that names what is in the certificate).
Result<pki::KeyPair> keptPair(const fs::path& path, const std::string& purpose, const pki::KeyPair& authority,
                              const pki::CertificateRequest& request) {
    const fs::path certificate = path.string() + ".crt", key = path.string() + ".key", made = path.string() + ".for";
    const auto kept = base::readFile(certificate), keptKey = base::readFile(key), keptFor = base::readFile(made);
    if (kept && keptKey && keptFor && *keptFor == purpose)
        if (const auto expiry = pki::expiryOf(*kept);
            expiry && *expiry > std::chrono::system_clock::now() + renewBefore)
            return pki::KeyPair{*kept, *keptKey};
    auto pair = pki::issueCertificate(authority, request);
    if (!pair)
        return failure(DriverErrc::io, pair.error().message);
    const std::pair<fs::path, std::string> files[] = {
        {key, pair->keyPem}, {certificate, pair->certificatePem}, {made, purpose}};
    for (const auto& [file, text] : files)
        if (auto written = writeSecret(file, text); !written)
            return std::unexpected(written.error());
    return *pair;
}

std::string kubeconfigText(const std::string& server, const std::string& caPem, const std::string& user,
                           const pki::KeyPair& pair) {
    client::ConnectionSettings settings;
    settings.server = server;
    settings.caPem = caPem;
    settings.clientCertificatePem = pair.certificatePem;
    settings.clientKeyPem = pair.keyPem;
    settings.contextName = "slipway";
    return client::writeKubeconfig("slipway", user, settings);
}

} // namespace

bool ClusterCredentials::exist() const {
    std::error_code ignored;
    return fs::exists(folder_ / "pki/sa.key", ignored); // the last one written
}

Result<void> ClusterCredentials::adopt(const AuthorityFiles& authority) const {
    if (auto made = makePrivateFolder(folder_ / "pki"); !made)
        return made;
    for (const auto& [name, text] : {std::pair{"pki/ca.key", &authority.key},
                                     {"pki/ca.crt", &authority.certificate},
                                     {"pki/sa.key", &authority.serviceAccountKey}})
        if (auto written = writeSecret(folder_ / name, *text); !written)
            return written;
    return {};
}

Result<AuthorityFiles> ClusterCredentials::authority() const {
    if (!exist()) {
        auto pair = pki::makeAuthority("slipway");
        auto accounts = pki::makePrivateKey();
        if (!pair || !accounts)
            return failure(DriverErrc::io,
                           "no keys could be made: " + (pair ? accounts.error() : pair.error()).message);
        if (auto kept = adopt({pair->certificatePem, pair->keyPem, *accounts}); !kept)
            return std::unexpected(kept.error());
    }
    AuthorityFiles files;
    for (const auto& [name, text] : {std::pair{"pki/ca.crt", &files.certificate},
                                     {"pki/ca.key", &files.key},
                                     {"pki/sa.key", &files.serviceAccountKey}}) {
        auto content = base::readFile(folder_ / name);
        if (!content)
            return failure(DriverErrc::io, content.error().message);
        *text = std::move(*content);
    }
    return files;
}

Result<NodeCredentials> ClusterCredentials::forNode(const ClusterProfile& profile, const NodeProfile& node) const {
    const auto files = authority();
    if (!files)
        return std::unexpected(files.error());
    const pki::KeyPair authority{files->certificate, files->key};
    const std::string user = "system:node:" + node.name;
    pki::CertificateRequest client{.commonName = user, .organizations = {"system:nodes"}};
    client.client = true;
    pki::CertificateRequest server{.commonName = user,
                                   .organizations = {"system:nodes"},
                                   .dnsNames = {node.name, "localhost"},
                                   .ipAddresses = {node.address, "127.0.0.1"}};
    server.server = true;
    const auto known = keptPair(folder_ / "pki" / ("node-" + node.name), user, authority, client);
    if (!known)
        return std::unexpected(known.error());
    const auto serving = keptPair(folder_ / "pki" / ("serving-" + node.name), node.address, authority, server);
    if (!serving)
        return std::unexpected(serving.error());
    const std::string url = std::format("https://{}:6443", profile.apiHost());
    NodeCredentials credentials{.kubeconfig = kubeconfigText(url, files->certificate, user, *known),
                                .servingCertificate = serving->certificatePem,
                                .servingKey = serving->keyPem};
    if (node.controlPlane && profile.controlPlaneCount() > 1)
        if (auto added = addEtcd(credentials, node); !added)
            return std::unexpected(added.error());
    return credentials;
}

/// Nodes are prepared at the same time: one of them makes the authority.
Result<void> ClusterCredentials::addEtcd(NodeCredentials& credentials, const NodeProfile& node) const {
    static std::mutex one;
    const std::scoped_lock lock(one);
    const fs::path certificate = folder_ / "pki/etcd-ca.crt", key = folder_ / "pki/etcd-ca.key";
    std::error_code ignored;
    if (!fs::exists(certificate, ignored)) {
        const auto made = pki::makeAuthority("slipway-etcd");
        if (!made)
            return failure(DriverErrc::io, "no keys could be made: " + made.error().message);
        for (const auto& [file, text] : {std::pair{key, made->keyPem}, {certificate, made->certificatePem}})
            if (auto written = writeSecret(file, text); !written)
                return written;
    }
    const auto authority = base::readFile(certificate), authorityKey = base::readFile(key);
    if (!authority || !authorityKey)
        return failure(DriverErrc::io, (authority ? authorityKey : authority).error().message);
    pki::CertificateRequest request{
        .commonName = node.name, .dnsNames = {node.name, "localhost"}, .ipAddresses = {node.address, "127.0.0.1"}};
    request.client = request.server = true;
    const auto pair =
        keptPair(folder_ / "pki" / ("etcd-" + node.name), node.address, {*authority, *authorityKey}, request);
    if (!pair)
        return std::unexpected(pair.error());
    credentials.etcdAuthority = *authority;
    credentials.etcdCertificate = pair->certificatePem;
    credentials.etcdKey = pair->keyPem;
    return {};
}

Result<fs::path> ClusterCredentials::adminKubeconfig(const ClusterProfile& profile) const {
    const auto files = authority();
    if (!files)
        return std::unexpected(files.error());
    pki::CertificateRequest request{.commonName = "kubernetes-admin", .organizations = {"system:masters"}};
    request.client = true;
    const auto pair = keptPair(folder_ / "pki/admin", "kubernetes-admin", {files->certificate, files->key}, request);
    if (!pair)
        return std::unexpected(pair.error());
    const std::string text = kubeconfigText(profile.serverUrl(), files->certificate, "kubernetes-admin", *pair);
    const fs::path path = adminKubeconfigPath();
    if (const auto kept = base::readFile(path); !kept || *kept != text)
        if (auto written = writeSecret(path, text); !written)
            return std::unexpected(written.error());
    return path;
}

} // namespace slipway::vmdriver
