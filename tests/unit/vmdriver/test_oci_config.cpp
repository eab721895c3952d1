#include <QTest>

#include <boost/json.hpp>

#include "vmdriver/native/oci_config.h"

using namespace slipway::vmdriver;
namespace json = boost::json;

namespace {

json::value configFor(const HostAbilities& host) {
    const SandboxSpec spec{.hostName = "dev-1",
                           .cgroupPath = "/slipway/dev.dev-1",
                           .rootfs = "/run/slipway/bundles/dev.dev-1/rootfs",
                           .command = {"/usr/bin/slipway-node-init"},
                           .binds = {{"/state/data", "/var/lib/slipway"}}};
    return json::parse(ociConfig(spec, host));
}

bool hasMount(const json::value& config, std::string_view destination) {
    for (const auto& mount : config.at("mounts").as_array())
        if (mount.at("destination").as_string() == destination)
            return true;
    return false;
}

} // namespace

class OciConfigTest : public QObject {
    Q_OBJECT

private slots:
    void handsOnExactlyTheCapabilitiesThereAre() {
        constexpr std::uint64_t all = (1ull << 41) - 1, withoutSysResource = all & ~(1ull << 24);
        const auto list =
            configFor({.capabilities = withoutSysResource}).at("process").at("capabilities").at("bounding").as_array();
        QCOMPARE(list.size(), 40u);
        for (const auto& name : list)
            QVERIFY(name.as_string() != "CAP_SYS_RESOURCE");
        QCOMPARE(configFor({.capabilities = 1}).at("process").at("capabilities").at("bounding"),
                 json::parse(R"(["CAP_CHOWN"])"));
    }

    void isolatesEveryNamespaceButUsers() {
        const auto namespaces = configFor({}).at("linux").at("namespaces").as_array();
        QCOMPARE(namespaces.size(), 6u);
        for (const auto& entry : namespaces)
            QVERIFY(entry.at("type").as_string() != "user");
    }

    void container_runtimes_need_no_filters() {
        const auto part = configFor({}).at("linux").as_object();
        QVERIFY(!part.contains("seccomp"));
        QVERIFY(!part.contains("maskedPaths"));
        QVERIFY(!part.contains("readonlyPaths"));
    }

    void worksWithoutWritableCgroups() {
        const auto config = configFor({.cgroups = false});
        QVERIFY(!config.at("linux").as_object().contains("cgroupsPath"));
        QVERIFY(!hasMount(config, "/sys/fs/cgroup"));
        QVERIFY(hasMount(configFor({}), "/sys/fs/cgroup"));
    }

    void stateIsBoundIn() { QVERIFY(hasMount(configFor({}), "/var/lib/slipway")); }
};

QTEST_GUILESS_MAIN(OciConfigTest)
#include "test_oci_config.moc"
