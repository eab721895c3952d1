#pragma once
// The driver `libvirt`: nodes are virtual machines.

#include <filesystem>
#include <memory>
#include <string>

#include "vmdriver/driver.h"

namespace slipway::vmdriver {

struct LibvirtPaths {
    std::filesystem::path stateDir;  ///< disks lie in <stateDir>/clusters/CLUSTER/nodes/NODE, images in <stateDir>/vm
    std::filesystem::path nodeImage; ///< made by installer/node-image/build
    std::string uri;                 ///< empty: $LIBVIRT_DEFAULT_URI, or qemu:///system
};

/// A cluster has a network slipway-CLUSTER and a domain slipway-CLUSTER.NODE per node. Machines boot this machine's
/// kernel directly from a copy-on-write disk over one image; processors are emulated where KVM does not work. Stopping
/// saves a machine's memory beside its disk (managed save), so that starting it again resumes it where it was.
/// What a machine says on its serial line is in NODE/console.log.
std::unique_ptr<Driver> makeLibvirtDriver(LibvirtPaths paths);

} // namespace slipway::vmdriver
