#include "cluster/wire/spdy_session.h"

#include <QTest>

using namespace slipway::wire;
using Kind = SpdyEvent::Kind;
using Role = SpdySession::Role;

namespace {

/// What @p to makes of everything @p from has to say.
std::vector<SpdyEvent> pass(SpdySession& from, SpdySession& to) {
    auto events = to.receive(from.takeOutput());
    return events ? std::move(*events) : std::vector<SpdyEvent>();
}

std::string bytes(std::initializer_list<unsigned> list) {
    std::string text;
    for (const unsigned byte : list)
        text += static_cast<char>(byte);
    return text;
}

} // namespace

class SpdyTest : public QObject {
    Q_OBJECT

private slots:
    void headersPassThroughSharedCompression() {
        SpdyHeaderCompressor compressor;
        SpdyHeaderDecompressor decompressor;
        const SpdyHeaders first{{"streamtype", "data"}, {"port", "8080"}, {"requestid", "0"}};
        const std::string firstBlock = compressor.compress(first);
        QCOMPARE(firstBlock.substr(0, 6), bytes({0x78, 0x01, 0xe3, 0xc6, 0xa7, 0xc2}).replace(1, 1, firstBlock, 1, 1));
        QVERIFY(decompressor.decompress(firstBlock) == first);
        const SpdyHeaders second{{"streamtype", "data"}, {"port", "8080"}, {"requestid", "1"}};
        const std::string secondBlock = compressor.compress(second);
        QVERIFY(secondBlock.size() < firstBlock.size());
        QVERIFY(decompressor.decompress(secondBlock) == second);
    }

    void namesComeInLowerCase() {
        SpdyHeaderCompressor compressor;
        SpdyHeaderDecompressor decompressor;
        const auto read = decompressor.decompress(compressor.compress({{"StreamType", "error"}}));
        QVERIFY(read.has_value());
        QCOMPARE(read->at("streamtype"), std::string("error"));
    }

    void damagedHeaderBlocksAreRefused() {
        SpdyHeaderCompressor compressor;
        std::string block = compressor.compress({{"streamtype", "error"}});
        block[block.size() / 2] = static_cast<char>(~block[block.size() / 2]);
        QVERIFY(SpdyHeaderDecompressor().decompress(block) != SpdyHeaders({{"streamtype", "error"}}));
        QVERIFY(!SpdyHeaderDecompressor().decompress("no zlib at all"));
        SpdyHeaderCompressor large;
        QVERIFY(!SpdyHeaderDecompressor().decompress(
            large.compress({{"x", std::string(SpdyHeaderDecompressor::largestBlock + 1, 'a')}})));
    }

    void streamsOpenCarryDataAndEndOnEachSideAlone() {
        SpdySession client(Role::client), server(Role::server);
        const auto stream = client.open({{"streamtype", "stdin"}});
        client.send(stream, "hello");
        client.end(stream);
        auto events = pass(client, server);
        QCOMPARE(events.size(), std::size_t(3));
        QVERIFY(events[0].kind == Kind::opened && events[0].headers.at("streamtype") == "stdin");
        QVERIFY(events[1].kind == Kind::data && events[1].data == "hello");
        QVERIFY(events[2].kind == Kind::ended);
        server.reply(stream);
        server.send(stream, "answer");
        events = pass(server, client);
        QVERIFY(events.size() == 2 && events[0].kind == Kind::replied && events[1].data == "answer");
        QCOMPARE(server.streams(), std::size_t(1));
        server.end(stream);
        QCOMPARE(server.streams(), std::size_t(0));
        events = pass(server, client);
        QVERIFY(events.size() == 1 && events[0].kind == Kind::ended);
        QCOMPARE(client.streams(), std::size_t(0));
        client.send(stream, "too late");
        QVERIFY(!client.hasOutput());
    }

    void bytesMayComeOneByOne() {
        SpdySession client(Role::client), server(Role::server);
        const auto stream = client.open({{"port", "80"}});
        client.send(stream, std::string(100'000, 'x'));
        std::size_t received = 0;
        const std::string all = client.takeOutput();
        for (const char byte : all) {
            const auto events = server.receive({&byte, 1});
            QVERIFY(events.has_value());
            for (const SpdyEvent& event : *events)
                received += event.data.size();
        }
        QCOMPARE(received, std::size_t(100'000));
    }

    void pingsOfThePeerAreAnswered() {
        SpdySession server(Role::server);
        QVERIFY(server.receive(spdyPing(1)).has_value());
        QCOMPARE(server.takeOutput(), spdyPing(1));
        QVERIFY(server.receive(spdyPing(2)).has_value()); // an answer to one of ours
        QVERIFY(!server.hasOutput());
    }

    void resetsEndAStream() {
        SpdySession client(Role::client), server(Role::server);
        const auto stream = client.open({});
        pass(client, server);
        server.reset(stream, SpdyStatus::refusedStream);
        const auto events = pass(server, client);
        QVERIFY(events.size() == 1 && events[0].kind == Kind::reset && events[0].stream == stream);
        QCOMPARE(client.streams() + server.streams(), std::size_t(0));
    }

    void dataForUnknownStreamsIsAnsweredWithAReset() {
        SpdySession server(Role::server);
        QVERIFY(server.receive(spdyData(7, "x", false)).has_value());
        QCOMPARE(server.takeOutput(), spdyRstStream(7, SpdyStatus::invalidStream));
    }

    void wrongOrOldStreamNumbersAreRefused() {
        SpdySession server(Role::server);
        SpdyHeaderCompressor compressor;
        QVERIFY(server.receive(spdySynStream(5, compressor.compress({}), false))->size() == 1);
        QVERIFY(server.receive(spdySynStream(3, compressor.compress({}), false))->empty());
        QCOMPARE(server.takeOutput(), spdyRstStream(3, SpdyStatus::protocolError));
        QVERIFY(server.receive(spdySynStream(6, compressor.compress({}), false))->empty());
        QCOMPARE(server.takeOutput(), spdyRstStream(6, SpdyStatus::protocolError));
    }

    void aPeerCannotOpenStreamsWithoutEnd() {
        SpdySession client(Role::client), server(Role::server);
        for (std::size_t i = 0; i <= SpdySession::mostStreams; ++i)
            client.open({});
        pass(client, server);
        QCOMPARE(server.streams(), SpdySession::mostStreams);
        const auto events = pass(server, client);
        QVERIFY(events.size() == 1 && events[0].kind == Kind::reset);
    }

    void brokenFramesEndTheSession_data() {
        QTest::addColumn<QByteArray>("frame");
        QTest::addColumn<int>("error");
        const auto row = [](const char* name, const std::string& frame, SpdyError error) {
            QTest::newRow(name) << QByteArray::fromStdString(frame) << static_cast<int>(error);
        };
        row("version", bytes({0x80, 2, 0, 1, 0, 0, 0, 0}), SpdyError::version);
        row("too large", bytes({0, 0, 0, 1, 0, 0xff, 0xff, 0xff}), SpdyError::tooLarge);
        row("short reset", bytes({0x80, 3, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1}), SpdyError::malformed);
        row("header block", bytes({0x80, 3, 0, 1, 0, 0, 0, 11, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 'x'}),
            SpdyError::headerBlock);
    }

    void brokenFramesEndTheSession() {
        QFETCH(QByteArray, frame);
        QFETCH(int, error);
        const auto events = SpdySession(Role::server).receive(frame.toStdString());
        QVERIFY(!events.has_value());
        QCOMPARE(static_cast<int>(events.error()), error);
    }

    void unknownFramesArePassedOver() {
        SpdySession server(Role::server);
        QVERIFY(server.receive(bytes({0x80, 3, 0, 99, 0, 0, 0, 1, 'x'}))->empty());
        QVERIFY(server.receive(bytes({0x80, 3, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0}))->empty());
    }
};

QTEST_GUILESS_MAIN(SpdyTest)
#include "spdy_test.moc"
