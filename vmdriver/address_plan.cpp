#include "vmdriver/address_plan.h"

#include "cluster/base/files.h"

namespace slipway::vmdriver {

namespace {

std::vector<Ipv4Network> takenNetworks(const ProfileStore& store) {
    std::vector<Ipv4Network> taken = parseRoutes(base::readFile("/proc/net/route").value_or(""));
    for (const auto& other : store.list())
        if (const auto known = store.load(other))
            if (const auto network = parseNetwork(known->subnet))
                taken.push_back(*network);
    return taken;
}

} // namespace

Result<void> planAddresses(ClusterProfile& profile, const ProfileStore& store,
                           const std::vector<Ipv4Network>& alsoTaken) {
    if (profile.subnet.empty()) {
        auto taken = takenNetworks(store);
        taken.insert(taken.end(), alsoTaken.begin(), alsoTaken.end());
        const auto subnet = chooseSubnet(taken);
        if (!subnet)
            return failure(DriverErrc::network, "every address range for nodes is already in use on this machine");
        profile.subnet = *subnet;
    }
    if (profile.controlPlaneCount() > 1 && profile.virtualAddress.empty())
        profile.virtualAddress = addressIn(profile.subnet, sharedHostNumber);
    for (auto& node : profile.nodes) {
        if (!node.address.empty())
            continue;
        std::vector<std::string> used;
        for (const auto& other : profile.nodes)
            used.push_back(other.address);
        node.address = freeAddress(profile.subnet, used);
        if (node.address.empty())
            return failure(DriverErrc::network, "no address is left for node " + node.name + " in " + profile.subnet);
    }
    return {};
}

} // namespace slipway::vmdriver
