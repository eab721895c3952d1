#pragma once

#include "app/server/cluster_files.h"
#include "app/server/file_watcher.h"
#include "cluster/apiserver/http_server.h"

#include <expected>
#include <memory>
#include <string>

namespace slipway::server {

/// How the server shows itself and whose client certificates it believes, read from the files as they are now.
/// Errors: readable.
std::expected<apiserver::HttpOptions, std::string> readHttpOptions(const Settings& settings);

/// Takes in changes of files while the server runs: its certificate and key, the authorities of clients, and the
/// AuthenticationConfiguration. What cannot be used is logged, and what was before goes on.
class Reloading {
public:
    /// All outlive it.
    Reloading(const Settings& settings, apiserver::HttpServer& http, apiserver::ApiServer& server,
              apiserver::HttpOptions present);

private:
    void readCertificates();
    void readIdentities();

    const Settings& settings_;
    apiserver::HttpServer& http_;
    apiserver::ApiServer& server_;
    apiserver::HttpOptions present_;
    std::string identities_; ///< the configuration's text
    FileWatcher watcher_;
};

} // namespace slipway::server
