#include "vmdriver/user_kubeconfig.h"

#include <array>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include "cluster/base/files.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

constexpr std::array<const char*, 3> lists{"clusters", "users", "contexts"};

/// The mapping of a kubeconfig text; an empty text is an empty kubeconfig. Throws YAML::Exception.
YAML::Node parse(const std::string& text) {
    YAML::Node root = YAML::Load(text);
    if (!root || root.IsNull()) {
        root = YAML::Node(YAML::NodeType::Map);
        root["apiVersion"] = "v1";
        root["kind"] = "Config";
    }
    if (!root.IsMap())
        throw YAML::Exception(YAML::Mark::null_mark(), "not a mapping");
    for (const char* list : lists)
        if (root[list] && !root[list].IsNull() && !root[list].IsSequence())
            throw YAML::Exception(YAML::Mark::null_mark(), std::string(list) + " is not a list");
    return root;
}

std::string scalar(const YAML::Node& node) {
    return node && node.IsScalar() ? node.Scalar() : std::string();
}

bool isNamed(const YAML::Node& entry, const std::string& name) {
    return entry.IsMap() && scalar(entry["name"]) == name;
}

/// The list without entries of that name, as a new list.
YAML::Node without(const YAML::Node& list, const std::string& name) {
    YAML::Node kept(YAML::NodeType::Sequence);
    if (list && list.IsSequence())
        for (const auto& entry : list)
            if (!isNamed(entry, name))
                kept.push_back(entry);
    return kept;
}

bool holds(const YAML::Node& list, const std::string& name) {
    if (list && list.IsSequence())
        for (const auto& entry : list)
            if (isNamed(entry, name))
                return true;
    return false;
}

/// Replaces the entry of that name where it stands, or appends it.
void place(YAML::Node root, const char* listName, const YAML::Node& fresh, const std::string& name) {
    YAML::Node list = root[listName];
    if (list && list.IsSequence())
        for (std::size_t i = 0; i < list.size(); ++i)
            if (isNamed(list[i], name)) {
                list[i] = fresh;
                return;
            }
    if (!list || !list.IsSequence())
        root[listName] = YAML::Node(YAML::NodeType::Sequence);
    root[listName].push_back(fresh);
}

YAML::Node firstOf(const YAML::Node& admin, const char* list, const char* content) {
    const YAML::Node entries = admin[list];
    if (!entries || !entries.IsSequence() || entries.size() == 0 || !entries[0][content])
        throw YAML::Exception(YAML::Mark::null_mark(), std::string("no ") + list + " in the cluster's kubeconfig");
    return YAML::Clone(entries[0][content]);
}

YAML::Node named(const std::string& name, const char* content, const YAML::Node& value) {
    YAML::Node entry;
    entry["name"] = name;
    entry[content] = value;
    return entry;
}

std::string print(const YAML::Node& root) {
    YAML::Emitter out;
    out << root;
    return std::string(out.c_str()) + "\n";
}

/// Makes the missing folders of a path, each owned like the one above it (slipway may run through sudo).
Result<void> makeFolders(const fs::path& folder) {
    std::error_code error;
    if (folder.empty() || fs::exists(folder, error))
        return {};
    if (auto made = makeFolders(folder.parent_path()); !made)
        return made;
    if (mkdir(folder.c_str(), 0750) != 0 && errno != EEXIST)
        return failure(DriverErrc::kubeconfig, folder.string() + " cannot be made");
    struct stat above{};
    if (stat(folder.parent_path().c_str(), &above) == 0)
        (void)!chown(folder.c_str(), above.st_uid, above.st_gid);
    return {};
}

/// Replaces the file by rename; the new one belongs to whom the old one, or else its folder, belongs.
Result<void> replaceFile(const fs::path& file, const std::string& text) {
    if (auto made = makeFolders(file.parent_path()); !made)
        return made;
    struct stat owner{};
    if (stat(file.c_str(), &owner) != 0)
        (void)stat(file.parent_path().c_str(), &owner);
    const auto written = base::writeFileAtomically(file, text, 0600);
    if (!written)
        return failure(DriverErrc::kubeconfig, written.error().message);
    if (geteuid() == 0)
        (void)!chown(file.c_str(), owner.st_uid, owner.st_gid);
    return {};
}

/// The file itself, where a symbolic link leads to.
fs::path resolved(const fs::path& file) {
    std::error_code error;
    const fs::path real = fs::weakly_canonical(file, error);
    return error ? file : real;
}

Result<std::string> readUserFile(const fs::path& file) {
    std::error_code error;
    if (!fs::exists(file, error))
        return std::string();
    auto text = base::readFile(file);
    if (!text)
        return failure(DriverErrc::kubeconfig, text.error().message);
    return std::move(*text);
}

} // namespace

std::string contextName(const std::string& cluster) {
    return cluster == "slipway" ? cluster : "slipway-" + cluster;
}

Result<std::string> mergedKubeconfig(const std::string& userText, const std::string& adminText,
                                     const std::string& context, std::string& previous) {
    try {
        YAML::Node root = parse(userText);
        const YAML::Node admin = parse(adminText);
        YAML::Node link;
        link["cluster"] = context;
        link["user"] = context;
        place(root, "clusters", named(context, "cluster", firstOf(admin, "clusters", "cluster")), context);
        place(root, "users", named(context, "user", firstOf(admin, "users", "user")), context);
        place(root, "contexts", named(context, "context", link), context);
        if (const std::string current = scalar(root["current-context"]); current != context)
            previous = current;
        root["current-context"] = context;
        return print(root);
    } catch (const YAML::Exception& error) {
        return failure(DriverErrc::kubeconfig, std::string("the kubeconfig cannot be read: ") + error.what());
    }
}

Result<std::string> kubeconfigWithout(const std::string& userText, const std::string& context,
                                      const std::string& previous) {
    try {
        YAML::Node root = parse(userText);
        for (const char* list : lists)
            root[list] = without(root[list], context);
        if (scalar(root["current-context"]) == context)
            root["current-context"] = holds(root["contexts"], previous) ? previous : std::string();
        return print(root);
    } catch (const YAML::Exception& error) {
        return failure(DriverErrc::kubeconfig, std::string("the kubeconfig cannot be read: ") + error.what());
    }
}

Result<void> mergeIntoUserKubeconfig(const fs::path& userFile, const fs::path& adminFile, const std::string& context,
                                     std::string& previous) {
    const fs::path file = resolved(userFile);
    const auto userText = readUserFile(file);
    if (!userText)
        return std::unexpected(userText.error());
    const auto adminText = base::readFile(adminFile);
    if (!adminText)
        return failure(DriverErrc::kubeconfig, adminText.error().message);
    const auto merged = mergedKubeconfig(*userText, *adminText, context, previous);
    if (!merged)
        return failure(merged.error().code, file.string() + ": " + merged.error().message);
    return replaceFile(file, *merged);
}

Result<void> removeFromUserKubeconfig(const fs::path& userFile, const std::string& context,
                                      const std::string& previous) {
    const fs::path file = resolved(userFile);
    const auto userText = readUserFile(file);
    if (!userText)
        return std::unexpected(userText.error());
    if (userText->find(context) == std::string::npos)
        return {};
    const auto rest = kubeconfigWithout(*userText, context, previous);
    if (!rest)
        return failure(rest.error().code, file.string() + ": " + rest.error().message);
    return replaceFile(file, *rest);
}

} // namespace slipway::vmdriver
