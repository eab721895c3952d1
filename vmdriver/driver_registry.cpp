#include "vmdriver/driver_registry.h"

#include <algorithm>
#include <array>
#include <functional>

#include "vmdriver/cluster_lifecycle.h"
#include "vmdriver/docker/docker_driver.h"
#include "vmdriver/libvirt/libvirt_driver.h"
#include "vmdriver/native/native_driver.h"

namespace slipway::vmdriver {

namespace {

struct Entry {
    const char* name;
    std::unique_ptr<Driver> (*make)(const LifecyclePaths& paths);
};

/// In order of preference for `auto`.
const std::array registry{
    Entry{
        "native",
        [](const LifecyclePaths& paths) { return makeNativeDriver({paths.stateDir, paths.runDir, paths.nodeImage}); }},
    Entry{"docker",
          [](const LifecyclePaths& paths) { return makeDockerDriver({paths.stateDir, paths.nodeImage, {}}); }},
    Entry{"libvirt",
          [](const LifecyclePaths& paths) { return makeLibvirtDriver({paths.stateDir, paths.nodeImage, {}}); }},
};

} // namespace

std::vector<std::string> driverNames() {
    std::vector<std::string> names;
    for (const auto& entry : registry)
        names.emplace_back(entry.name);
    return names;
}

Result<std::unique_ptr<Driver>> makeDriver(const std::string& name, const LifecyclePaths& paths) {
    const auto entry = std::ranges::find_if(registry, [&](const Entry& one) { return name == one.name; });
    if (entry != registry.end())
        return entry->make(paths);
    std::string known;
    for (const auto& one : driverNames())
        known += (known.empty() ? "" : ", ") + one;
    return failure(DriverErrc::badProfile, "there is no driver \"" + name + "\"; this slipway has: " + known);
}

std::vector<DriverCheck> checkDrivers(const LifecyclePaths& paths) {
    std::vector<DriverCheck> checks;
    for (const auto& entry : registry)
        checks.push_back({entry.name, entry.make(paths)->checkHost()});
    return checks;
}

Result<std::string> chooseDriver(const LifecyclePaths& paths) {
    DriverError all{DriverErrc::sandbox, "no driver works on this machine:"};
    for (const auto& entry : registry) {
        const auto usable = entry.make(paths)->checkHost();
        if (usable)
            return entry.name;
        if (all.code == DriverErrc::sandbox)
            all.code = usable.error().code;
        all.message += std::string("\n  ") + entry.name + ": " + usable.error().message;
    }
    return std::unexpected(all);
}

} // namespace slipway::vmdriver
