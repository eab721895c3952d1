#include "cluster/apiserver/authentication/issuer_keys.h"

#include "cluster/api/json.h"
#include "cluster/base/log.h"
#include "cluster/client/kubeconfig.h"

#include <format>

namespace slipway::apiserver::authentication {
namespace {

using namespace std::chrono_literals;

// Strangers can send tokens with any key's name: the issuer is not asked more often than this.
constexpr std::chrono::seconds rest = 2s, longestPause = 10s, refresh = 1h, patience = 5s;

} // namespace

IssuerKeys::IssuerKeys(const JwtIssuer& issuer) : issuer_(issuer), thread_([this] { run(); }) {}

IssuerKeys::~IssuerKeys() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool IssuerKeys::knows(std::string_view keyId) const {
    const std::lock_guard lock(mutex_);
    return keys_ != nullptr && (keyId.empty() || keys_->has(keyId));
}

std::expected<std::string, std::string> IssuerKeys::verify(std::string_view token, std::string_view keyId) {
    std::shared_ptr<const pki::KeySet> keys;
    {
        std::unique_lock lock(mutex_);
        if (keys_ == nullptr || (!keyId.empty() && !keys_->has(keyId))) {
            wanted_ = true;
            changed_.notify_all();
            const std::uint64_t before = fetches_;
            changed_.wait_for(lock, patience, [&] { return stopping_ || fetches_ > before; });
        }
        keys = keys_;
    }
    if (keys == nullptr)
        return std::unexpected("authenticator not initialized");
    return keys->verify(token, issuer_.algorithms).transform_error([](const pki::Error& error) {
        return error.message;
    });
}

void IssuerKeys::run() {
    std::unique_lock lock(mutex_);
    auto pause = std::chrono::seconds(1);
    while (!stopping_) {
        wanted_ = false;
        lock.unlock();
        auto fetched = fetch();
        if (!fetched)
            base::warn("authentication", "the keys of {} cannot be had: {}", issuer_.url, fetched.error());
        lock.lock();
        ++fetches_;
        if (fetched)
            keys_ = std::move(*fetched);
        changed_.notify_all();
        if (keys_ == nullptr) {
            changed_.wait_for(lock, pause, [&] { return stopping_; });
            pause = std::min<std::chrono::seconds>(2 * pause, longestPause);
            continue;
        }
        changed_.wait_for(lock, rest, [&] { return stopping_; });
        changed_.wait_for(lock, refresh, [&] { return stopping_ || wanted_; });
    }
}

std::expected<std::shared_ptr<const pki::KeySet>, std::string> IssuerKeys::fetch() {
    std::string place = issuer_.discoveryUrl;
    if (place.empty())
        place = issuer_.url + (issuer_.url.ends_with('/') ? "" : "/") + ".well-known/openid-configuration";
    const auto text = get(place);
    if (!text)
        return std::unexpected(text.error());
    const auto document = api::parseJson(*text);
    if (!document)
        return std::unexpected(place + " is not JSON");
    if (api::stringAt(*document, {"issuer"}) != issuer_.url)
        return std::unexpected(
            std::format("{} is of another issuer, \"{}\"", place, api::stringAt(*document, {"issuer"})));
    const auto keys = get(std::string(api::stringAt(*document, {"jwks_uri"})));
    if (!keys)
        return std::unexpected(keys.error());
    auto set = pki::KeySet::parse(*keys);
    if (!set)
        return std::unexpected(set.error().message);
    return std::make_shared<const pki::KeySet>(std::move(*set));
}

std::expected<std::string, std::string> IssuerKeys::get(const std::string& url) {
    constexpr std::string_view scheme = "https://";
    if (!url.starts_with(scheme))
        return std::unexpected(std::format("\"{}\" is no https URL", url));
    const std::size_t slash = url.find('/', scheme.size());
    client::ConnectionSettings settings;
    settings.server = url.substr(0, slash);
    settings.caPem = issuer_.caPem;
    settings.requestTimeout = 10s;
    const auto transport = client::makeHttpTransport(settings);
    if (!transport)
        return std::unexpected(transport.error().message);
    const auto answer =
        (*transport)->send({"GET", slash == url.npos ? "/" : url.substr(slash), {}, {}, "application/json"});
    if (!answer)
        return std::unexpected(std::format("{}: {}", url, answer.error().message));
    if (answer->code != 200)
        return std::unexpected(std::format("{} answers {}", url, answer->code));
    return answer->body;
}

} // namespace slipway::apiserver::authentication
