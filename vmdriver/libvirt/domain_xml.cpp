#include "vmdriver/libvirt/domain_xml.h"

#include <cmath>
#include <cstdint>
#include <format>

#include "vmdriver/subnet.h"

namespace slipway::vmdriver {

namespace {

std::uint64_t hashOf(const std::string& text) {
    std::uint64_t hash = 14695981039346656037ull; // FNV-1a
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return hash;
}

/// The same machine is the same identity each time it is defined (RFC 9562, version 8: our own scheme).
std::string uuidOf(const std::string& name) {
    const auto high = hashOf(name), low = hashOf(name + "/");
    return std::format("{:08x}-{:04x}-8{:03x}-8{:03x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xfff,
                       low >> 48 & 0xfff, low & 0xffffffffffff);
}

/// Locally administered, in QEMU's own range.
std::string macOf(const std::string& name) {
    const auto hash = hashOf(name);
    return std::format("52:54:00:{:02x}:{:02x}:{:02x}", hash >> 16 & 0xff, hash >> 8 & 0xff, hash & 0xff);
}

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text)
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '\'':
            result += "&apos;";
            break;
        default:
            result += c;
        }
    return result;
}

std::string disk(const std::filesystem::path& file, const char* format, const char* target, bool readOnly) {
    return std::format("    <disk type='file' device='disk'>\n"
                       "      <driver name='qemu' type='{}' discard='unmap'/>\n"
                       "      <source file='{}'/>\n      <target dev='{}' bus='virtio'/>\n{}    </disk>\n",
                       format, escaped(file.string()), target, readOnly ? "      <readonly/>\n" : "");
}

} // namespace

std::string domainName(const std::string& cluster, const std::string& node) {
    return std::format("slipway-{}.{}", cluster, node);
}

std::string vmNetworkName(const std::string& cluster) {
    return "slipway-" + cluster;
}

std::string networkXml(const ClusterProfile& profile) {
    return std::format("<network>\n  <name>{}</name>\n  <bridge name='slv-{:08x}' stp='off'/>\n"
                       "  <forward mode='nat'/>\n  <dns enable='no'/>\n"
                       "  <ip address='{}' netmask='255.255.255.0'/>\n</network>\n",
                       vmNetworkName(profile.name), hashOf(profile.name) & 0xffffffff, addressIn(profile.subnet, 1));
}

std::string domainXml(const ClusterProfile& profile, const NodeProfile& node, const VmFiles& files) {
    const std::string name = domainName(profile.name, node.name);
    const auto& wanted = node.resources;
    const int cpus = wanted.cpus > 0 ? std::max(1, static_cast<int>(std::ceil(wanted.cpus))) : defaultVmCpus;
    const auto memory = wanted.memoryMiB > 0 ? wanted.memoryMiB : defaultVmMemoryMiB;
    std::string text = std::format("<domain type='{}'>\n  <name>{}</name>\n  <uuid>{}</uuid>\n"
                                   "  <memory unit='MiB'>{}</memory>\n  <vcpu>{}</vcpu>\n",
                                   files.kvm ? "kvm" : "qemu", name, uuidOf(name), memory, cpus);
    text += std::format("  <os>\n    <type arch='x86_64' machine='q35'>hvm</type>\n    <kernel>{}</kernel>\n"
                        "    <initrd>{}</initrd>\n    <cmdline>root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet "
                        "fsck.mode=skip init=/usr/bin/slipway-node-init slipway.vm</cmdline>\n  </os>\n",
                        escaped(files.kernel.string()), escaped(files.initrd.string()));
    text +=
        std::format("  <features><acpi/></features>\n  <cpu mode='{}'/>\n", files.kvm ? "host-passthrough" : "maximum");
    text += "  <on_poweroff>destroy</on_poweroff>\n  <on_reboot>restart</on_reboot>\n  <on_crash>destroy</on_crash>\n"
            "  <devices>\n";
    text += disk(files.disk, "qcow2", "vda", false) + disk(files.config, "raw", "vdb", true);
    text += std::format("    <interface type='network'>\n      <source network='{}'/>\n      <mac address='{}'/>\n"
                        "      <model type='virtio'/>\n    </interface>\n",
                        vmNetworkName(profile.name), macOf(name));
    text += std::format("    <serial type='pty'>\n      <log file='{}' append='on'/>\n      <target port='0'/>\n"
                        "    </serial>\n    <console type='pty'><target type='serial' port='0'/></console>\n",
                        escaped(files.console.string()));
    text += "    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\n"
            "    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>\n"
            "    <memballoon model='none'/>\n  </devices>\n</domain>\n";
    return text;
}

std::string addressBatch(const ClusterProfile& profile, const NodeProfile& node) {
    return std::format("link set lo up\naddr replace {}/24 dev eth0\nlink set eth0 up\nroute replace default via {}\n",
                       node.address, addressIn(profile.subnet, 1));
}

} // namespace slipway::vmdriver
