#include "cluster/network/dns/config.h"

#include <boost/json.hpp>
#include <sstream>

namespace slipway::network::dns {
namespace {

namespace json = boost::json;

json::value parsed(const std::map<std::string, std::string>& configMap, const char* key) {
    const auto found = configMap.find(key);
    boost::system::error_code error;
    return found == configMap.end() ? json::value() : json::parse(found->second, error);
}

std::vector<std::string> texts(const json::value& list) {
    std::vector<std::string> result;
    if (const json::array* entries = list.if_array())
        for (const json::value& entry : *entries)
            if (const json::string* text = entry.if_string())
                result.emplace_back(*text);
    return result;
}

} // namespace

std::vector<std::string> nameServersOf(std::string_view resolvConf) {
    std::vector<std::string> servers;
    std::istringstream lines{std::string(resolvConf)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string keyword, server;
        if (words >> keyword >> server && keyword == "nameserver")
            servers.push_back(server);
    }
    return servers;
}

Servers serversOf(std::vector<std::string> own, const std::map<std::string, std::string>& configMap) {
    Servers servers{std::move(own), {}};
    if (auto others = texts(parsed(configMap, "upstreamNameservers")); !others.empty())
        servers.everything = std::move(others);
    const json::value domains = parsed(configMap, "stubDomains");
    if (const json::object* entries = domains.if_object())
        for (const auto& [domain, list] : *entries)
            if (auto addresses = texts(list); !addresses.empty())
                servers.domains[std::string(domain)] = std::move(addresses);
    return servers;
}

} // namespace slipway::network::dns
