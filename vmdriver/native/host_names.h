#pragma once
// What a native cluster is called in the kernel of its host: control groups, interfaces, firewall table.

#include <filesystem>
#include <string>

namespace slipway::vmdriver {

/// Eight hex digits that tell one state folder from every other on the host, kept in <state>/id and made the first time
/// they are asked for; empty when they can neither be read nor written. Clusters of the same name in two state folders
/// would otherwise share bridge and control groups, and one of them would never answer.
std::string stateFolderId(const std::filesystem::path& stateDir);

/// The names of one cluster. A value without side effects.
class HostNames {
public:
    HostNames(std::string stateId, std::string cluster) : stateId_(std::move(stateId)), cluster_(std::move(cluster)) {}

    /// "dev.dev-1.1a2b3c4d": the sandbox of a node, and its control group below /slipway.
    std::string sandbox(const std::string& node) const;
    /// "slb-1a2b3c4d": the bridge, which has the host's address in the cluster's subnet.
    std::string bridge() const;
    /// "slw-1a2b3c4d": the host's end of a node's link. Both are short enough for an interface (15 characters).
    std::string link(const std::string& node) const;
    /// "slb_1a2b3c4d": the nft table beside the bridge, whose name may hold no dash.
    std::string table() const;

private:
    std::string hashed(const char* prefix, const std::string& rest) const;

    std::string stateId_, cluster_;
};

} // namespace slipway::vmdriver
