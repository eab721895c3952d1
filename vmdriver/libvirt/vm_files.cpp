#include "vmdriver/libvirt/vm_files.h"

#include <algorithm>
#include <cstdlib>

#include "cluster/base/files.h"
#include "vmdriver/command.h"
#include "vmdriver/node_image_tar.h"
#include "vmdriver/tar_writer.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t diskBlock = 64 * 1024;

/// Cloud kernels have what machines like these need and start sooner.
bool startsSooner(const std::string& a, const std::string& b) {
    const bool cloudA = a.contains("cloud"), cloudB = b.contains("cloud");
    return cloudA != cloudB ? cloudA : a > b;
}

/// A folder that is gone when it has been used.
struct ScratchFolder {
    fs::path path;
    ~ScratchFolder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
};

/// The tree the image is made of: the node image's layers and the kernel's modules.
Result<void> unpackTree(const fs::path& nodeImage, const VmKernel& kernel, const fs::path& scratch,
                        const std::stop_token& stop) {
    const fs::path tree = scratch / "tree", tar = scratch / "tree.tar";
    std::error_code error;
    fs::create_directories(tree / "usr/lib/modules", error);
    fs::create_directories(tree / "dev", error);
    if (auto packed = mustRun(DriverErrc::io, packNodeImage(nodeImage, tar), {}, stop); !packed)
        return packed;
    if (auto unpacked = mustRun(DriverErrc::io,
                                {"tar", "--extract", "--xattrs", "--xattrs-include=*", "--numeric-owner",
                                 "--same-permissions", "--file", tar.string(), "--directory", tree.string()},
                                {}, stop);
        !unpacked)
        return unpacked;
    fs::remove(tar, error);
    return mustRun(DriverErrc::io, {"cp", "-a", kernel.modules.string(), (tree / "usr/lib/modules").string()}, {},
                   stop);
}

} // namespace

Result<VmKernel> findVmKernel(const fs::path& root) {
    std::vector<std::string> versions;
    std::error_code ignored;
    const char* wanted = std::getenv("SLIPWAY_VM_KERNEL");
    for (const auto& entry : fs::directory_iterator(root / "boot", ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("vmlinuz-") && (!wanted || name == std::string("vmlinuz-") + wanted))
            versions.push_back(name.substr(8));
    }
    std::ranges::sort(versions, startsSooner);
    for (const auto& version : versions) {
        VmKernel found{root / "boot" / ("vmlinuz-" + version), root / "boot" / ("initrd.img-" + version),
                       root / "usr/lib/modules" / version};
        if (fs::exists(found.initrd, ignored) && fs::exists(found.modules, ignored))
            return found;
    }
    return failure(DriverErrc::missingTool,
                   "no kernel for virtual machines is installed (Debian package: linux-image-cloud-amd64)");
}

Result<fs::path> ensureVmImage(const fs::path& nodeImage, const VmKernel& kernel, const fs::path& folder,
                               std::stop_token stop) {
    const fs::path image =
        folder / ("node-" + nodeImageHash(nodeImage) + "-" + kernel.modules.filename().string() + ".img");
    std::error_code error;
    if (fs::exists(image, error))
        return image;
    for (const char* tool : {"mkfs.ext4", "qemu-img", "tar"})
        if (!findProgram(tool))
            return failure(DriverErrc::missingTool,
                           std::string(tool) + " is not installed (Debian packages: e2fsprogs, qemu-utils, tar)");
    const ScratchFolder scratch{folder / "making"};
    fs::remove_all(scratch.path, error);
    if (auto unpacked = unpackTree(nodeImage, kernel, scratch.path, stop); !unpacked)
        return std::unexpected(unpacked.error());
    const fs::path fresh = image.string() + ".new";
    fs::remove(fresh, error);
    if (auto made = mustRun(DriverErrc::io,
                            {"mkfs.ext4", "-q", "-F", "-L", "slipway-node", "-d", (scratch.path / "tree").string(),
                             fresh.string(), "20G"},
                            {}, stop);
        !made)
        return std::unexpected(made.error());
    fs::rename(fresh, image, error);
    if (error)
        return failure(DriverErrc::io, image.string() + ": " + error.message());
    return image;
}

Result<void> ensureVmDisk(const fs::path& disk, const fs::path& base, std::int64_t sizeMiB, std::stop_token stop) {
    std::error_code error;
    if (fs::exists(disk, error))
        return {};
    fs::create_directories(disk.parent_path(), error);
    return mustRun(DriverErrc::io,
                   {"qemu-img", "create", "-q", "-f", "qcow2", "-b", base.string(), "-F", "raw", disk.string(),
                    std::to_string(sizeMiB) + "M"},
                   {}, stop);
}

Result<void> writeConfigDisk(const fs::path& path, const std::vector<NodeFile>& files) {
    std::string archive = tarOf(files);
    archive.append((diskBlock - archive.size() % diskBlock) % diskBlock, '\0');
    const auto written = base::writeFileAtomically(path, archive);
    return written ? Result<void>() : failure(DriverErrc::io, written.error().message);
}

} // namespace slipway::vmdriver
