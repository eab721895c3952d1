#include "cluster/agent/server/node_request.h"

#include <QTest>

using namespace slipway::agent;

class RequestsTest : public QObject {
    Q_OBJECT

private slots:
    void targets() {
        const auto target =
            parseTarget("/exec/default/web/main?command=sh&command=-c&command=echo%20a%2Bb+c&tty=1&stdin=true");
        QVERIFY(target.has_value());
        QCOMPARE(target->path, (std::vector<std::string>{"exec", "default", "web", "main"}));
        QCOMPARE(target->values("command"), (std::vector<std::string>{"sh", "-c", "echo a+b c"}));
        QVERIFY(target->flag("tty") && target->flag("stdin") && !target->flag("stdout"));
        QVERIFY(!parseTarget("/a%2").has_value());
        QVERIFY(!parseTarget("/a?b=%zz").has_value());
        QVERIFY(parseTarget("/")->path.empty());
    }

    void logOptionValues() {
        const slipway::base::Time now{std::chrono::hours(500'000)};
        const auto options = logOptions(*parseTarget("/x?follow=true&tailLines=5&sinceSeconds=60&limitBytes=10"), now);
        QVERIFY(options->follow && options->tailLines == 5 && options->limitBytes == 10);
        QVERIFY(options->since == now - std::chrono::seconds(60));
        for (const char* bad :
             {"/x?tailLines=x", "/x?tailLines=-1", "/x?limitBytes=0", "/x?sinceSeconds=0", "/x?sinceTime=noon"})
            QVERIFY(!logOptions(*parseTarget(bad), now).has_value());
    }
};

QTEST_GUILESS_MAIN(RequestsTest)
#include "requests_test.moc"
