// The truth tables of Kubernetes' own network policy tests: namespaces x, y and z with pods a, b and c each, which
// serve ports 80 and 81 over TCP and UDP; a row is who reaches whom under some policies.

#include "cluster/network/policy/policy_plan.h"
#include "cluster/network/policy/policy_rules.h"

#include <QTest>

using namespace slipway::network;
namespace api = slipway::api;

namespace {

const QStringList namespaceNames{"x", "y", "z"}, podNames{"a", "b", "c"};

template <class T> T decoded(const QString& json) {
    const auto value = api::parseJson(json.toStdString());
    if (!value)
        qFatal("not JSON: %s", qPrintable(json));
    auto object = api::fromJson<T>(*value);
    if (!object)
        qFatal("%s: %s", object.error().path.c_str(), object.error().message.c_str());
    return *object;
}

QString address(const QString& pod) {
    return QString("10.244.%1.%2").arg(namespaceNames.indexOf(pod[0])).arg(podNames.indexOf(pod[2]) + 1);
}

PodPtr pod(const QString& ns, const QString& name, const QString& extraLabels = {}) {
    return std::make_shared<const api::core_v1::Pod>(decoded<api::core_v1::Pod>(
        QString(
            R"({"metadata":{"namespace":"%1","name":"%2","labels":{"pod":"%2"%4}},"spec":{"nodeName":"n1","containers":[
            {"name":"s","ports":[{"name":"serve-80-tcp","containerPort":80},{"name":"serve-81-tcp","containerPort":81},
            {"name":"serve-80-udp","containerPort":80,"protocol":"UDP"},{"name":"serve-81-udp","containerPort":81,"protocol":"UDP"}]}]},
            "status":{"phase":"Running","podIP":"%3","podIPs":[{"ip":"%3"}]}})")
            .arg(ns, name, address(ns + "/" + name), extraLabels)));
}

PolicyInputs cluster() {
    PolicyInputs inputs;
    inputs.nodeName = "n1";
    for (const QString& ns : namespaceNames) {
        inputs.namespaces[ns.toStdString()] = {{"ns", ns.toStdString()},
                                               {"kubernetes.io/metadata.name", ns.toStdString()}};
        for (const QString& name : podNames)
            inputs.pods.push_back(pod(ns, name));
    }
    return inputs;
}

/// "x {spec}" lines, one a policy.
void addPolicies(PolicyInputs& inputs, const QString& lines) {
    int number = 0;
    for (const QString& line : lines.split('\n', Qt::SkipEmptyParts)) {
        const QString text = line.trimmed();
        inputs.policies.push_back(
            std::make_shared<const api::networking_v1::NetworkPolicy>(decoded<api::networking_v1::NetworkPolicy>(
                QString(R"({"metadata":{"namespace":"%1","name":"p%2"},"spec":%3})")
                    .arg(text[0])
                    .arg(number++)
                    .arg(text.mid(2)))));
    }
}

bool fits(const QString& pattern, const QString& pod) {
    return pattern == "*" || pattern == pod || (pattern.endsWith("/*") && pod.startsWith(pattern.chopped(1)));
}

/// Everything is allowed but what the words say: "no * > x/a; y/b > x/a" (the last that fits counts).
bool expected(const QString& words, const QString& from, const QString& to) {
    bool result = true;
    for (const QString& word : words.split(';', Qt::SkipEmptyParts)) {
        QString text = word.trimmed();
        const bool no = text.startsWith("no ");
        const QStringList ends = text.mid(no ? 3 : 0).split(" > ");
        if (fits(ends.value(0), from) && fits(ends.value(1), to))
            result = !no;
    }
    return result || from == to; // a pod always reaches itself
}

/// What differs from the expectation, "" when nothing.
QString differences(const PolicyInputs& inputs, const QString& words, Protocol protocol, int port) {
    const PolicyPlan plan = planPolicies(inputs);
    QStringList wrong;
    for (const QString& fromNs : namespaceNames)
        for (const QString& fromPod : podNames)
            for (const QString& toNs : namespaceNames)
                for (const QString& toPod : podNames) {
                    const QString from = fromNs + "/" + fromPod, to = toNs + "/" + toPod;
                    const bool open =
                        allows(plan, address(from).toStdString(), address(to).toStdString(), protocol, port);
                    if (open != expected(words, from, to))
                        wrong << QString("%1 > %2 is %3").arg(from, to, open ? "open" : "closed");
                }
    return wrong.join(", ");
}

} // namespace

class PolicyTest : public QObject {
    Q_OBJECT

private slots:
    void truthTables_data() {
        QTest::addColumn<QString>("policies");
        QTest::addColumn<QString>("tcp80");
        QTest::addColumn<QString>("tcp81");
        QTest::addColumn<QString>("udp80");
        const auto row = [](const char* name, const QString& policies, const QString& tcp80, const QString& tcp81 = "=",
                            const QString& udp80 = "=") {
            QTest::newRow(name) << policies << tcp80 << (tcp81 == "=" ? tcp80 : tcp81)
                                << (udp80 == "=" ? tcp80 : udp80);
        };
        const QString a = R"("podSelector":{"matchLabels":{"pod":"a"}})";
        const QString denyIngress = R"("policyTypes":["Ingress"])", both = R"("policyTypes":["Ingress","Egress"])",
                      egress = R"("policyTypes":["Egress"])";

        row("default deny ingress", "x {\"podSelector\":{}," + denyIngress + "}", "no * > x/*");
        row("default deny all", "x {\"podSelector\":{}," + both + "}", "no * > x/*; no x/* > *");
        row("default deny egress", "x {\"podSelector\":{}," + egress + "}", "no x/* > *");
        row("no types is ingress", "x {\"podSelector\":{}}", "no * > x/*");
        row("no types with egress rules is both", "x {\"podSelector\":{},\"egress\":[{}]}", "no * > x/*");
        row("deny ingress to one pod", "x {" + a + "," + denyIngress + "}", "no * > x/a");
        row("deny egress of one pod", "x {" + a + "," + egress + "}", "no x/a > *");
        row("allow all ingress", "x {\"podSelector\":{},\"ingress\":[{}]}", "");
        row("allow all egress", "x {\"podSelector\":{},\"egress\":[{}]," + egress + "}", "");
        row("allow all beats deny", "x {\"podSelector\":{}}\nx {\"podSelector\":{},\"ingress\":[{}]}", "");
        row("from pods of the namespace",
            "x {" + a + R"(,"ingress":[{"from":[{"podSelector":{"matchLabels":{"pod":"b"}}}]}]})",
            "no * > x/a; x/b > x/a");
        row("from a namespace",
            "x {" + a + R"(,"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"ns":"y"}}}]}]})",
            "no * > x/a; y/* > x/a");
        row("from every namespace", "x {" + a + R"(,"ingress":[{"from":[{"namespaceSelector":{}}]}]})", "");
        row("from the namespace by its name",
            "x {" + a +
                R"(,"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"z"}}}]}]})",
            "no * > x/a; z/* > x/a");
        row("namespace by expression",
            "x {" + a +
                R"(,"ingress":[{"from":[{"namespaceSelector":{"matchExpressions":[{"key":"ns","operator":"NotIn","values":["x"]}]}}]}]})",
            "no * > x/a; y/* > x/a; z/* > x/a");
        row("namespace and pod together",
            "x {" + a +
                R"(,"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"ns":"y"}},"podSelector":{"matchLabels":{"pod":"b"}}}]}]})",
            "no * > x/a; y/b > x/a");
        row("namespace or pod",
            "x {" + a +
                R"(,"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"ns":"y"}}},{"podSelector":{"matchLabels":{"pod":"b"}}}]}]})",
            "no * > x/a; y/* > x/a; x/b > x/a");
        row("pods by expression in namespaces by expression",
            "x {" + a +
                R"(,"ingress":[{"from":[{"namespaceSelector":{"matchExpressions":[{"key":"ns","operator":"NotIn","values":["x"]}]},"podSelector":{"matchExpressions":[{"key":"pod","operator":"In","values":["b","c"]}]}}]}]})",
            "no * > x/a; y/b > x/a; y/c > x/a; z/b > x/a; z/c > x/a");
        row("selected by expression",
            R"(x {"podSelector":{"matchExpressions":[{"key":"pod","operator":"In","values":["a","b"]}]},"ingress":[{"from":[{"podSelector":{"matchLabels":{"pod":"c"}}}]}]})",
            "no * > x/a; no * > x/b; x/c > x/a; x/c > x/b");
        row("two policies add up",
            "x {" + a + R"(,"ingress":[{"from":[{"podSelector":{"matchLabels":{"pod":"b"}}}]}]})" + "\nx {" + a +
                R"(,"ingress":[{"from":[{"podSelector":{"matchLabels":{"pod":"c"}}}]}]})",
            "no * > x/a; x/b > x/a; x/c > x/a");
        row("two rules add up",
            "x {" + a +
                R"(,"ingress":[{"from":[{"podSelector":{"matchLabels":{"pod":"b"}}}]},{"from":[{"namespaceSelector":{"matchLabels":{"ns":"z"}}}]}]})",
            "no * > x/a; x/b > x/a; z/* > x/a");
        row("a port", "x {" + a + R"(,"ingress":[{"ports":[{"port":81}]}]})", "no * > x/a", "", "no * > x/a");
        row("a port of UDP", "x {" + a + R"(,"ingress":[{"ports":[{"port":80,"protocol":"UDP"}]}]})", "no * > x/a",
            "no * > x/a", "");
        row("a protocol", "x {" + a + R"(,"ingress":[{"ports":[{"protocol":"UDP"}]}]})", "no * > x/a", "no * > x/a",
            "");
        row("a port range", "x {" + a + R"(,"ingress":[{"ports":[{"port":81,"endPort":90}]}]})", "no * > x/a", "",
            "no * > x/a");
        row("a range that begins lower", "x {" + a + R"(,"ingress":[{"ports":[{"port":70,"endPort":80}]}]})", "",
            "no * > x/a", "no * > x/a");
        row("a named port", "x {" + a + R"(,"ingress":[{"ports":[{"port":"serve-81-tcp"}]}]})", "no * > x/a", "",
            "no * > x/a");
        row("a named port of UDP", "x {" + a + R"(,"ingress":[{"ports":[{"port":"serve-80-udp","protocol":"UDP"}]}]})",
            "no * > x/a", "no * > x/a", "");
        row("a port's name with another protocol", "x {" + a + R"(,"ingress":[{"ports":[{"port":"serve-80-udp"}]}]})",
            "no * > x/a");
        row("a name nobody has", "x {" + a + R"(,"ingress":[{"ports":[{"port":"nope"}]}]})", "no * > x/a");
        row("two ports", "x {" + a + R"(,"ingress":[{"ports":[{"port":80},{"port":81}]}]})", "", "", "no * > x/a");
        row("port and peer",
            "x {" + a +
                R"(,"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"ns":"y"}}}],"ports":[{"port":81}]}]})",
            "no * > x/a", "no * > x/a; y/* > x/a", "no * > x/a");
        row("ports of several policies stack",
            "x {" + a +
                R"(,"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"ns":"y"}}}],"ports":[{"port":80}]}]})" +
                "\nx {" + a +
                R"(,"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"ns":"y"}}}],"ports":[{"port":81}]}]})",
            "no * > x/a; y/* > x/a", "=", "no * > x/a");
        row("egress to a namespace",
            "x {" + a + "," + egress + R"(,"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"ns":"y"}}}]}]})",
            "no x/a > *; x/a > y/*");
        row("egress to a pod of a namespace",
            "x {" + a + "," + egress +
                R"(,"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"ns":"y"}},"podSelector":{"matchLabels":{"pod":"a"}}}]}]})",
            "no x/a > *; x/a > y/a");
        row("egress to pods of the namespace", "x {" + a + "," + egress + R"(,"egress":[{"to":[{"podSelector":{}}]}]})",
            "no x/a > *; x/a > x/*");
        row("egress to a port", "x {" + a + "," + egress + R"(,"egress":[{"ports":[{"port":80}]}]})", "", "no x/a > *",
            "no x/a > *");
        row("egress to a named port", "x {" + a + "," + egress + R"(,"egress":[{"ports":[{"port":"serve-80-tcp"}]}]})",
            "", "no x/a > *", "no x/a > *");
        row("egress to a named port of one namespace",
            "x {" + a + "," + egress +
                R"(,"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"ns":"y"}}}],"ports":[{"port":"serve-81-tcp"}]}]})",
            "no x/a > *", "no x/a > *; x/a > y/*", "no x/a > *");
        row("egress to a range", "x {" + a + "," + egress + R"(,"egress":[{"ports":[{"port":80,"endPort":81}]}]})", "",
            "", "no x/a > *");
        row("both directions",
            "x {" + a + "," + both +
                R"(,"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"ns":"y"}}}]}],"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"ns":"z"}}}]}]})",
            "no * > x/a; y/* > x/a; no x/a > *; x/a > z/*");
        row("the sender's denial counts although the receiver allows",
            "x {" + a + "," + egress + "}\ny {" + a +
                R"(,"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"ns":"x"}}}]}]})",
            "no x/a > *; no * > y/a; x/b > y/a; x/c > y/a");
        row("policies of other namespaces do not reach here", "y {\"podSelector\":{}}", "no * > y/*");
        row("an address block", "x {" + a + R"(,"ingress":[{"from":[{"ipBlock":{"cidr":"10.244.1.0/24"}}]}]})",
            "no * > x/a; y/* > x/a");
        row("a block with an exception",
            "x {" + a + R"(,"ingress":[{"from":[{"ipBlock":{"cidr":"10.244.1.0/24","except":["10.244.1.2/32"]}}]}]})",
            "no * > x/a; y/* > x/a; no y/b > x/a");
        row("an exception another peer allows",
            "x {" + a +
                R"(,"ingress":[{"from":[{"ipBlock":{"cidr":"10.244.1.0/24","except":["10.244.1.2/32"]}},{"ipBlock":{"cidr":"10.244.1.2/32"}}]}]})",
            "no * > x/a; y/* > x/a");
        row("egress to a block",
            "x {" + a + "," + egress +
                R"(,"egress":[{"to":[{"ipBlock":{"cidr":"10.244.2.0/24","except":["10.244.2.1/32"]}}]}]})",
            "no x/a > *; x/a > z/*; no x/a > z/a");
        row("everything but a part of the world",
            "x {" + a + "," + egress +
                R"(,"egress":[{"to":[{"ipBlock":{"cidr":"0.0.0.0/0","except":["10.244.1.0/24"]}}]}]})",
            "no x/a > y/*");
        row("a block of the other family matches nobody",
            "x {" + a + R"(,"ingress":[{"from":[{"ipBlock":{"cidr":"fd00::/8"}}]}]})", "no * > x/a");
        row("an empty list of peers is everybody", "x {" + a + R"(,"ingress":[{"from":[]}]})", "");
        row("no rules at all", "x {" + a + R"(,"ingress":[]})", "no * > x/a");
        row("a selector nobody fits", R"(x {"podSelector":{"matchLabels":{"pod":"nope"}}})", "");
        row("ingress and egress of different pods meet",
            "x {" + a + "," + egress + R"(,"egress":[{"to":[{"podSelector":{"matchLabels":{"pod":"b"}}}]}]})" +
                "\nx "
                "{\"podSelector\":{\"matchLabels\":{\"pod\":\"b\"}},\"ingress\":[{\"from\":[{\"podSelector\":{"
                "\"matchLabels\":{\"pod\":\"a\"}}}]}]}",
            "no x/a > *; x/a > x/b; no * > x/b; x/a > x/b");
    }
    void truthTables() {
        QFETCH(QString, policies);
        QFETCH(QString, tcp80);
        QFETCH(QString, tcp81);
        QFETCH(QString, udp80);
        PolicyInputs inputs = cluster();
        addPolicies(inputs, policies);
        QCOMPARE(differences(inputs, tcp80, Protocol::tcp, 80), QString());
        QCOMPARE(differences(inputs, tcp81, Protocol::tcp, 81), QString());
        QCOMPARE(differences(inputs, udp80, Protocol::udp, 80), QString());
    }

    void changedLabelsCount() {
        PolicyInputs inputs = cluster();
        addPolicies(
            inputs,
            R"(x {"podSelector":{"matchLabels":{"pod":"a"}},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"blue"}},"podSelector":{"matchLabels":{"role":"web"}}}]}]})");
        QCOMPARE(differences(inputs, "no * > x/a", Protocol::tcp, 80), QString());
        inputs.namespaces["y"]["team"] = "blue";
        QCOMPARE(differences(inputs, "no * > x/a", Protocol::tcp, 80), QString());
        inputs.pods.erase(inputs.pods.begin() + 4);
        inputs.pods.push_back(pod("y", "b", R"(,"role":"web")"));
        QCOMPARE(differences(inputs, "no * > x/a; y/b > x/a", Protocol::tcp, 80), QString());
    }

    void podsThatDoNotCount_data() {
        QTest::addColumn<QString>("pod");
        QTest::newRow("host network")
            << R"({"metadata":{"namespace":"x","name":"h"},"spec":{"nodeName":"n1","hostNetwork":true,"containers":[]},"status":{"phase":"Running","podIP":"10.244.9.9"}})";
        QTest::newRow("ended")
            << R"({"metadata":{"namespace":"x","name":"h"},"spec":{"nodeName":"n1","containers":[]},"status":{"phase":"Succeeded","podIP":"10.244.9.9"}})";
        QTest::newRow("elsewhere")
            << R"({"metadata":{"namespace":"x","name":"h"},"spec":{"nodeName":"n2","containers":[]},"status":{"phase":"Running","podIP":"10.244.9.9"}})";
        QTest::newRow("without an address")
            << R"({"metadata":{"namespace":"x","name":"h"},"spec":{"nodeName":"n1","containers":[]},"status":{"phase":"Pending"}})";
    }
    void podsThatDoNotCount() {
        QFETCH(QString, pod);
        PolicyInputs inputs = cluster();
        inputs.pods = {std::make_shared<const api::core_v1::Pod>(decoded<api::core_v1::Pod>(pod))};
        addPolicies(inputs, "x {\"podSelector\":{}}");
        QVERIFY(planPolicies(inputs) == PolicyPlan());
    }

    void podsUnderTheSamePoliciesShareAChain() {
        PolicyInputs inputs = cluster();
        addPolicies(inputs, "x {\"podSelector\":{}}\nx {\"podSelector\":{\"matchLabels\":{\"pod\":\"a\"}}}");
        const Contribution rules = policyRules(planPolicies(inputs), Family::ip4);
        QCOMPARE(rules.chains.size(), std::size_t(3)); // forward, of a, of b and c
        QVERIFY(policyRules({}, Family::ip4).chains.empty());
    }
};

QTEST_GUILESS_MAIN(PolicyTest)
#include "policy_test.moc"
