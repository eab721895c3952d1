#pragma once
// What libvirt is asked to make for a cluster, as pure functions of the profile.

#include <filesystem>
#include <string>

#include "vmdriver/profile.h"

namespace slipway::vmdriver {

/// Names of what a cluster has in libvirt.
std::string domainName(const std::string& cluster, const std::string& node);
std::string vmNetworkName(const std::string& cluster);

/// The files a virtual machine starts from.
struct VmFiles {
    std::filesystem::path kernel, initrd;
    std::filesystem::path disk;    ///< qcow2, the node's own
    std::filesystem::path config;  ///< raw: a tar archive of the node's files (node_config.h)
    std::filesystem::path console; ///< what the machine says on its serial line is appended here
    bool kvm = false;              ///< false: the processor is emulated (TCG)
};

/// A NAT network without DHCP and DNS: addresses are the profile's.
std::string networkXml(const ClusterProfile& profile);

/// The machine: direct kernel boot, virtio disk, network, random numbers and the guest agent's channel.
std::string domainXml(const ClusterProfile& profile, const NodeProfile& node, const VmFiles& files);

/// Input of `ip -batch` that gives a node its address and route; the first process in the machine runs it.
std::string addressBatch(const ClusterProfile& profile, const NodeProfile& node);

/// The processors and memory a node gets when its profile names none.
constexpr int defaultVmCpus = 2;
constexpr std::int64_t defaultVmMemoryMiB = 2048, defaultVmDiskMiB = 20480;

} // namespace slipway::vmdriver
