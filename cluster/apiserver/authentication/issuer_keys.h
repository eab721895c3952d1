#pragma once

#include "cluster/apiserver/authentication/authentication_config.h"
#include "cluster/pki/pki.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace slipway::client {
class Transport;
}

namespace slipway::apiserver::authentication {

/// The keys an issuer publishes: found by its discovery document (OpenID Connect Discovery 1.0), kept, and fetched anew
/// every so often and when a token names one that is not there. Thread-safe; a thread of its own speaks to the issuer.
class IssuerKeys {
public:
    explicit IssuerKeys(const JwtIssuer& issuer);
    ~IssuerKeys();
    IssuerKeys(const IssuerKeys&) = delete;
    IssuerKeys& operator=(const IssuerKeys&) = delete;

    /// Whether a key of that name is there: then verify() does not wait.
    bool knows(std::string_view keyId) const;
    /// The claims of a token that the issuer signed. Waits some seconds for keys where they are not there.
    std::expected<std::string, std::string> verify(std::string_view token, std::string_view keyId);

private:
    void run();
    std::expected<std::shared_ptr<const pki::KeySet>, std::string> fetch();
    std::expected<std::string, std::string> get(const std::string& url);

    const JwtIssuer issuer_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<const pki::KeySet> keys_; ///< null: none yet
    std::uint64_t fetches_ = 0;               ///< that have ended
    bool wanted_ = true, stopping_ = false;
    std::thread thread_;
};

} // namespace slipway::apiserver::authentication
