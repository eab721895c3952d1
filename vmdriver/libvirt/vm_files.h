#pragma once
// The files virtual machines start from: the kernel of this machine's distribution, a disk image made of the node
// image once, and a copy-on-write disk per node.

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/driver_error.h"
#include "vmdriver/node_config.h"

namespace slipway::vmdriver {

struct VmKernel {
    std::filesystem::path kernel, initrd, modules;
};

/// A kernel with its initrd and modules: $SLIPWAY_VM_KERNEL (a version) or the newest in /boot, cloud kernels first.
/// Error missingTool, with the package to install.
Result<VmKernel> findVmKernel(const std::filesystem::path& root = "/");

/// A raw ext4 image of the node image with the kernel's modules, in `folder`; made when it is not there, earlier ones
/// are kept as long as disks depend on them. Errors: missingTool, io, cancelled.
Result<std::filesystem::path> ensureVmImage(const std::filesystem::path& nodeImage, const VmKernel& kernel,
                                            const std::filesystem::path& folder, std::stop_token stop);

/// A qcow2 disk over `base`, when there is none at `disk`. Errors: missingTool, io.
Result<void> ensureVmDisk(const std::filesystem::path& disk, const std::filesystem::path& base, std::int64_t sizeMiB,
                          std::stop_token stop);

/// Writes the node's files as a tar archive to `path`, which the machine sees as a disk. Error io.
Result<void> writeConfigDisk(const std::filesystem::path& path, const std::vector<NodeFile>& files);

} // namespace slipway::vmdriver
