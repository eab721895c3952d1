#include "cluster/api/json.h"
#include "cluster/wire/channels.h"
#include "cluster/wire/exec_status.h"
#include "cluster/wire/subprotocols.h"
#include "cluster/wire/websocket_frame.h"

#include <QTest>

using namespace slipway::wire;

namespace {

/// A frame as a client sends it: masked.
std::string masked(unsigned first, std::string_view payload) {
    const std::string mask("\x01\x80\x7f\x00", 4);
    std::string frame{static_cast<char>(first), static_cast<char>(0x80 | payload.size())};
    frame += mask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        frame += static_cast<char>(payload[i] ^ mask[i % 4]);
    return frame;
}

} // namespace

class ChannelsTest : public QObject {
    Q_OBJECT

private slots:
    void messages() {
        using Kind = ClientMessage::Kind;
        QVERIFY(parseClientMessage(std::string("\0abc", 4), true).data == "abc");
        QVERIFY(parseClientMessage(std::string("\xff\0", 2), true).kind == Kind::endOfInput);
        QVERIFY(parseClientMessage(std::string("\xff\0", 2), false).kind == Kind::ignored);
        const auto resize = parseClientMessage("\x04{\"Width\":80,\"Height\":24}", true);
        QVERIFY(resize.kind == Kind::resize && resize.size == (TerminalSize{80, 24}));
        for (const char* bad :
             {"\x04{}", "\x04[1]", "\x04{\"Width\":0,\"Height\":1}", "\x04{\"Width\":70000,\"Height\":1}", "\x04x"})
            QVERIFY(parseClientMessage(bad, true).kind == Kind::ignored);
        QVERIFY(parseClientMessage("", true).kind == Kind::ignored);
    }

    void base64Messages() {
        QCOMPARE(channelMessage(Channel::output, "hi", true), std::string("1aGk="));
        QVERIFY(decodeBase64Message("0aGk=") == std::string("\0hi", 3));
        QVERIFY(!decodeBase64Message("xaGk="));
        QVERIFY(!decodeBase64Message("0###"));
        QVERIFY(!decodeBase64Message(""));
    }

    void statuses() {
        QVERIFY(slipway::api::parseJson(exitStatus(0))->at("status") == "Success");
        const auto failed = *slipway::api::parseJson(exitStatus(3));
        QVERIFY(failed.at("reason") == "NonZeroExitCode");
        QVERIFY(failed.at("details").at("causes").at(0).at("reason") == "ExitCode");
        QVERIFY(failed.at("details").at("causes").at(0).at("message") == "3");
        QVERIFY(slipway::api::parseJson(exitStatus({}, "no such file"))->at("reason") == "InternalError");
        QVERIFY(exitMessage(0).empty());
        QVERIFY(exitMessage(3).ends_with("exit code 3"));
    }

    void theClientsFirstKnownProtocolWins() {
        QCOMPARE(chooseWebSocketExec(offeredProtocols("v5.channel.k8s.io, v4.channel.k8s.io"))->version, 5);
        QCOMPARE(chooseWebSocketExec(offeredProtocols("v9.channel.k8s.io,v4.channel.k8s.io"))->version, 4);
        QVERIFY(chooseWebSocketExec(offeredProtocols("base64.channel.k8s.io"))->base64);
        QVERIFY(chooseWebSocketExec({})->name.empty());
        QVERIFY(!chooseWebSocketExec(offeredProtocols("chat")));
        QCOMPARE(chooseSpdyExec(offeredProtocols("v4.channel.k8s.io,v3.channel.k8s.io"))->version, 4);
        QVERIFY(!chooseSpdyExec(offeredProtocols("v5.channel.k8s.io")));
        QVERIFY(chooseWebSocketPortForward(offeredProtocols("SPDY/3.1+portforward.k8s.io"))->tunnelled);
        QVERIFY(!chooseWebSocketPortForward(offeredProtocols("v4.channel.k8s.io"))->tunnelled);
        QCOMPARE(cannotNegotiate({"a", "b"}, {"c"}),
                 std::string("unable to upgrade: unable to negotiate protocol: client supports [a b], server accepts "
                             "[c]"));
    }

    void framesOfAServer() {
        QCOMPARE(webSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="), std::string("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        QCOMPARE(webSocketFrame(WebSocketOpcode::text, "hi"), std::string("\x81\x02hi"));
        QCOMPARE(webSocketFrame(WebSocketOpcode::binary, std::string(300, 'x')).substr(0, 4),
                 std::string("\x82\x7e\x01\x2c"));
        QCOMPARE(webSocketFrame(WebSocketOpcode::binary, std::string(70000, 'x')).size(), std::size_t(70010));
    }

    void framesOfAClient() {
        WebSocketFrameReader reader(100);
        const std::string both = masked(0x81, "hello") + masked(0x88, "");
        for (std::size_t i = 0; i < 10; ++i) {
            reader.feed(both.substr(i, 1));
            QVERIFY(!reader.next()->has_value());
        }
        reader.feed(both.substr(10));
        const auto first = reader.next();
        QVERIFY((*first)->opcode == WebSocketOpcode::text && (*first)->payload == "hello");
        QVERIFY((*reader.next())->opcode == WebSocketOpcode::close);
        QVERIFY(!reader.next()->has_value());
    }

    void brokenFramesAreRefused() {
        const auto read = [](std::string_view bytes) {
            WebSocketFrameReader reader(100);
            reader.feed(bytes);
            return reader.next();
        };
        QVERIFY(read("\x81\x02hi").error() == WebSocketError::unmasked);
        QVERIFY(read(masked(0xf1, "x")).error() == WebSocketError::reserved);
        QVERIFY(read(masked(0x83, "x")).error() == WebSocketError::reserved);
        QVERIFY(read(masked(0x08, "x")).error() == WebSocketError::reserved);
        QVERIFY(read(masked(0x82, std::string(101, 'x'))).error() == WebSocketError::tooLarge);
    }
};

QTEST_GUILESS_MAIN(ChannelsTest)
#include "channels_test.moc"
