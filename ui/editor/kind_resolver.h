#pragma once

#include "cluster/client/client.h"

#include <map>
#include <mutex>
#include <string>

namespace slipway::ui {

/// Finds where a kind is served: Kubernetes' own kinds from the schema tables, others by asking the server's
/// discovery once per group version. Thread-safe; may block for a request.
class KindResolver {
public:
    explicit KindResolver(std::shared_ptr<const client::Client> client) : client_(std::move(client)) {}

    /// Errors: notFound when the server does not serve the kind, and those of the request.
    client::Result<client::ResourceRef> resolve(const std::string& apiVersion, const std::string& kind);

private:
    client::Result<void> discover(const std::string& apiVersion);

    std::shared_ptr<const client::Client> client_;
    std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, client::ResourceRef> found_; ///< by apiVersion and kind
};

} // namespace slipway::ui
