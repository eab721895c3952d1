#include "vmdriver/node_config.h"

#include <format>
#include <sstream>

#include "cluster/base/files.h"

namespace slipway::vmdriver {

namespace {

const std::string identity = "/etc/slipway/node/";

/// The tenth address of the service network, reserved for DNS by convention of the field ("10.96.0.0/16" -> ".10").
std::string dnsAddress(const std::string& serviceCidr) {
    return serviceCidr.substr(0, serviceCidr.rfind('.')) + ".10";
}

/// Names of this cluster's nodes, so that they reach each other without DNS.
std::string hostsFile(const ClusterProfile& profile) {
    std::string text = "127.0.0.1 localhost\n";
    for (const auto& node : profile.nodes)
        text += node.address + " " + node.name + "\n";
    return text;
}

/// containerd's hosts.toml for one registry.
std::string registryFile(const RegistryProfile& registry) {
    std::string text =
        std::format("server = \"https://{}\"\n", registry.host == "docker.io" ? "registry-1.docker.io" : registry.host);
    for (const auto& mirror : registry.mirrors)
        text += std::format("\n[host.\"{}\"]\n  capabilities = [\"pull\", \"resolve\"]\n{}", mirror,
                            registry.insecure ? "  skip_verify = true\n" : "");
    return text;
}

/// A member of the etcd that the control planes share: its peers and clients are known by certificates of its own
/// authority.
std::string etcdService(const ClusterProfile& profile, const NodeProfile& node) {
    std::string members;
    for (const auto& other : profile.nodes)
        if (other.controlPlane)
            members += std::format("{}{}=https://{}:2380", members.empty() ? "" : ",", other.name, other.address);
    return std::format(
        "\n[etcd]\n/usr/bin/etcd\n--name\n{0}\n--data-dir\n/var/lib/slipway/etcd\n--log-level\nwarn\n"
        "--listen-peer-urls\nhttps://{1}:2380\n--initial-advertise-peer-urls\nhttps://{1}:2380\n"
        "--listen-client-urls\nhttps://127.0.0.1:2379,https://{1}:2379\n--advertise-client-urls\nhttps://{1}:2379\n"
        "--initial-cluster\n{2}\n--initial-cluster-token\n{3}\n--initial-cluster-state\nnew\n"
        "--client-cert-auth\n--trusted-ca-file\n{4}etcd-ca.crt\n--cert-file\n{4}etcd.crt\n--key-file\n{4}etcd.key\n"
        "--peer-client-cert-auth\n--peer-trusted-ca-file\n{4}etcd-ca.crt\n--peer-cert-file\n{4}etcd.crt\n"
        "--peer-key-file\n{4}etcd.key\n",
        node.name, node.address, members, profile.name, identity);
}

/// How a server of several reaches etcd, its own member first, and which address they take turns with.
std::string sharedStoreOptions(const ClusterProfile& profile, const NodeProfile& node) {
    std::string members = "https://127.0.0.1:2379";
    for (const auto& other : profile.nodes)
        if (other.controlPlane && other.name != node.name)
            members += std::format(",https://{}:2379", other.address);
    return std::format("--etcd\n{0}\n--etcd-cafile\n{1}etcd-ca.crt\n--etcd-certfile\n{1}etcd.crt\n"
                       "--etcd-keyfile\n{1}etcd.key\n--etcd-server-name\nlocalhost\n--virtual-address\n{2}\n",
                       members, identity, profile.virtualAddress);
}

bool hasServer(const std::string& line) {
    return line.starts_with("nameserver ");
}

bool isLoopback(const std::string& line) {
    return line.starts_with("nameserver 127.") || line.starts_with("nameserver ::1");
}

std::string withoutLoopback(const std::string& text, bool& any) {
    std::istringstream lines(text);
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        if (isLoopback(line))
            continue;
        any = any || hasServer(line);
        kept += line + "\n";
    }
    return kept;
}

} // namespace

std::string servicesFile(const ClusterProfile& profile, const NodeProfile& node, const NodePlatform& platform) {
    std::string text;
    if (platform.hasGuestAgent)
        text += "[guest-agent]\n?/dev/virtio-ports/org.qemu.guest_agent.0\n/usr/sbin/qemu-ga\n--method\nvirtio-serial\n"
                "--path\n/dev/virtio-ports/org.qemu.guest_agent.0\n\n";
    text += "[containerd]\n/usr/bin/containerd\n--config\n/etc/containerd/config.toml\n";
    const bool shared = profile.controlPlaneCount() > 1;
    if (node.controlPlane) {
        if (shared)
            text += etcdService(profile, node);
        text += std::format("\n[server]\n/usr/bin/slipway-server\n--data-dir\n/var/lib/slipway/server\n"
                            "--bind-address\n0.0.0.0\n--advertise-address\n{}\n--secure-port\n6443\n"
                            "--service-cidr\n{}\n--cluster-cidr\n{}\n--ingress-address\n{}\n--cluster-dns\n{}\n",
                            node.address, profile.serviceCidr, profile.clusterCidr, node.address,
                            dnsAddress(profile.serviceCidr));
        if (shared)
            text += sharedStoreOptions(profile, node);
        for (const auto& name : platform.apiNames)
            text += std::format("--tls-san\n{}\n", name);
    }
    // The agent waits for containerd's socket: a connection that is refused once is only tried again a second later.
    text += std::format("\n[agent]\n?/run/containerd/containerd.sock\n/usr/bin/"
                        "slipway-agent\n--kubeconfig\n{0}kubeconfig\n--tls-cert\n{0}serving.crt\n"
                        "--tls-key\n{0}serving.key\n--node-name\n{1}\n--node-ip\n{2}\n"
                        "--root-dir\n/var/lib/slipway/agent\n--pod-manifest-path\n/etc/kubernetes/"
                        "manifests\n--cluster-dns\n{3}\n--cluster-cidr\n{4}\n",
                        identity, node.name, node.address, dnsAddress(profile.serviceCidr), profile.clusterCidr);
    if (node.controlPlane)
        text += "--control-plane\n";
    return text;
}

std::string resolverText(const std::string& hostText, const std::string& resolvedText) {
    bool any = false;
    const std::string own = withoutLoopback(hostText, any);
    if (any)
        return own;
    const std::string resolved = withoutLoopback(resolvedText, any);
    return any ? resolved : own;
}

std::string hostResolverText() {
    return resolverText(base::readFile("/etc/resolv.conf").value_or(""),
                        base::readFile("/run/systemd/resolve/resolv.conf").value_or(""));
}

std::vector<NodeFile> nodeConfig(const ClusterProfile& profile, const NodeProfile& node,
                                 const AuthorityFiles& authority, const NodeCredentials& credentials,
                                 const NodePlatform& platform) {
    std::vector<NodeFile> files{{"/etc/slipway/services", servicesFile(profile, node, platform)},
                                {identity + "kubeconfig", credentials.kubeconfig, 0600},
                                {identity + "serving.crt", credentials.servingCertificate},
                                {identity + "serving.key", credentials.servingKey, 0600}};
    if (node.controlPlane) {
        const std::string pki = "/var/lib/slipway/server/pki/";
        files.push_back({pki + "ca.crt", authority.certificate});
        files.push_back({pki + "ca.key", authority.key, 0600});
        files.push_back({pki + "sa.key", authority.serviceAccountKey, 0600});
    }
    if (!credentials.etcdKey.empty()) {
        files.push_back({identity + "etcd-ca.crt", credentials.etcdAuthority});
        files.push_back({identity + "etcd.crt", credentials.etcdCertificate});
        files.push_back({identity + "etcd.key", credentials.etcdKey, 0600});
    }
    if (platform.ownsHostFiles) {
        files.push_back({"/etc/hosts", hostsFile(profile)});
        files.push_back({"/etc/hostname", node.name + "\n"});
    }
    if (!platform.resolverText.empty())
        files.push_back({"/etc/resolv.conf", platform.resolverText});
    for (const auto& registry : profile.registries)
        files.push_back({"/etc/containerd/certs.d/" + registry.host + "/hosts.toml", registryFile(registry)});
    return files;
}

} // namespace slipway::vmdriver
