#include "cluster/agent/node/capacity.h"
#include "cluster/agent/pod/pod_config.h"
#include "cluster/agent/source/mirror_pods.h"
#include "cluster/agent/source/static_pods.h"
#include "pod_fixture.h"

#include <QTemporaryDir>
#include <fstream>

using namespace slipway::agent;
using namespace slipway::agent::test;

namespace {

DnsSettings dns() {
    DnsSettings settings;
    settings.clusterDns = "10.96.0.10";
    parseResolvConf("# comment\nnameserver 192.0.2.1\nsearch example.org\noptions edns0 trust-ad\n", settings);
    return settings;
}

void write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

} // namespace

class PodConfigTest : public QObject {
    Q_OBJECT

private slots:
    void clusterFirst() {
        const auto config = sandboxConfig(pod({container("a")}), 1, {}, dns());
        QCOMPARE(config.dnsServers, Names{"10.96.0.10"});
        QCOMPARE(config.dnsSearches,
                 (Names{"default.svc.cluster.local", "svc.cluster.local", "cluster.local", "example.org"}));
        QCOMPARE(config.dnsOptions, Names{"ndots:5"});
        QCOMPARE(config.hostname, std::string("web"));
        QCOMPARE(config.logDirectory, std::string("/var/log/pods/default_web_uid-1"));
        QCOMPARE(config.labels.at(labels::podUid), std::string("uid-1"));
    }

    void ownDns() {
        auto web = pod({container("a")});
        web.spec->dnsPolicy = "None";
        web.spec->dnsConfig.emplace();
        web.spec->dnsConfig->nameservers = {"192.0.2.9"};
        web.spec->dnsConfig->options = {{"ndots", "2"}};
        auto config = sandboxConfig(web, 0, {}, dns());
        QCOMPARE(config.dnsServers, Names{"192.0.2.9"});
        QCOMPARE(config.dnsOptions, Names{"ndots:2"});
        web.spec->dnsPolicy = "ClusterFirst";
        config = sandboxConfig(web, 0, {}, dns());
        QCOMPARE(config.dnsServers, (Names{"10.96.0.10", "192.0.2.9"}));
        QCOMPARE(config.dnsOptions, Names{"ndots:2"});
    }

    void hostNetworkUsesTheNodesDns() {
        auto web = pod({container("a")});
        web.spec->hostNetwork = true;
        const auto config = sandboxConfig(web, 0, {}, dns());
        QCOMPARE(config.dnsServers, Names{"192.0.2.1"});
        QVERIFY(config.namespaces.network == NamespaceMode::node);
        QVERIFY(config.hostname.empty());
    }

    void limits() {
        auto limited = container("a");
        limited.resources.emplace();
        limited.resources->limits = {{"cpu", "500m"}, {"memory", "64Mi"}};
        limited.resources->requests = {{"cpu", "250m"}, {"memory", "64Mi"}};
        const auto resources = containerResources(pod({limited}), limited, 1LL << 30);
        QCOMPARE(resources.cpuQuota, std::int64_t(50'000));
        QCOMPARE(resources.cpuShares, std::int64_t(256));
        QCOMPARE(resources.memoryLimit, std::int64_t(64 << 20));
        QCOMPARE(resources.oomScoreAdjustment, std::int64_t(1000 - 62)); // a sixteenth of the node
        QCOMPARE(containerResources(pod({container("b")}), container("b"), 1 << 30).oomScoreAdjustment,
                 std::int64_t(1000));
    }

    void commandAndSecurity() {
        auto a = container("a");
        a.command = {"run", "$(PORT)"};
        a.securityContext.emplace();
        a.securityContext->runAsUser = 1000;
        a.securityContext->capabilities.emplace();
        a.securityContext->capabilities->add = {"CAP_NET_ADMIN"};
        a.securityContext->allowPrivilegeEscalation = false;
        const auto config = containerConfig(pod({a}), a, 2, {{"PORT", "80"}}, {}, 1 << 30);
        QVERIFY(config.has_value());
        QCOMPARE(config->command, (Names{"run", "80"}));
        QCOMPARE(config->logPath, std::string("a/2.log"));
        QCOMPARE(config->addCapabilities, Names{"NET_ADMIN"});
        QVERIFY(config->noNewPrivileges && config->runAsUser == 1000);
    }

    void nonRootIsChecked() {
        auto a = container("a");
        a.securityContext.emplace();
        a.securityContext->runAsNonRoot = true;
        QCOMPARE(containerConfig(pod({a}), a, 0, {}, {.uid = 0}, 1).error(),
                 std::string("container has runAsNonRoot and image will run as root (pod: \"web_default(uid-1)\", "
                             "container: a)"));
        QVERIFY(containerConfig(pod({a}), a, 0, {}, {.uid = 7}, 1).has_value());
        QVERIFY(!containerConfig(pod({a}), a, 0, {}, {.username = "nginx"}, 1).has_value());
    }

    void ports() {
        auto a = container("a");
        core::ContainerPort named;
        named.name = "http";
        named.containerPort = 8080;
        a.ports = {named};
        slipway::api::IntOrString port;
        port.isInt = false;
        port.text = "http";
        QCOMPARE(resolvePort(a, port), std::optional<int>(8080));
        port.text = "other";
        QVERIFY(!resolvePort(a, port).has_value());
    }

    void hosts() {
        auto web = pod({container("a")});
        web.spec->hostname = "db-0";
        web.spec->subdomain = "db";
        web.spec->hostAliases = {{{"x.example", "y.example"}, "192.0.2.5"}};
        const std::string text = hostsFile(web, {"10.244.0.9"}, "cluster.local");
        QVERIFY(text.find("10.244.0.9\tdb-0.db.default.svc.cluster.local\tdb-0\n") != std::string::npos);
        QVERIFY(text.starts_with("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"));
        QVERIFY(text.ends_with("\n\n# Entries added by HostAliases.\n192.0.2.5\tx.example\ty.example\n"));
    }

    void staticPods() {
        const auto made = staticPod(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: x}]}\n", "n1");
        QVERIFY(made.has_value());
        QCOMPARE(made->metadata.name, std::string("a-n1"));
        QCOMPARE(made->metadata.namespace_, std::string("default"));
        QCOMPARE(made->spec->nodeName, std::string("n1"));
        QCOMPARE(made->spec->restartPolicy, std::string("Always"));
        QCOMPARE(made->metadata.uid.size(), std::size_t(36));
        QCOMPARE(made->spec->tolerations.size(), std::size_t(1)); // no taint ends it
        QCOMPARE(made->spec->tolerations.front().effect, std::string("NoExecute"));
        QVERIFY(!made->spec->priority);
        const auto critical = staticPod("kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec: {priorityClassName: "
                                        "system-node-critical, containers: [{name: c, image: x}]}\n",
                                        "n1");
        QCOMPARE(critical->spec->priority.value_or(0), 2'000'001'000); // nobody else looks it up
        for (const char* bad :
             {"", "{", "{\"kind\":\"Service\"}", "{\"kind\":\"Pod\"}", "kind: [", "{\"kind\":\"Pod\",\"spec\":3}"})
            QVERIFY(!staticPod(bad, "n1").has_value());
    }

    void mirrorsOfStaticPods() {
        const auto manifest = [](const char* image) {
            return *staticPod(std::format("kind: Pod\napiVersion: v1\nmetadata: {{name: a}}\nspec: {{containers: "
                                          "[{{name: c, image: {}}}]}}\n",
                                          image),
                              "n1");
        };
        const core::Pod runs = manifest("web:1"), other = manifest("web:2");
        core::Pod mirror = mirrorOf(runs, "node-uid");
        QVERIFY(isStatic(runs) && !isMirror(runs));
        QVERIFY(isMirror(mirror) && !isStatic(mirror));
        QVERIFY(mirror.metadata.uid.empty());
        QCOMPARE(mirror.metadata.ownerReferences.size(), std::size_t(1));
        QCOMPARE(mirror.metadata.ownerReferences.front().kind, std::string("Node"));
        QCOMPARE(mirror.metadata.ownerReferences.front().uid, std::string("node-uid"));
        QVERIFY(mirrorOf(runs, "").metadata.ownerReferences.empty());
        QVERIFY(!isStale(mirror, &runs));
        QVERIFY(isStale(mirror, nullptr)); // its file went
        QVERIFY(isStale(mirror, &other));  // its file changed
        mirror.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
        QVERIFY(isStale(mirror, &runs)); // somebody deletes it: another takes its place
    }

    void capacityOfMixedControlGroups() {
        QTemporaryDir dir;
        const std::filesystem::path root = dir.path().toStdString();
        write(root / "proc/meminfo", "MemTotal:       16000000 kB\nMemAvailable:    8000000 kB\n");
        write(root / "proc/self/cgroup", "8:memory:/node/a\n3:cpu,cpuacct:/node\n0::/\n");
        write(root / "cg/memory/memory.limit_in_bytes", "9223372036854771712\n");
        write(root / "cg/memory/node/memory.limit_in_bytes", "2147483648\n");
        write(root / "cg/memory/node/a/memory.limit_in_bytes", "4294967296\n");
        write(root / "cg/cpu/node/cpu.cfs_quota_us", "50000\n");
        write(root / "cg/cpu/node/cpu.cfs_period_us", "100000\n");
        const Capacity capacity = readCapacity(root, root / "cg", root / "proc");
        QCOMPARE(capacity.memoryBytes, std::int64_t(2) << 30);
        QCOMPARE(capacity.milliCpu, std::int64_t(500));
        QVERIFY(capacity.storageBytes > 0);
    }

    void capacityOfUnifiedControlGroups() {
        QTemporaryDir dir;
        const std::filesystem::path root = dir.path().toStdString();
        write(root / "proc/meminfo", "MemTotal:       16000000 kB\nMemAvailable:    8000000 kB\n");
        write(root / "proc/self/cgroup", "0::/node\n");
        write(root / "cg/cgroup.controllers", "cpu memory\n");
        write(root / "cg/node/memory.max", "1073741824\n");
        write(root / "cg/node/cpu.max", "25000 100000\n");
        const Capacity capacity = readCapacity(root, root / "cg", root / "proc");
        QCOMPARE(capacity.memoryBytes, std::int64_t(1) << 30);
        QCOMPARE(capacity.milliCpu, std::int64_t(250));
    }
};

QTEST_GUILESS_MAIN(PodConfigTest)
#include "pod_config_test.moc"
