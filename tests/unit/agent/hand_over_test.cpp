#include "cluster/agent/server/hand_over.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

using namespace slipway::agent;
using namespace std::chrono_literals;

namespace {

using Numbers = HandOver<int>;

/// Sends 0, 1, 2 and so on until nobody takes more, or @p count are sent.
std::thread senderOf(const std::shared_ptr<Numbers>& numbers, int count) {
    return std::thread([numbers, count] {
        for (int i = 0; i < count && numbers->send(i); ++i) {
        }
    });
}

} // namespace

class HandOverTest : public QObject {
    Q_OBJECT

private slots:
    void everythingComesInOrder() {
        asio::io_context context(1);
        const auto numbers = std::make_shared<Numbers>(context.get_executor(), 3);
        std::thread sender = senderOf(numbers, 1000);
        std::vector<int> got;
        asio::co_spawn(
            context,
            [&]() -> asio::awaitable<void> {
                while (got.size() < 1000)
                    got.push_back((co_await numbers->receive()).value_or(-1));
            },
            asio::detached);
        context.run();
        sender.join();
        for (int i = 0; i < 1000; ++i)
            QCOMPARE(got[static_cast<std::size_t>(i)], i);
    }

    /// The sender must end without the loop going on: the loop's only thread waits for it.
    void theReceiverMayWaitForTheSender() {
        for (int round = 0; round < 200; ++round) {
            asio::io_context context(1);
            const auto numbers = std::make_shared<Numbers>(context.get_executor(), 2);
            std::thread sender = senderOf(numbers, round % 5 + 1);
            bool over = false;
            asio::co_spawn(
                context,
                [&]() -> asio::awaitable<void> {
                    co_await numbers->receive();
                    numbers->close();
                    sender.join();
                    over = true;
                },
                asio::detached);
            context.run();
            QVERIFY(over);
        }
    }

    void aCancelledReceiverTakesNothing() {
        using namespace asio::experimental::awaitable_operators;
        asio::io_context context(1);
        const auto numbers = std::make_shared<Numbers>(context.get_executor(), 1);
        std::optional<int> got = 1;
        asio::co_spawn(
            context,
            [&]() -> asio::awaitable<void> {
                asio::steady_timer timer(context, 20ms);
                const auto receive = [&]() -> asio::awaitable<void> { got = co_await numbers->receive(); };
                const auto wait = [&]() -> asio::awaitable<void> { co_await timer.async_wait(tuple); };
                co_await (receive() || wait());
            },
            asio::detached);
        context.run();
        QVERIFY(!got);
    }
};

QTEST_GUILESS_MAIN(HandOverTest)
#include "hand_over_test.moc"
