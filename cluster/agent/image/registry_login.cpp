#include "cluster/agent/image/registry_login.h"

namespace slipway::agent {
namespace {

/// "https://index.docker.io/v1/" and "docker.io" mean the same registry.
std::string hostOf(std::string_view server) {
    if (const std::size_t scheme = server.find("://"); scheme != std::string_view::npos)
        server.remove_prefix(scheme + 3);
    const std::string host(server.substr(0, server.find('/')));
    return host == "index.docker.io" || host == "registry-1.docker.io" ? "docker.io" : host;
}

} // namespace

std::vector<RegistryLogin> registryLogins(const api::core_v1::Secret& secret, const std::string& registry) {
    const bool modern = secret.type == "kubernetes.io/dockerconfigjson";
    const auto data = secret.data.find(modern ? ".dockerconfigjson" : ".dockercfg");
    if (data == secret.data.end())
        return {};
    const auto json = api::parseJson(data->second.data);
    if (!json)
        return {};
    const api::Json* servers = modern ? api::find(*json, {"auths"}) : &*json;
    std::vector<RegistryLogin> result;
    if (servers == nullptr || !servers->is_object())
        return result;
    for (const auto& [server, login] : servers->get_object()) {
        if (hostOf(server) != registry)
            continue;
        result.push_back({std::string(api::stringAt(login, {"username"})),
                          std::string(api::stringAt(login, {"password"})), std::string(api::stringAt(login, {"auth"})),
                          std::string(server)});
    }
    return result;
}

} // namespace slipway::agent
