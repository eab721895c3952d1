#include "cluster/network/cni_config.h"
#include "cluster/network/nftables/ruleset.h"
#include "service_fixture.h"

using namespace slipway::network;
using namespace slipway::network::test;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

const RulesetSettings settings{.table = "slipway", .podCidr = "10.244.0.0/24", .clusterCidr = "10.244.0.0/16"};

} // namespace

class PlanTest : public QObject {
    Q_OBJECT

private slots:
    void readyEndpointsOnly() {
        const auto plan =
            planServices({shared(service("web", "10.96.0.5"))},
                         {shared(slice("web", {endpoint("10.244.0.2"), endpoint("10.244.0.3", false)}))}, "n1");
        QCOMPARE(plan.ports.size(), std::size_t(1));
        QCOMPARE(plan.ports[0].backends.size(), std::size_t(1));
        QVERIFY((plan.ports[0].backends[0] == Backend{"10.244.0.2", 8080, true}));
    }

    void terminatingOnesServeWhenNothingElseDoes() {
        auto ending = endpoint("10.244.0.3", false);
        ending.conditions->serving = true;
        ending.conditions->terminating = true;
        const Services services{shared(service("web", "10.96.0.5"))};
        QCOMPARE(planServices(services, {shared(slice("web", {ending}))}, "n1").ports[0].backends.size(),
                 std::size_t(1));
        const auto both = planServices(services, {shared(slice("web", {ending, endpoint("10.244.0.2")}))}, "n1");
        QCOMPARE(both.ports[0].backends[0].address, std::string("10.244.0.2"));
    }

    void localTraffic() {
        auto local = service("web", "10.96.0.5");
        local.spec->type = "NodePort";
        local.spec->ports[0].nodePort = 30080;
        local.spec->externalTrafficPolicy = "Local";
        const auto plan =
            planServices({shared(local)},
                         {shared(slice("web", {endpoint("10.244.0.2"), endpoint("10.244.1.2", true, "n2")}))}, "n1");
        QCOMPARE(plan.ports[0].backends.size(), std::size_t(2));
        QCOMPARE(plan.ports[0].externalBackends.size(), std::size_t(1));
        QVERIFY(plan.ports[0].keepSource);
    }

    void headlessAndExternalNamesNeedNoRules() {
        auto external = service("ext", "");
        external.spec->type = "ExternalName";
        QVERIFY(planServices({shared(service("db", "None")), shared(external)}, {}, "n1").ports.empty());
    }

    void rules() {
        auto web = service("web", "10.96.0.5");
        web.spec->type = "NodePort";
        web.spec->ports[0].nodePort = 30080;
        web.spec->externalIPs = {"192.0.2.7"};
        const auto plan = planServices({shared(web), shared(service("idle", "10.96.0.6"))},
                                       {shared(slice("web", {endpoint("10.244.0.2"), endpoint("10.244.0.3")}))}, "n1");
        const std::string text = rulesetText(plan, settings);
        QVERIFY(text.starts_with("table ip slipway {}\ndelete table ip slipway\ntable ip slipway {\n"));
        QVERIFY(contains(text, "10.96.0.5 . tcp . 80 : goto s_default_web_80_"));
        QVERIFY(contains(text, "tcp . 30080 : goto x_s_default_web_80_"));
        QVERIFY(contains(text, "192.0.2.7 . tcp . 80 : goto x_s_default_web_80_"));
        QVERIFY(contains(text, "numgen random mod 2 map { 0 : 10.244.0.2 . 8080, 1 : 10.244.0.3 . 8080 }"));
        QVERIFY(contains(text, "elements = { 10.96.0.6 . tcp . 80 }")); // refused: no endpoints
        QCOMPARE(text, rulesetText(plan, settings));
    }

    void affinity() {
        auto web = service("web", "10.96.0.5");
        web.spec->sessionAffinity = "ClientIP";
        const auto plan =
            planServices({shared(web)}, {shared(slice("web", {endpoint("10.244.0.2"), endpoint("10.244.0.3")}))}, "n1");
        QCOMPARE(plan.ports[0].affinitySeconds, 10800);
        const std::string text = rulesetText(plan, settings);
        QVERIFY(contains(text, "timeout 10800s"));
        QVERIFY(contains(text, "update @a_s_default_web_80_"));
    }

    void twoServicesOnOneAddressDoNotBreakTheRest() {
        const auto plan = planServices(
            {shared(service("a", "10.96.0.5")), shared(service("b", "10.96.0.5"))},
            {shared(slice("a", {endpoint("10.244.0.2")})), shared(slice("b", {endpoint("10.244.0.3")}))}, "n1");
        const std::string text = rulesetText(plan, settings);
        const std::size_t first = text.find("10.96.0.5 . tcp . 80");
        QVERIFY(first != std::string::npos && text.find("10.96.0.5 . tcp . 80", first + 1) == std::string::npos);
    }

    void chainNamesAreCleanAndDiffer() {
        ServicePortPlan dashed, dotted;
        dashed.ns = dotted.ns = "default";
        dashed.service = "a-b";
        dotted.service = "a.b";
        QVERIFY(dashed.chainName() != dotted.chainName());
        for (const char c : dashed.chainName())
            QVERIFY(std::isalnum(static_cast<unsigned char>(c)) || c == '_');
    }

    void kernelTakesTheRules() {
        KernelRules rules;
        if (!rules.apply("table ip slipway_test {}\ndelete table ip slipway_test\n"))
            QSKIP("no right to change the packet filter here");
        auto web = service("web", "10.96.0.5");
        web.spec->sessionAffinity = "ClientIP";
        auto udp = service("dns", "10.96.0.9", 53);
        udp.spec->ports[0].protocol = "UDP";
        auto plan = planServices({shared(web), shared(udp), shared(service("idle", "10.96.0.6"))},
                                 {shared(slice("web", {endpoint("10.244.0.2"), endpoint("10.244.0.3")}))}, "n1");
        // The kernel checks the rules under another name: never the node's own table.
        RulesetSettings checked = settings;
        checked.table = "slipway_check";
        const std::string text = rulesetText(plan, checked);
        const auto applied = rules.apply(text);
        std::ignore = rules.apply("table ip slipway_check {}\ndelete table ip slipway_check\n");
        QVERIFY2(applied.has_value(), applied ? "" : applied.error().c_str());
    }

    void cni() {
        const std::string text = cniConfig("10.244.3.0/24");
        QVERIFY(contains(text, "\"subnet\":\"10.244.3.0/24\""));
        QVERIFY(contains(text, "\"type\":\"bridge\"") && contains(text, "\"hairpinMode\":true"));
    }
};

QTEST_GUILESS_MAIN(PlanTest)
#include "plan_test.moc"
