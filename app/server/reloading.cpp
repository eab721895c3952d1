#include "app/server/reloading.h"

#include "cluster/base/files.h"
#include "cluster/base/log.h"

namespace slipway::server {
namespace {

namespace fs = std::filesystem;

struct CertificateFiles {
    fs::path certificate, key, authority, clientAuthority; ///< the last: of the command line; may be empty
};

CertificateFiles filesOf(const Settings& settings) {
    const fs::path pki = settings.dataDir / "pki";
    const bool own = settings.tlsCertificate.empty();
    return {own ? pki / "apiserver.crt" : settings.tlsCertificate, own ? pki / "apiserver.key" : settings.tlsKey,
            pki / "ca.crt", settings.clientCa};
}

std::vector<fs::path> watched(const Settings& settings) {
    const CertificateFiles files = filesOf(settings);
    std::vector<fs::path> list{files.certificate, files.key, files.authority};
    for (const fs::path& further : {files.clientAuthority, settings.identities.configFile})
        if (!further.empty())
            list.push_back(further);
    return list;
}

} // namespace

std::expected<apiserver::HttpOptions, std::string> readHttpOptions(const Settings& settings) {
    const CertificateFiles files = filesOf(settings);
    apiserver::HttpOptions options;
    options.address = settings.bindAddress;
    options.port = settings.securePort;
    for (auto [file, text] :
         {std::pair(files.certificate, &options.certificatePem), std::pair(files.key, &options.keyPem),
          std::pair(files.authority, &options.clientCaPem)}) {
        auto read = base::readFile(file);
        if (!read)
            return std::unexpected(read.error().message);
        *text = std::move(*read);
    }
    if (!files.clientAuthority.empty()) {
        const auto further = base::readFile(files.clientAuthority);
        if (!further)
            return std::unexpected(further.error().message);
        options.clientCaPem += "\n" + *further;
    }
    return options;
}

Reloading::Reloading(const Settings& settings, apiserver::HttpServer& http, apiserver::ApiServer& server,
                     apiserver::HttpOptions present)
    : settings_(settings)
    , http_(http)
    , server_(server)
    , present_(std::move(present))
    , identities_(base::readFile(settings.identities.configFile).value_or(""))
    , watcher_(watched(settings), [this] {
        readCertificates();
        readIdentities();
    }) {}

void Reloading::readCertificates() {
    auto next = readHttpOptions(settings_);
    if (!next) {
        base::warn("server", "certificates: {}", next.error());
        return;
    }
    if (next->certificatePem == present_.certificatePem && next->keyPem == present_.keyPem &&
        next->clientCaPem == present_.clientCaPem)
        return;
    if (const auto renewed = http_.renew(*next); !renewed) {
        base::warn("server", "the changed certificates cannot be used: {}", renewed.error());
        return;
    }
    present_ = std::move(*next);
    base::info("server", "certificates were read anew");
}

void Reloading::readIdentities() {
    const fs::path& file = settings_.identities.configFile;
    const auto text = file.empty() ? std::expected<std::string, base::FileError>() : base::readFile(file);
    if (!text || *text == identities_)
        return;
    identities_ = *text;
    auto next = outsideIdentities(settings_.identities, server_.options().issuer);
    if (!next) {
        base::warn("server", "the changed authentication configuration cannot be used: {}", next.error());
        return;
    }
    server_.trust(std::move(*next));
    base::info("server", "the authentication configuration was read anew");
}

} // namespace slipway::server
