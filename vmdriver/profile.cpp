#include "vmdriver/profile.h"

#include <algorithm>
#include <format>

#include "cluster/base/files.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

const NodeProfile* ClusterProfile::find(const std::string& node) const {
    const auto found = std::ranges::find(nodes, node, &NodeProfile::name);
    return found == nodes.end() ? nullptr : &*found;
}

const NodeProfile& ClusterProfile::controlPlane() const {
    const auto found = std::ranges::find(nodes, true, &NodeProfile::controlPlane);
    return found == nodes.end() ? nodes.front() : *found;
}

std::string ClusterProfile::freeNodeName() const {
    for (int number = 1;; ++number)
        if (std::string candidate = std::format("{}-{}", name, number); !find(candidate))
            return candidate;
}

int ClusterProfile::controlPlaneCount() const {
    return static_cast<int>(std::ranges::count(nodes, true, &NodeProfile::controlPlane));
}

const std::string& ClusterProfile::apiHost() const {
    return virtualAddress.empty() ? controlPlane().address : virtualAddress;
}

std::string ClusterProfile::serverUrl() const {
    const std::string& address = apiAddress.empty() ? apiHost() : apiAddress;
    return address.empty() ? std::string() : std::format("https://{}:{}", address, apiPort);
}

Result<void> checkClusterName(const std::string& name) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const bool good = !name.empty() && name.size() <= 40 && plain(name.front()) && plain(name.back()) &&
                      std::ranges::all_of(name, [&](char c) { return plain(c) || c == '-'; });
    if (!good)
        return failure(DriverErrc::badName, "\"" + name +
                                                "\" cannot name a cluster: use 1 to 40 lower-case letters, digits and "
                                                "dashes, beginning and ending with a letter or digit");
    return {};
}

Result<ClusterProfile> ProfileStore::load(const std::string& cluster) const {
    if (auto good = checkClusterName(cluster); !good)
        return std::unexpected(good.error());
    const fs::path path = clusterDir(cluster) / "profile.json";
    std::error_code ignored;
    if (!fs::exists(path, ignored))
        return failure(DriverErrc::notFound, "there is no cluster \"" + cluster + "\"");
    const auto text = base::readFile(path);
    if (!text)
        return failure(DriverErrc::io, text.error().message);
    auto profile = parseProfile(*text);
    if (!profile)
        return failure(DriverErrc::badProfile, path.string() + " cannot be read: " + profile.error().message);
    return profile;
}

Result<void> ProfileStore::save(const ClusterProfile& profile) const {
    if (auto good = checkClusterName(profile.name); !good)
        return good;
    std::error_code error;
    fs::create_directories(clusterDir(profile.name), error);
    if (error)
        return failure(DriverErrc::io, clusterDir(profile.name).string() + ": " + error.message());
    const auto written = base::writeFileAtomically(clusterDir(profile.name) / "profile.json", profileText(profile));
    if (!written)
        return failure(DriverErrc::io, written.error().message);
    return {};
}

Result<void> ProfileStore::remove(const std::string& cluster) const {
    if (auto good = checkClusterName(cluster); !good)
        return good;
    std::error_code error;
    fs::remove_all(clusterDir(cluster), error);
    if (error)
        return failure(DriverErrc::io, clusterDir(cluster).string() + ": " + error.message());
    return {};
}

std::vector<std::string> ProfileStore::list() const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(stateDir_ / "clusters", ignored))
        if (fs::exists(entry.path() / "profile.json", ignored))
            names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

} // namespace slipway::vmdriver
