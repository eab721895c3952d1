#include "cluster/api/validation_at.h"
#include "cluster/api/validation_pod_parts.h"

namespace slipway::api {
namespace {

constexpr std::size_t mostServers = 3, mostSearches = 32, mostSearchCharacters = 2048;

void validateDns(const At& spec) {
    const bool none = spec.text("dnsPolicy") == "None";
    const At dns = spec.in("dnsConfig");
    if (none && !spec.has("dnsConfig"))
        spec.require("dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None");
    else if (none && dns.list("nameservers").empty())
        dns.require("nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
    if (dns.list("nameservers").size() > mostServers)
        dns.invalid("nameservers", std::format("must not have more than {} nameservers", mostServers));
    dns.eachText("nameservers", [&](std::string_view server, const std::string& path) {
        if (const auto problem = addressProblem(server))
            dns.causes().push_back(invalidValue(path, Json(server), *problem));
    });
    if (dns.list("searches").size() > mostSearches)
        dns.invalid("searches", std::format("must not have more than {} search paths", mostSearches));
    std::size_t characters = 0;
    dns.eachText("searches", [&](std::string_view search, const std::string& path) {
        characters += search.size() + 1;
        if (search.ends_with('.') && search.size() > 1)
            search.remove_suffix(1);
        if (search != ".")
            if (const auto problem = subdomainProblem(search))
                dns.causes().push_back(invalidValue(path, Json(search), *problem));
    });
    if (characters > mostSearchCharacters + 1)
        dns.invalid("searches", std::format("must not have more than {} characters (including spaces) in the search "
                                            "list",
                                            mostSearchCharacters));
    dns.each("options", [](const At& option) {
        if (option.text("name").empty())
            option.causes().push_back(requiredValue(option.path(), "must not be empty"));
    });
}

void validateAliases(const At& spec) {
    spec.each("hostAliases", [](const At& alias) {
        if (const auto problem = addressProblem(alias.text("ip")))
            alias.invalid("ip", *problem, Json(alias.text("ip")));
        alias.eachText("hostnames", [&](std::string_view name, const std::string& path) {
            if (const auto problem = subdomainProblem(name))
                alias.causes().push_back(invalidValue(path, Json(name), *problem));
        });
    });
}

} // namespace

void validatePodNetwork(const At& spec) {
    validateDns(spec);
    validateAliases(spec);
    spec.judge("hostname", labelProblem);
    spec.judge("subdomain", labelProblem);
}

} // namespace slipway::api
