#include "cluster/apiserver/encryption/encryption_config.h"

#include "cluster/api/base64.h"
#include "cluster/api/decode.h"

#include <format>

namespace slipway::apiserver::encryption {
namespace {

using api::Json;
using api::JsonArray;
using api::stringAt;

const JsonArray& listAt(const Json& owner, std::string_view member) {
    static const JsonArray none;
    const Json* list = api::find(owner, {member});
    return list != nullptr && list->is_array() ? list->get_array() : none;
}

/// "/registry/core/secrets/" of "secrets", "/registry/apps/deployments/" of "deployments.apps".
std::string prefixOf(std::string_view resource) {
    const std::size_t dot = resource.find('.');
    const std::string_view group = dot == resource.npos ? "core" : resource.substr(dot + 1);
    return std::format("/registry/{}/{}/", group, resource.substr(0, dot));
}

std::expected<std::vector<NamedKey>, std::string> keysOf(const Json& provider) {
    std::vector<NamedKey> keys;
    for (const Json& entry : listAt(provider, "keys")) {
        NamedKey key{std::string(stringAt(entry, {"name"})),
                     api::decodeBase64(stringAt(entry, {"secret"})).value_or("")};
        if (key.name.empty() || key.name.contains(':'))
            return std::unexpected(std::format("the key name \"{}\" cannot be used", key.name));
        if (key.secret.size() != 16 && key.secret.size() != 24 && key.secret.size() != 32)
            return std::unexpected(std::format("the key \"{}\" is not of 16, 24 or 32 bytes", key.name));
        keys.push_back(std::move(key));
    }
    if (keys.empty())
        return std::unexpected("aesgcm has no keys");
    return keys;
}

} // namespace

std::expected<std::vector<ResourceEncryption>, std::string> readEncryptionConfig(std::string_view yaml) {
    const auto config = api::yamlToJson(yaml);
    if (!config)
        return std::unexpected(config.error().message);
    if (stringAt(*config, {"kind"}) != "EncryptionConfiguration")
        return std::unexpected("not an EncryptionConfiguration");
    std::vector<ResourceEncryption> list;
    for (const Json& entry : listAt(*config, "resources")) {
        ResourceEncryption encryption;
        bool first = true;
        for (const Json& provider : listAt(entry, "providers")) {
            const Json *plain = api::find(provider, {"identity"}), *sealed = api::find(provider, {"aesgcm"});
            if (plain == nullptr && sealed == nullptr)
                return std::unexpected("only the providers aesgcm and identity are known");
            encryption.writesPlain = encryption.writesPlain || (first && plain != nullptr);
            first = false;
            if (sealed == nullptr)
                continue;
            auto keys = keysOf(*sealed);
            if (!keys)
                return std::unexpected(keys.error());
            encryption.keys.insert(encryption.keys.end(), keys->begin(), keys->end());
        }
        if (first)
            return std::unexpected("a resource has no providers");
        for (const Json& resource : listAt(entry, "resources")) {
            encryption.keyPrefix = prefixOf(resource.is_string() ? api::view(resource.get_string()) : "");
            list.push_back(encryption);
        }
    }
    return list;
}

} // namespace slipway::apiserver::encryption
