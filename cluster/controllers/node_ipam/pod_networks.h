#pragma once

#include <optional>
#include <set>
#include <string>

namespace slipway::controllers {

/// The IPv4 network of all pods, cut into one part per node. An immutable value.
class PodNetworks {
public:
    /// @p cidr as "10.244.0.0/16". Nothing when it is not an IPv4 network. Each part has @p partBits bits of network,
    /// or, when the whole is smaller than that, 8 bits more than the whole.
    static std::optional<PodNetworks> parse(const std::string& cidr, int partBits = 24);

    /// The first part that is not @p taken; nothing when all are.
    std::optional<std::string> firstFree(const std::set<std::string>& taken) const;

private:
    unsigned base_ = 0;
    int bits_ = 0, partBits_ = 0;
};

} // namespace slipway::controllers
