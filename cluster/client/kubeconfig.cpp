#include "cluster/client/kubeconfig.h"

#include "cluster/api/base64.h"
#include "cluster/base/files.h"

#include <cstdlib>
#include <format>
#include <yaml-cpp/yaml.h>

namespace slipway::client {
namespace {

std::unexpected<Error> configError(const std::filesystem::path& path, std::string_view why) {
    return std::unexpected(Error{Errc::config, 0, "", std::format("{}: {}", path.string(), why), {}});
}

Result<YAML::Node> readYaml(const std::filesystem::path& path) {
    const auto text = base::readFile(path);
    if (!text)
        return std::unexpected(Error{Errc::config, 0, "", text.error().message, {}});
    try {
        return YAML::Load(*text);
    } catch (const YAML::Exception& problem) {
        return configError(path, std::format("line {}: {}", problem.mark.line + 1, problem.msg));
    }
}

std::string textOf(const YAML::Node& node, const char* member) {
    const YAML::Node found = node[member];
    return found && found.IsScalar() ? found.Scalar() : "";
}

/// The entry of a named list: clusters, users, contexts.
YAML::Node entryOf(const YAML::Node& root, const char* list, const std::string& name, const char* member) {
    for (const YAML::Node& entry : root[list])
        if (textOf(entry, "name") == name)
            return entry[member];
    return YAML::Node();
}

/// A PEM given inline in base64, or as the name of a file.
Result<std::string> pemOf(const YAML::Node& node, const std::string& member, const std::filesystem::path& kubeconfig) {
    if (const std::string data = textOf(node, (member + "-data").c_str()); !data.empty()) {
        const auto decoded = api::decodeBase64(data);
        return decoded ? Result<std::string>(*decoded) : configError(kubeconfig, member + "-data is not base64");
    }
    const std::string file = textOf(node, member.c_str());
    if (file.empty())
        return std::string();
    const std::filesystem::path path =
        std::filesystem::path(file).is_absolute() ? std::filesystem::path(file) : kubeconfig.parent_path() / file;
    const auto content = base::readFile(path);
    return content ? Result<std::string>(*content)
                   : std::unexpected(Error{Errc::config, 0, "", content.error().message, {}});
}

Result<void> readUser(const YAML::Node& user, const std::filesystem::path& kubeconfig, ConnectionSettings& settings) {
    auto certificate = pemOf(user, "client-certificate", kubeconfig), key = pemOf(user, "client-key", kubeconfig);
    if (!certificate || !key)
        return std::unexpected(certificate ? key.error() : certificate.error());
    settings.clientCertificatePem = std::move(*certificate);
    settings.clientKeyPem = std::move(*key);
    settings.token = textOf(user, "token");
    settings.tokenFile = textOf(user, "tokenFile");
    settings.username = textOf(user, "username");
    settings.password = textOf(user, "password");
    const YAML::Node exec = user["exec"];
    if (!exec)
        return {};
    settings.execApiVersion = textOf(exec, "apiVersion");
    settings.execCommand.push_back(textOf(exec, "command"));
    for (const YAML::Node& argument : exec["args"])
        settings.execCommand.push_back(argument.as<std::string>());
    for (const YAML::Node& variable : exec["env"])
        settings.execEnvironment[textOf(variable, "name")] = textOf(variable, "value");
    return {};
}

} // namespace

std::filesystem::path defaultKubeconfigPath() {
    if (const char* list = std::getenv("KUBECONFIG"); list != nullptr && *list != '\0') {
        const std::string text(list);
        return text.substr(0, text.find(':'));
    }
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home == nullptr ? "/" : home) / ".kube" / "config";
}

Result<std::vector<ContextEntry>> listContexts(const std::filesystem::path& kubeconfig) {
    const auto root = readYaml(kubeconfig);
    if (!root)
        return std::unexpected(root.error());
    try {
        std::vector<ContextEntry> contexts;
        const std::string current = textOf(*root, "current-context");
        for (const YAML::Node& entry : (*root)["contexts"]) {
            const YAML::Node context = entry["context"];
            const std::string name = textOf(entry, "name");
            contexts.push_back({name, textOf(context, "cluster"), textOf(context, "user"), textOf(context, "namespace"),
                                name == current});
        }
        return contexts;
    } catch (const YAML::Exception& problem) {
        return configError(kubeconfig, problem.what());
    }
}

Result<ConnectionSettings> loadContext(const std::filesystem::path& kubeconfig, const std::string& context) {
    const auto root = readYaml(kubeconfig);
    if (!root)
        return std::unexpected(root.error());
    try {
        const std::string name = context.empty() ? textOf(*root, "current-context") : context;
        const YAML::Node chosen = entryOf(*root, "contexts", name, "context");
        if (!chosen || chosen.IsNull())
            return configError(kubeconfig, std::format("no context named \"{}\"", name));
        const YAML::Node cluster = entryOf(*root, "clusters", textOf(chosen, "cluster"), "cluster");
        const YAML::Node user = entryOf(*root, "users", textOf(chosen, "user"), "user");
        ConnectionSettings settings;
        settings.contextName = name;
        settings.defaultNamespace = textOf(chosen, "namespace").empty() ? "default" : textOf(chosen, "namespace");
        settings.server = cluster ? textOf(cluster, "server") : "";
        if (settings.server.empty())
            return configError(kubeconfig, std::format("context \"{}\" names no server", name));
        auto ca = pemOf(cluster, "certificate-authority", kubeconfig);
        if (!ca)
            return std::unexpected(ca.error());
        settings.caPem = std::move(*ca);
        settings.insecureSkipTlsVerify = textOf(cluster, "insecure-skip-tls-verify") == "true";
        settings.tlsServerName = textOf(cluster, "tls-server-name");
        if (user && user.IsMap())
            if (auto read = readUser(user, kubeconfig, settings); !read)
                return std::unexpected(read.error());
        return settings;
    } catch (const YAML::Exception& problem) {
        return configError(kubeconfig, problem.what());
    }
}

std::string writeKubeconfig(const std::string& clusterName, const std::string& userName,
                            const ConnectionSettings& settings) {
    YAML::Emitter out;
    const std::string context = settings.contextName.empty() ? clusterName : settings.contextName;
    out << YAML::BeginMap << YAML::Key << "apiVersion" << YAML::Value << "v1" << YAML::Key << "kind" << YAML::Value
        << "Config";
    out << YAML::Key << "clusters" << YAML::Value << YAML::BeginSeq << YAML::BeginMap << YAML::Key << "name"
        << YAML::Value << clusterName << YAML::Key << "cluster" << YAML::Value << YAML::BeginMap << YAML::Key
        << "server" << YAML::Value << settings.server << YAML::Key << "certificate-authority-data" << YAML::Value
        << api::encodeBase64(settings.caPem) << YAML::EndMap << YAML::EndMap << YAML::EndSeq;
    out << YAML::Key << "users" << YAML::Value << YAML::BeginSeq << YAML::BeginMap << YAML::Key << "name" << YAML::Value
        << userName << YAML::Key << "user" << YAML::Value << YAML::BeginMap;
    if (!settings.clientCertificatePem.empty())
        out << YAML::Key << "client-certificate-data" << YAML::Value << api::encodeBase64(settings.clientCertificatePem)
            << YAML::Key << "client-key-data" << YAML::Value << api::encodeBase64(settings.clientKeyPem);
    if (!settings.token.empty())
        out << YAML::Key << "token" << YAML::Value << settings.token;
    out << YAML::EndMap << YAML::EndMap << YAML::EndSeq;
    out << YAML::Key << "contexts" << YAML::Value << YAML::BeginSeq << YAML::BeginMap << YAML::Key << "name"
        << YAML::Value << context << YAML::Key << "context" << YAML::Value << YAML::BeginMap << YAML::Key << "cluster"
        << YAML::Value << clusterName << YAML::Key << "user" << YAML::Value << userName;
    if (!settings.defaultNamespace.empty() && settings.defaultNamespace != "default")
        out << YAML::Key << "namespace" << YAML::Value << settings.defaultNamespace;
    out << YAML::EndMap << YAML::EndMap << YAML::EndSeq << YAML::Key << "current-context" << YAML::Value << context
        << YAML::EndMap;
    return std::string(out.c_str()) + "\n";
}

} // namespace slipway::client
