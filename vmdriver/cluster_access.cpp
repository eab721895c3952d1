#include "vmdriver/cluster_access.h"

#include "cluster/base/files.h"
#include "vmdriver/command.h"

namespace slipway::vmdriver {

struct ClusterAccess::Impl {
    std::filesystem::path kubeconfig;
};

Result<ClusterAccess> ClusterAccess::open(const std::filesystem::path& kubeconfig) {
    if (!base::readFile(kubeconfig))
        return failure(DriverErrc::kubeconfig, "no kubeconfig");
    return ClusterAccess(std::make_unique<Impl>(kubeconfig));
}
ClusterAccess::ClusterAccess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClusterAccess::~ClusterAccess() = default;
ClusterAccess::ClusterAccess(ClusterAccess&&) noexcept = default;
ClusterAccess& ClusterAccess::operator=(ClusterAccess&&) noexcept = default;

bool ClusterAccess::apiReady() const {
    return false;
}
bool ClusterAccess::nodeReady(const std::string&, std::chrono::system_clock::time_point) const {
    return false;
}
Result<void> ClusterAccess::createFrom(const std::filesystem::path&) const {
    return failure(DriverErrc::notReady, "no client");
}

} // namespace slipway::vmdriver
