#include "vmdriver/profile.h"

#include <algorithm>
#include <boost/json.hpp>

#include "cluster/base/files.h"

namespace slipway::vmdriver {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

/// Version of the file's layout; a file with a higher one is refused, never guessed at.
constexpr int layoutVersion = 1;

std::string toText(const ClusterProfile& profile) {
    json::array nodes;
    for (const auto& node : profile.nodes)
        nodes.push_back(
            json::object{{"name", node.name}, {"controlPlane", node.controlPlane}, {"address", node.address}});
    const json::object object{{"version", layoutVersion},
                              {"name", profile.name},
                              {"driver", profile.driver},
                              {"subnet", profile.subnet},
                              {"serviceCidr", profile.serviceCidr},
                              {"clusterCidr", profile.clusterCidr},
                              {"previousContext", profile.previousContext},
                              {"started", profile.started},
                              {"nodes", std::move(nodes)}};
    return json::serialize(object) + "\n";
}

/// Throws boost::system::system_error or std::exception for anything unexpected; load() turns that into badProfile.
ClusterProfile fromText(const std::string& text) {
    const json::value value = json::parse(text);
    const auto& object = value.as_object();
    if (object.at("version").to_number<int>() > layoutVersion)
        throw std::runtime_error("written by a newer slipway");
    const auto string = [](const json::object& from, const char* key) { return std::string(from.at(key).as_string()); };
    ClusterProfile profile;
    profile.name = string(object, "name");
    profile.driver = string(object, "driver");
    profile.subnet = string(object, "subnet");
    profile.serviceCidr = string(object, "serviceCidr");
    profile.clusterCidr = string(object, "clusterCidr");
    profile.previousContext = string(object, "previousContext");
    profile.started = object.at("started").as_bool();
    for (const auto& entry : object.at("nodes").as_array()) {
        const auto& node = entry.as_object();
        profile.nodes.push_back({string(node, "name"), node.at("controlPlane").as_bool(), string(node, "address")});
    }
    return profile;
}

} // namespace

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
    try {
        return fromText(*text);
    } catch (const std::exception& error) {
        return failure(DriverErrc::badProfile, path.string() + " cannot be read: " + error.what());
    }
}

Result<void> ProfileStore::save(const ClusterProfile& profile) const {
    if (auto good = checkClusterName(profile.name); !good)
        return good;
    std::error_code error;
    fs::create_directories(clusterDir(profile.name), error);
    if (error)
        return failure(DriverErrc::io, clusterDir(profile.name).string() + ": " + error.message());
    const auto written = base::writeFileAtomically(clusterDir(profile.name) / "profile.json", toText(profile));
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
