#include "cluster/controllers/certificates/certificate_request.h"

#include "cluster/base/time.h"

#include <algorithm>
#include <set>

namespace slipway::controllers {

using std::chrono::hours;
using std::chrono::seconds;

namespace {

constexpr auto decidedFor = hours(1), pendingFor = hours(24);
constexpr seconds shortest = std::chrono::minutes(10), longest = hours(24 * 365);

bool usesAre(const CertificateSigningRequest& request, const char* required, const char* forbidden) {
    const auto& usages = request.spec.usages;
    const auto has = [&](const char* usage) { return std::ranges::find(usages, usage) != usages.end(); };
    const std::set<std::string> allowed{"digital signature", "key encipherment", required};
    return has(required) && !has(forbidden) &&
           std::ranges::all_of(usages, [&](const std::string& usage) { return allowed.contains(usage); });
}

bool isNodeName(const CertificateNames& names) {
    return names.commonName.starts_with("system:node:") &&
           names.organizations == std::vector<std::string>{"system:nodes"};
}

std::string refuseNodeClient(const CertificateSigningRequest& request, const CertificateNames& names) {
    if (names.organizations != std::vector<std::string>{"system:nodes"})
        return "subject organization is not system:nodes";
    if (!names.dnsNames.empty() || !names.ipAddresses.empty() || names.otherNames)
        return "DNS, IP, email and URI subject alternative names are not allowed";
    if (!names.commonName.starts_with("system:node:"))
        return "subject common name does not begin with system:node:";
    return usesAre(request, "client auth", "server auth") ? "" : "usages did not match the set of allowed ones";
}

std::string refuseNodeServing(const CertificateSigningRequest& request, const CertificateNames& names) {
    if (names.organizations != std::vector<std::string>{"system:nodes"})
        return "subject organization is not system:nodes";
    if (names.dnsNames.empty() && names.ipAddresses.empty())
        return "DNS or IP subjectAltName is required";
    if (names.otherNames)
        return "email and URI subject alternative names are not allowed";
    if (!names.commonName.starts_with("system:node:"))
        return "subject common name does not begin with system:node:";
    if (names.commonName != request.spec.username)
        return "subject common name is not the requestor";
    return usesAre(request, "server auth", "client auth") ? "" : "usages did not match the set of allowed ones";
}

} // namespace

const api::certificates_v1::CertificateSigningRequestCondition* conditionOf(const CertificateSigningRequest& request,
                                                                            std::string_view type) {
    if (request.status)
        for (const auto& condition : request.status->conditions)
            if (condition.type == type && condition.status != "False")
                return &condition;
    return nullptr;
}

bool isOurSigner(const std::string& signer) {
    return signer == clientSigner || signer == nodeClientSigner || signer == nodeServingSigner ||
           signer == legacySigner;
}

std::string refusal(const CertificateSigningRequest& request, const CertificateNames& names) {
    const std::string& signer = request.spec.signerName;
    if (signer == clientSigner)
        return usesAre(request, "client auth", "server auth") ? "" : "usages did not match the set of allowed ones";
    if (signer == nodeClientSigner)
        return refuseNodeClient(request, names);
    if (signer == nodeServingSigner)
        return refuseNodeServing(request, names);
    return {};
}

bool isNodeClientRequest(const CertificateSigningRequest& request, const CertificateNames& names, bool self) {
    return request.spec.signerName == nodeClientSigner && isNodeName(names) &&
           refuseNodeClient(request, names).empty() && (!self || request.spec.username == names.commonName);
}

seconds lifetimeOf(const CertificateSigningRequest& request) {
    if (!request.spec.expirationSeconds)
        return longest;
    return std::clamp(seconds(*request.spec.expirationSeconds), shortest, longest);
}

seconds keepFor(const CertificateSigningRequest& request, std::chrono::system_clock::time_point now) {
    auto since = base::parseTime(request.metadata.creationTimestamp).value_or(now);
    seconds keep = pendingFor;
    for (const char* type : {"Approved", "Denied", "Failed"})
        if (const auto* condition = conditionOf(request, type)) {
            since = base::parseTime(condition->lastUpdateTime).value_or(since);
            keep = decidedFor;
        }
    return std::chrono::ceil<seconds>(since + keep - now);
}

} // namespace slipway::controllers
