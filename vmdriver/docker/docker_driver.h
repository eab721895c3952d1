#pragma once
// The driver `docker`: nodes are containers of the node image in Docker's engine or Podman's.

#include <filesystem>
#include <memory>

#include "vmdriver/driver.h"

namespace slipway::vmdriver {

struct DockerPaths {
    std::filesystem::path stateDir;  ///< where profiles are, to choose networks that do not overlap
    std::filesystem::path nodeImage; ///< made by installer/node-image/build
    std::filesystem::path socket;    ///< of the engine; empty: findEngineSocket()
};

/// In the engine a cluster has a network slipway-CLUSTER, a container slipway-CLUSTER.NODE per node and three volumes
/// for each, all labelled dev.slipway.cluster; the image slipway/node is shared by all clusters. The API server is
/// published on a port of the loopback address, so that engines whose networks the host cannot reach work too.
std::unique_ptr<Driver> makeDockerDriver(DockerPaths paths);

} // namespace slipway::vmdriver
