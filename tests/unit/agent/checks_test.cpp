#include "cluster/agent/probe/checks.h"
#include "cluster/agent/probe/http_check.h"
#include "cluster/agent/task_pool.h"

#include <QTest>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace slipway::agent;

namespace {

/// Answers each connection with the next of its texts.
class Answers {
public:
    explicit Answers(std::vector<std::string> texts) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 8);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        thread_ = std::thread([this, texts = std::move(texts)] {
            for (const auto& text : texts) {
                const int peer = ::accept(listener_, nullptr, nullptr);
                if (peer < 0)
                    return;
                char buffer[4096];
                const ssize_t got = ::read(peer, buffer, sizeof buffer);
                request.assign(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
                std::ignore = ::write(peer, text.data(), text.size());
                ::close(peer);
            }
        });
    }
    ~Answers() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    int port = 0;
    std::string request; ///< the last one, once its check is over

private:
    int listener_;
    std::thread thread_;
};

std::string answer(const std::string& status, const std::string& header = {}) {
    return "HTTP/1.1 " + status + "\r\n" + header + "Content-Length: 0\r\nConnection: close\r\n\r\n";
}

CheckResult http(CheckLoop& loop, const Answers& server, core::HTTPGetAction action = {}) {
    std::promise<CheckResult> result;
    loop.beginHttp(action, "127.0.0.1", server.port, std::chrono::seconds(5),
                   [&](CheckResult said) { result.set_value(std::move(said)); });
    return result.get_future().get();
}

} // namespace

class ChecksTest : public QObject {
    Q_OBJECT

private slots:
    void statusDecides() {
        CheckLoop loop;
        Answers good({answer("204 No Content")}), bad({answer("500 Broken")});
        QVERIFY(http(loop, good).good);
        QCOMPARE(http(loop, bad).output, std::string("HTTP probe failed with statuscode: 500"));
    }

    void redirectsToTheSameHostAreFollowed() {
        CheckLoop loop;
        Answers server({answer("302 Found", "Location: /ready\r\n"), answer("503 No")});
        QVERIFY(!http(loop, server).good);
        Answers away({answer("302 Found", "Location: http://192.0.2.1/\r\n")});
        const CheckResult result = http(loop, away);
        QVERIFY(result.good && !result.warning.empty());
    }

    void headersAreTheProbesOwn() {
        CheckLoop loop;
        Answers server({answer("200 OK")});
        core::HTTPGetAction action;
        action.path = "health?x=1";
        action.httpHeaders.resize(2);
        action.httpHeaders[0].name = "Host";
        action.httpHeaders[0].value = "web.example";
        action.httpHeaders[1].name = "X-Me";
        action.httpHeaders[1].value = "probe";
        QVERIFY(http(loop, server, action).good);
        QVERIFY(server.request.starts_with("GET /health?x=1 HTTP/1.1\r\n"));
        QVERIFY(server.request.find("Host: web.example\r\n") != std::string::npos);
        QVERIFY(server.request.find("X-Me: probe\r\n") != std::string::npos);
    }

    void aHookOnlyTells() {
        CheckLoop loop;
        Answers server({answer("404 Not Found")});
        std::promise<CheckResult> told, unheard;
        loop.beginHttpTell({}, "127.0.0.1", server.port, std::chrono::seconds(5),
                           [&](CheckResult said) { told.set_value(std::move(said)); });
        QVERIFY(told.get_future().get().good);
        loop.beginHttpTell({}, "127.0.0.1", 1, std::chrono::seconds(5),
                           [&](CheckResult said) { unheard.set_value(std::move(said)); });
        QVERIFY(!unheard.get_future().get().good);
    }

    void aSleepCanBeEnded() {
        CheckLoop loop;
        std::promise<CheckResult> result;
        const auto operation =
            loop.beginSleep(std::chrono::hours(1), [&](CheckResult said) { result.set_value(said); });
        operation->cancel();
        QVERIFY(!result.get_future().get().good);
    }

    void nothingListens() {
        CheckLoop loop;
        std::promise<CheckResult> result;
        loop.beginTcp("127.0.0.1", 1, std::chrono::seconds(5), [&](CheckResult said) { result.set_value(said); });
        QCOMPARE(result.get_future().get().output, std::string("dial tcp 127.0.0.1:1: connect: connection refused"));
    }

    void locations() {
        const CheckUrl from{false, "10.0.0.1", 8080, "/a/b"};
        QCOMPARE(redirected(from, "/x").text(), std::string("http://10.0.0.1:8080/x"));
        QCOMPARE(redirected(from, "c").text(), std::string("http://10.0.0.1:8080/a/c"));
        QCOMPARE(redirected(from, "https://[::1]/y").text(), std::string("https://[::1]:443/y"));
        QVERIFY(redirected(from, "http://h:99999/").host.empty());
    }

    void aTaskThatThrowsEndsAlone() {
        TaskPool pool(1);
        std::promise<void> after;
        pool.run([] { throw std::runtime_error("expected by the test"); });
        pool.run([&] { after.set_value(); });
        after.get_future().get();
    }
};

QTEST_GUILESS_MAIN(ChecksTest)
#include "checks_test.moc"
