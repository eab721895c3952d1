#include "cluster/api/base64.h"
#include "cluster/api/schema.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <array>
#include <set>

namespace slipway::api {
namespace {

constexpr std::array<std::string_view, 23> usages{"any",
                                                  "cert sign",
                                                  "client auth",
                                                  "code signing",
                                                  "content commitment",
                                                  "crl sign",
                                                  "data encipherment",
                                                  "decipher only",
                                                  "digital signature",
                                                  "email protection",
                                                  "encipher only",
                                                  "ipsec end system",
                                                  "ipsec tunnel",
                                                  "ipsec user",
                                                  "key agreement",
                                                  "key encipherment",
                                                  "microsoft sgc",
                                                  "netscape sgc",
                                                  "ocsp signing",
                                                  "s/mime",
                                                  "server auth",
                                                  "signing",
                                                  "timestamping"};

/// "example.com/name": a domain of at least two parts and a path of one.
std::optional<std::string> signerProblem(std::string_view name) {
    const std::size_t slash = name.find('/');
    if (slash == name.npos || name.find('/', slash + 1) != name.npos)
        return "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    const std::string_view domain = name.substr(0, slash);
    if (const auto problem = subdomainProblem(domain))
        return *problem;
    if (!domain.contains('.'))
        return "should be a domain with at least two segments separated by dots";
    return subdomainProblem(name.substr(slash + 1));
}

void validateRequest(const At& spec) {
    const auto pem = decodeBase64(spec.text("request"));
    if (!pem || !pem->contains("-----BEGIN "))
        return spec.invalid("request", "PEM block type must be CERTIFICATE REQUEST");
    if (!pem->contains("-----BEGIN CERTIFICATE REQUEST-----") &&
        !pem->contains("-----BEGIN NEW CERTIFICATE REQUEST-----"))
        spec.invalid("request", "PEM block type must be CERTIFICATE REQUEST");
}

void validateUsages(const At& spec) {
    if (spec.list("usages").empty())
        return spec.require("usages");
    std::set<std::string_view> seen;
    spec.eachText("usages", [&](std::string_view usage, const std::string& path) {
        if (std::ranges::find(usages, usage) == usages.end())
            spec.causes().push_back(notSupported(path, Json(usage), {usages.begin(), usages.end()}));
        else if (!seen.insert(usage).second)
            spec.causes().push_back(duplicateValue(path, Json(usage)));
    });
}

/// The conditions of a type, in their order.
JsonArray conditionsOf(const At& request, std::string_view type) {
    JsonArray found;
    for (const Json& condition : request.in("status").list("conditions"))
        if (stringAt(condition, {"type"}) == type)
            found.push_back(condition);
    return found;
}

void validateRequestConditions(const At& request) {
    std::set<std::string_view> seen;
    request.in("status").each("conditions", [&](const At& condition) {
        const std::string_view type = condition.text("type"), status = condition.text("status");
        if (!condition.needs("type"))
            return;
        if (!seen.insert(type).second)
            condition.causes().push_back(duplicateValue(condition.pathOf("type"), Json(type)));
        if (status.empty())
            condition.require("status");
        else if ((type == "Approved" || type == "Denied" || type == "Failed") && status != "True")
            condition.unsupported("status", {"True"});
        else
            condition.oneOf("status", {"False", "True", "Unknown"});
    });
    if (!conditionsOf(request, "Approved").empty() && !conditionsOf(request, "Denied").empty())
        request.in("status").invalid("conditions", "Approved and Denied conditions are mutually exclusive", "Approved");
}

/// What was issued is given once, and is nothing but certificates.
void validateCertificate(const At& before, const At& after) {
    if (before.has("certificate"))
        return after.forbid("certificate", "updates may not modify existing certificate content");
    const auto pem = decodeBase64(after.text("certificate"));
    if (!pem || !pem->contains("-----BEGIN CERTIFICATE-----"))
        after.causes().push_back(invalidValue(after.pathOf("certificate"), Json("<certificate data>"),
                                              "must contain at least one CERTIFICATE PEM block"));
}

} // namespace

void validateCertificateRequest(const JsonObject& object, Causes& causes) {
    const At request(object, {}, causes), spec = request.in("spec");
    validateRequest(spec);
    validateUsages(spec);
    if (spec.needs("signerName")) {
        if (spec.text("signerName") == "kubernetes.io/legacy-unknown")
            spec.invalid("signerName", "the legacy signerName is not allowed via this API version");
        else
            spec.judge("signerName", signerProblem);
    }
    if (const auto seconds = spec.number("expirationSeconds"); seconds && *seconds < 600)
        spec.invalid("expirationSeconds", "may not specify a duration less than 600 seconds (10 minutes)");
}

void validateCertificateRequestUpdate(const JsonObject& object, const JsonObject& changed, Causes& causes) {
    validateImmutable(At(object, {}, causes), At(changed, {}, causes), "spec");
}

void validateCertificateDecision(std::string_view subresource, const JsonObject& object, const JsonObject& changed,
                                 Causes& causes) {
    const At before(object, {}, causes), after(changed, {}, causes);
    const auto refuse = [&](std::string_view what, std::string_view type) {
        causes.push_back(forbiddenField("status.conditions",
                                        std::format("updates may not {} a condition of type \"{}\"", what, type)));
    };
    validateRequestConditions(after);
    for (std::string_view type : {"Approved", "Denied", "Failed"}) {
        const JsonArray was = conditionsOf(before, type), is = conditionsOf(after, type);
        if (is.size() < was.size())
            refuse("remove", type);
        else if (subresource == "approval" || type == "Failed")
            continue;
        else if (is.size() > was.size())
            refuse("add", type);
        else if (is != was)
            refuse("modify", type);
    }
    if (before.in("status").text("certificate") != after.in("status").text("certificate"))
        validateCertificate(before.in("status"), after.in("status"));
}

} // namespace slipway::api
