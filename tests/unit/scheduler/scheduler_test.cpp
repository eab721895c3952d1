#include "cluster/scheduler/scheduler.h"

#include <QtTest>
#include <condition_variable>
#include <mutex>
#include <set>

using namespace slipway;
using namespace slipway::scheduler;

namespace {

/// A watch in which nothing happens.
class SilentStream : public client::Stream {
public:
    client::Result<std::string> read() override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return cancelled_; });
        return std::string{};
    }
    void cancel() override {
        std::lock_guard lock(mutex_);
        cancelled_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool cancelled_ = false;
};

/// A server of one large node and some pods that lets writes wait until the test releases them.
class FakeServer : public client::Transport {
public:
    explicit FakeServer(int pods) {
        for (int i = 0; i < pods; ++i)
            pods_ += std::string(i ? "," : "") + R"({"metadata":{"namespace":"default","name":"p)" + std::to_string(i) +
                     R"(","uid":"u)" + std::to_string(i) + R"("},"spec":{"containers":[{"name":"c"}]}})";
    }

    client::Result<client::Response> send(const client::Request& request) override {
        if (request.method != "GET")
            return write(request.target);
        const bool nodes = request.target.starts_with("/api/v1/nodes");
        const bool pods = request.target.starts_with("/api/v1/pods");
        return client::Response{
            200, "application/json",
            R"({"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[)" +
                (nodes
                     ? R"({"metadata":{"name":"n"},"spec":{},"status":{"allocatable":{"cpu":"64","memory":"64Gi","pods":"110"}}})"
                 : pods ? pods_
                        : std::string()) +
                "]}"};
    }
    client::Result<std::unique_ptr<client::Stream>> open(const client::Request&) override {
        return std::make_unique<SilentStream>();
    }
    client::Result<std::unique_ptr<client::WebSocket>> connect(const client::Request&,
                                                               const std::vector<std::string>&) override {
        return std::unexpected(client::Error{});
    }

    std::size_t bindsBegun() {
        std::lock_guard lock(mutex_);
        return binds_.size();
    }
    bool wasEventSeen() {
        std::lock_guard lock(mutex_);
        return eventSeen_;
    }
    void releaseBinds() {
        std::lock_guard lock(mutex_);
        bindsReleased_ = true;
        changed_.notify_all();
    }
    void releaseEvents() {
        std::lock_guard lock(mutex_);
        eventsReleased_ = true;
        changed_.notify_all();
    }

private:
    client::Result<client::Response> write(const std::string& target) {
        std::unique_lock lock(mutex_);
        if (target.ends_with("/binding"))
            binds_.insert(target);
        else if (target.contains("/events"))
            eventSeen_ = true;
        const bool& released = target.ends_with("/binding") ? bindsReleased_ : eventsReleased_;
        changed_.wait(lock, [&] { return released; });
        return client::Response{201, "application/json", R"({"kind":"Status","apiVersion":"v1","status":"Success"})"};
    }

    std::string pods_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::string> binds_;
    bool eventSeen_ = false, bindsReleased_ = false, eventsReleased_ = false;
};

} // namespace

class SchedulerTest : public QObject {
    Q_OBJECT

private slots:
    void oneSlowBindDoesNotHoldUpTheNext() {
        auto server = std::make_shared<FakeServer>(4);
        Scheduler scheduler(std::make_shared<const client::Client>(server));
        scheduler.start();
        QTRY_COMPARE(server->bindsBegun(), std::size_t(4)); // none of them has been answered
        QVERIFY(!server->wasEventSeen());
        server->releaseBinds();
        QTRY_VERIFY(server->wasEventSeen());
        server->releaseEvents();
        scheduler.stop();
    }

    void bindsDoNotWaitForEvents() {
        auto server = std::make_shared<FakeServer>(100);
        server->releaseBinds();
        Scheduler scheduler(std::make_shared<const client::Client>(server));
        scheduler.start();
        QTRY_COMPARE(server->bindsBegun(), std::size_t(100));
        server->releaseEvents();
        scheduler.stop();
    }
};

QTEST_GUILESS_MAIN(SchedulerTest)
#include "scheduler_test.moc"
