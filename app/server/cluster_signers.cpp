#include "app/server/cluster_signers.h"

#include "cluster/apiserver/admission/quota_usage.h"
#include "cluster/base/random.h"
#include "cluster/pki/signing_requests.h"

#include <chrono>
#include <format>

namespace slipway::server {

namespace {

using api::JsonObject;

/// A token in a Secret ends with the Secret; the expiry only has to be far away.
constexpr auto secretTokenLife = std::chrono::hours(24 * 3650);

std::string secretTokenClaims(const controllers::SecretToken& wanted, const std::string& issuer) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    const JsonObject binding{{"namespace", wanted.ns},
                             {"serviceaccount", JsonObject{{"name", wanted.account}, {"uid", wanted.accountUid}}},
                             {"secret", JsonObject{{"name", wanted.secret}, {"uid", wanted.secretUid}}}};
    return api::printJson(JsonObject{{"aud", api::JsonArray{issuer}},
                                     {"exp", (now + std::chrono::seconds(secretTokenLife)).count()},
                                     {"iat", now.count()},
                                     {"nbf", now.count()},
                                     {"iss", issuer},
                                     {"jti", base::newUuid()},
                                     {"sub", std::format("system:serviceaccount:{}:{}", wanted.ns, wanted.account)},
                                     {"kubernetes.io", binding}});
}

const api::Resource* resourceOf(const client::ResourceRef& reference) {
    return api::findResource(reference.group, reference.version, reference.resource);
}

} // namespace

controllers::Signers makeSigners(const ClusterFiles& files, std::string issuer) {
    const pki::KeyPair authority{files.caPem, files.caKeyPem};
    controllers::Signers signers;
    signers.names = [](const std::string& pem) -> std::expected<controllers::CertificateNames, std::string> {
        auto names = pki::namesOfRequest(pem);
        if (!names)
            return std::unexpected(names.error().message);
        return controllers::CertificateNames{std::move(names->commonName), std::move(names->organizations),
                                             std::move(names->dnsNames), std::move(names->ipAddresses),
                                             names->otherNames};
    };
    signers.certificate = [authority](const std::string& pem, const std::vector<std::string>& usages,
                                      std::chrono::seconds lifetime) -> std::expected<std::string, std::string> {
        auto made = pki::signRequest(authority, pem, usages, lifetime);
        return made ? std::expected<std::string, std::string>(std::move(*made)) : std::unexpected(made.error().message);
    };
    signers.token = [key = files.serviceAccountKeyPem, issuer = std::move(issuer)](
                        const controllers::SecretToken& wanted) -> std::expected<std::string, std::string> {
        auto made = pki::signToken(key, secretTokenClaims(wanted, issuer));
        return made ? std::expected<std::string, std::string>(std::move(*made)) : std::unexpected(made.error().message);
    };
    return signers;
}

controllers::QuotaEvaluation makeQuotaEvaluation() {
    controllers::QuotaEvaluation evaluation;
    evaluation.usage = [](const client::ResourceRef& reference, const JsonObject& object) {
        if (const api::Resource* resource = resourceOf(reference))
            return apiserver::admission::quotaUsage(*resource, object);
        // A custom kind: its objects are only counted.
        controllers::QuotaAmounts one;
        one["count/" + reference.resource + "." + reference.group] = api::Quantity::fromInteger(1);
        return one;
    };
    evaluation.inScope = [](const JsonObject& quota, const client::ResourceRef& reference, const JsonObject& object) {
        const api::Resource* resource = resourceOf(reference);
        if (resource == nullptr)
            resource = api::findResource("", "v1", "configmaps"); // as any kind without scopes
        return apiserver::admission::inScope(quota, *resource, object);
    };
    return evaluation;
}

} // namespace slipway::server
