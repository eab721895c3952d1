#include "cluster/agent/server/channels.h"
#include "cluster/agent/server/node_request.h"
#include "cluster/api/json.h"

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

    void messages() {
        using Kind = ClientMessage::Kind;
        QVERIFY(parseClientMessage(std::string("\0abc", 4), true).data == "abc");
        QVERIFY(parseClientMessage(std::string("\xff\0", 2), true).kind == Kind::endOfInput);
        QVERIFY(parseClientMessage(std::string("\xff\0", 2), false).kind == Kind::ignored);
        const auto resize = parseClientMessage("\x04{\"Width\":80,\"Height\":24}", true);
        QVERIFY(resize.kind == Kind::resize && resize.size.columns == 80 && resize.size.rows == 24);
        for (const char* bad :
             {"\x04{}", "\x04[1]", "\x04{\"Width\":0,\"Height\":1}", "\x04{\"Width\":70000,\"Height\":1}", "\x04x"})
            QVERIFY(parseClientMessage(bad, true).kind == Kind::ignored);
        QVERIFY(parseClientMessage("", true).kind == Kind::ignored);
    }

    void statuses() {
        QVERIFY(slipway::api::parseJson(exitStatus(0))->at("status") == "Success");
        const auto failed = *slipway::api::parseJson(exitStatus(3));
        QVERIFY(failed.at("reason") == "NonZeroExitCode");
        QVERIFY(failed.at("details").at("causes").at(0).at("reason") == "ExitCode");
        QVERIFY(failed.at("details").at("causes").at(0).at("message") == "3");
        QVERIFY(slipway::api::parseJson(exitStatus({}, "no such file"))->at("reason") == "InternalError");
    }

    void protocols() {
        QCOMPARE(chooseProtocol("v4.channel.k8s.io, v5.channel.k8s.io"), std::string("v5.channel.k8s.io"));
        QCOMPARE(chooseProtocol("v4.channel.k8s.io"), std::string("v4.channel.k8s.io"));
        QCOMPARE(chooseProtocol("base64.channel.k8s.io"), std::string());
    }
};

QTEST_GUILESS_MAIN(RequestsTest)
#include "requests_test.moc"
