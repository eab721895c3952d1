// What is written into a node before it starts.

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <filesystem>

#include "app/node_init/service_list.h"
#include "cluster/base/files.h"
#include "cluster/client/kubeconfig.h"
#include "cluster/pki/pki.h"
#include "vmdriver/cluster_credentials.h"
#include "vmdriver/node_config.h"

using namespace slipway;
using namespace slipway::vmdriver;

class NodeConfigTest : public QObject {
    Q_OBJECT

private:
    ClusterProfile profile_{.name = "dev",
                            .subnet = "172.30.7.0/24",
                            .nodes = {{.name = "dev-1", .address = "172.30.7.2"},
                                      {.name = "dev-2", .controlPlane = false, .address = "172.30.7.3"}}};

    const NodeFile* fileOf(const std::vector<NodeFile>& files, const std::string& path) const {
        const auto found = std::ranges::find(files, path, &NodeFile::path);
        return found == files.end() ? nullptr : &*found;
    }

    std::vector<NodeFile> configOf(int node, const NodePlatform& platform = {}) const {
        return nodeConfig(profile_, profile_.nodes.at(node), {"ca", "ca key", "sa key"}, {"kc", "crt", "key"},
                          platform);
    }

private slots:
    void onlyControlPlanesGetTheAuthority() {
        const std::string key = "/var/lib/slipway/server/pki/ca.key";
        QVERIFY(fileOf(configOf(0), key));
        QCOMPARE(fileOf(configOf(0), key)->mode, 0600u);
        QVERIFY(!fileOf(configOf(1), key));
        QCOMPARE(fileOf(configOf(1), "/etc/slipway/node/kubeconfig")->mode, 0600u);
    }

    void workersRunNoServer() {
        const auto control =
            node_init::parseServices(servicesFile(profile_, profile_.nodes[0], {.apiNames = {"127.0.0.1"}}));
        const auto worker = node_init::parseServices(servicesFile(profile_, profile_.nodes[1]));
        QVERIFY(control && worker);
        QCOMPARE(control->size(), 3u);
        QCOMPARE(control->at(1).name, std::string("server"));
        QVERIFY(std::ranges::contains(control->at(1).command, "--tls-san"));
        QCOMPARE(worker->size(), 2u);
        QCOMPARE(worker->back().name, std::string("agent")); // the last one: it is ended before the pods are
        QVERIFY(!std::ranges::contains(worker->back().command, "--control-plane"));
    }

    void severalControlPlanesShareEtcdAndAnAddress() {
        ClusterProfile profile = profile_;
        profile.nodes[1].controlPlane = true;
        profile.virtualAddress = "172.30.7.254";
        const auto services = node_init::parseServices(servicesFile(profile, profile.nodes[1]));
        QVERIFY(services);
        QCOMPARE(services->size(), 4u);
        QCOMPARE(services->at(1).name, std::string("etcd"));
        const auto& etcd = services->at(1).command;
        QVERIFY(std::ranges::contains(etcd, "dev-1=https://172.30.7.2:2380,dev-2=https://172.30.7.3:2380"));
        QVERIFY(std::ranges::contains(etcd, "--client-cert-auth") &&
                std::ranges::contains(etcd, "--peer-client-cert-auth"));
        const auto& server = services->at(2).command;
        QVERIFY(std::ranges::contains(server, "https://127.0.0.1:2379,https://172.30.7.2:2379")); // its own first
        QVERIFY(std::ranges::contains(server, "172.30.7.254"));
        QCOMPARE(profile.serverUrl(), std::string("https://172.30.7.254:6443"));
    }

    void etcdHasAnAuthorityOfItsOwn() {
        const QTemporaryDir folder;
        ClusterProfile profile = profile_;
        const ClusterCredentials credentials(folder.path().toStdString());
        QVERIFY(credentials.forNode(profile, profile.nodes[0])->etcdKey.empty()); // one server needs none
        profile.nodes[1].controlPlane = true;
        const auto first = credentials.forNode(profile, profile.nodes[0]),
                   second = credentials.forNode(profile, profile.nodes[1]);
        QVERIFY(first && second && !first->etcdKey.empty());
        QCOMPARE(first->etcdAuthority, second->etcdAuthority);
        QVERIFY(first->etcdAuthority != credentials.authority()->certificate);
        QVERIFY(first->etcdKey != second->etcdKey);
    }

    void nodesKnowEachOther() {
        QVERIFY(fileOf(configOf(1), "/etc/hosts")->content.contains("172.30.7.2 dev-1\n"));
        QVERIFY(!fileOf(configOf(1, {.ownsHostFiles = false}), "/etc/hosts"));
    }

    void registriesAreWrittenForContainerd() {
        profile_.registries = {{.host = "docker.io", .mirrors = {"http://mirror:5000"}, .insecure = true}};
        const auto files = configOf(0);
        const auto* hosts = fileOf(files, "/etc/containerd/certs.d/docker.io/hosts.toml");
        QVERIFY(hosts);
        QVERIFY(hosts->content.contains("[host.\"http://mirror:5000\"]"));
        QVERIFY(hosts->content.contains("skip_verify = true"));
        profile_.registries.clear();
    }

    void loopbackResolversMeanTheOnesBehindThem() {
        QCOMPARE(resolverText("nameserver 9.9.9.9\nsearch a\n", "nameserver 1.1.1.1\n"),
                 std::string("nameserver 9.9.9.9\nsearch a\n"));
        QCOMPARE(resolverText("nameserver 127.0.0.53\n", "nameserver 1.1.1.1\n"), std::string("nameserver 1.1.1.1\n"));
        QCOMPARE(resolverText("nameserver 127.0.0.53\nsearch a\n", ""), std::string("search a\n"));
    }

    void credentialsAreMadeOnceAndFit() {
        const QTemporaryDir dir;
        const ClusterCredentials credentials(dir.path().toStdString());
        QVERIFY(!credentials.exist());
        const auto first = credentials.forNode(profile_, profile_.nodes[1]);
        QVERIFY2(first.has_value(), first ? "" : first.error().message.c_str());
        QVERIFY(credentials.exist());
        const auto again = credentials.forNode(profile_, profile_.nodes[1]);
        QCOMPARE(again->kubeconfig, first->kubeconfig);
        QCOMPARE(again->servingCertificate, first->servingCertificate);
        const auto path = std::filesystem::path(dir.path().toStdString()) / "kubeconfig";
        QVERIFY(base::writeFileAtomically(path, first->kubeconfig).has_value());
        const auto settings = client::loadContext(path);
        QCOMPARE(settings->server, std::string("https://172.30.7.2:6443"));
        const auto identity = pki::identityOf(settings->clientCertificatePem);
        QCOMPARE(identity->user, std::string("system:node:dev-2"));
        QCOMPARE(identity->groups, std::vector<std::string>{"system:nodes"});
    }

    void aMovedNodeGetsANewServingCertificate() {
        const QTemporaryDir dir;
        const ClusterCredentials credentials(dir.path().toStdString());
        auto node = profile_.nodes[1];
        const auto first = credentials.forNode(profile_, node);
        node.address = "172.30.7.9";
        QVERIFY(credentials.forNode(profile_, node)->servingCertificate != first->servingCertificate);
    }

    void theAdminsKubeconfigFollowsTheServer() {
        const QTemporaryDir dir;
        const ClusterCredentials credentials(dir.path().toStdString());
        const auto path = credentials.adminKubeconfig(profile_);
        QVERIFY(path.has_value());
        QCOMPARE(client::loadContext(*path)->server, std::string("https://172.30.7.2:6443"));
        const auto certificate = client::loadContext(*path)->clientCertificatePem;
        auto moved = profile_;
        moved.apiAddress = "127.0.0.1";
        QVERIFY(credentials.adminKubeconfig(moved).has_value());
        QCOMPARE(client::loadContext(*path)->server, std::string("https://127.0.0.1:6443"));
        QCOMPARE(client::loadContext(*path)->clientCertificatePem, certificate);
        QCOMPARE(std::filesystem::status(*path).permissions(), std::filesystem::perms(0600));
    }

    void anAdoptedAuthorityIsUsed() {
        const QTemporaryDir dir;
        const ClusterCredentials credentials(dir.path().toStdString());
        const auto made = pki::makeAuthority("other");
        QVERIFY(credentials.adopt({made->certificatePem, made->keyPem, "accounts"}).has_value());
        QCOMPARE(credentials.authority()->certificate, made->certificatePem);
        QCOMPARE(credentials.authority()->serviceAccountKey, std::string("accounts"));
    }
};

QTEST_GUILESS_MAIN(NodeConfigTest)
#include "test_node_config.moc"
