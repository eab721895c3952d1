#include "vmdriver/native/node_files.h"

#include <format>
#include <fstream>

#include "cluster/base/files.h"
#include "cluster/base/random.h"
#include "vmdriver/command.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

/// The second address of the service network, reserved for DNS by convention of the field ("10.96.0.0/16" -> ".10").
std::string dnsAddress(const std::string& serviceCidr) {
    return serviceCidr.substr(0, serviceCidr.rfind('.')) + ".10";
}

Result<void> writeText(const fs::path& path, const std::string& text) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream file(path);
    file << text << std::flush;
    if (!file)
        return failure(DriverErrc::io, path.string() + " cannot be written");
    return {};
}

/// The node's own identity (machine-id(5)), made once.
Result<void> writeMachineId(const NodeFiles& files) {
    const fs::path kept = files.dir / "machine-id", shown = files.programs() / "etc/machine-id";
    std::error_code error;
    if (!fs::exists(kept, error)) {
        std::string id = base::newUuid();
        std::erase(id, '-');
        if (auto written = writeText(kept, id + "\n"); !written)
            return written;
    }
    return writeText(shown, base::readFile(kept).value_or(""));
}

/// The host's name servers; loopback ones are left out, since they mean another machine inside the node.
std::string resolverFile() {
    std::ifstream host("/etc/resolv.conf");
    std::string text;
    for (std::string line; std::getline(host, line);)
        if (!line.starts_with("nameserver 127.") && !line.starts_with("nameserver ::1"))
            text += line + "\n";
    return text;
}

} // namespace

std::string servicesFile(const ClusterProfile& profile, const NodeProfile& node, bool hasServer, bool hasAgent) {
    const std::string identity = "/var/lib/slipway/server/node-" + node.name; // written by the server
    std::string text = "[containerd]\n/usr/bin/containerd\n--config\n/etc/containerd/config.toml\n";
    if (hasServer && node.controlPlane)
        text += std::format("\n[server]\n/usr/bin/slipway-server\n--data-dir\n/var/lib/slipway/server\n"
                            "--bind-address\n0.0.0.0\n--advertise-address\n{}\n--secure-port\n6443\n"
                            "--service-cidr\n{}\n--cluster-cidr\n{}\n--node-name\n{}\n",
                            node.address, profile.serviceCidr, profile.clusterCidr, node.name);
    if (hasAgent)
        text += std::format("\n[agent]\n?{0}.kubeconfig\n?{0}.crt\n?{0}.key\n/usr/bin/slipway-agent\n"
                            "--kubeconfig\n{0}.kubeconfig\n--node-name\n{1}\n--node-ip\n{2}\n"
                            "--root-dir\n/var/lib/slipway/agent\n--cluster-dns\n{3}\n--cluster-cidr\n{4}\n",
                            identity, node.name, node.address, dnsAddress(profile.serviceCidr), profile.clusterCidr);
    if (hasAgent && node.controlPlane)
        text += "--control-plane\n";
    return text;
}

Result<void> prepareNodeFiles(const NodeFiles& files, const fs::path& image, const ClusterProfile& profile,
                              const NodeProfile& node, std::stop_token stop) {
    std::error_code error;
    for (const auto& path : {files.programs(), files.upper(), files.work(), files.data(), files.log()})
        if (fs::create_directories(path, error); error)
            return failure(DriverErrc::io, path.string() + ": " + error.message());
    fs::permissions(files.data(), fs::perms::owner_all, error);

    if (auto copied = mustRun(DriverErrc::io,
                              {"cp", "-a", "-u", (image / "programs/.").string(), files.programs().string()}, {}, stop);
        !copied)
        return copied;
    if (!fs::exists(files.containerd() / "done", error)) {
        const fs::path fresh = files.dir / "containerd.new";
        fs::remove_all(fresh, error);
        if (auto copied =
                mustRun(DriverErrc::io, {"cp", "-a", (image / "containerd").string(), fresh.string()}, {}, stop);
            !copied)
            return copied;
        fs::remove_all(files.containerd(), error);
        fs::rename(fresh, files.containerd(), error);
        if (error)
            return failure(DriverErrc::io, files.containerd().string() + ": " + error.message());
    }

    const fs::path etc = files.programs() / "etc", bin = files.programs() / "usr/bin";
    const std::string services = servicesFile(profile, node, fs::exists(bin / "slipway-server", error),
                                              fs::exists(bin / "slipway-agent", error));
    const std::string hosts = std::format("127.0.0.1 localhost\n{} {}\n", node.address, node.name);
    for (const auto& [name, text] : {std::pair<const char*, std::string>{"slipway/services", services},
                                     {"hosts", hosts},
                                     {"resolv.conf", resolverFile()}})
        if (auto written = writeText(etc / name, text); !written)
            return written;
    return writeMachineId(files);
}

} // namespace slipway::vmdriver
