// Opens the table of pods on a cluster that is nothing but answers, with as many pods and changes a second as asked
// for, scrolls through it, and says how long the first rows took, how long the GUI thread was ever kept, and the
// memory. With "logs", follows a log of so many lines instead.
#include "ui/logs/log_panel.h"
#include "ui/look/frame_monitor.h"
#include "ui/resources/resource_page.h"
#include "ui/shell/application.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QScrollBar>
#include <atomic>
#include <cstdio>
#include <mutex>

using namespace slipway;
using namespace slipway::ui;

namespace {

std::string podJson(int number, int version) {
    const std::string name = "web-" + std::to_string(number % 997) + "-7c5ddbdf54-" + std::to_string(number);
    return R"({"metadata":{"name":")" + name + R"(","namespace":"team-)" + std::to_string(number % 50) +
           R"(","uid":"u)" + std::to_string(number) + R"(","resourceVersion":")" + std::to_string(version) +
           R"(","creationTimestamp":"2026-01-31T10:00:00Z","labels":{"app":"web"}},"spec":{"nodeName":"node-)" +
           std::to_string(number % 1000) +
           R"(","containers":[{"name":"web","image":"nginx"}]},"status":{"phase":"Running","podIP":"10.0.0.1","qosClass":"BestEffort",
    "containerStatuses":[{"name":"web","ready":true,"restartCount":)" +
           std::to_string(version % 7) + R"(,"state":{"running":{}}}]}})";
}

/// Lists pods in pages and then changes some of them for ever.
class ManyPods : public client::Transport {
public:
    ManyPods(int pods, int changes) : pods_(pods), changes_(changes) {}

    client::Result<client::Response> send(const client::Request& request) override {
        if (!request.target.starts_with("/api/v1/pods"))
            return client::Response{404, "application/json", R"({"kind":"Status","status":"Failure","code":404})"};
        const auto at = request.target.find("continue=");
        const int from = at == std::string::npos ? 0 : std::atoi(request.target.c_str() + at + 9);
        const int to = std::min(pods_, from + 500);
        std::string body = R"({"kind":"PodList","metadata":{"resourceVersion":"1")";
        if (to < pods_)
            body += R"(,"continue":")" + std::to_string(to) + "\"";
        body += R"(},"items":[)";
        for (int i = from; i < to; ++i)
            body += (i == from ? "" : ",") + podJson(i, 1);
        return client::Response{200, "application/json", body + "]}"};
    }

    client::Result<std::unique_ptr<client::Stream>> open(const client::Request&) override {
        return std::make_unique<Changes>(pods_, changes_);
    }
    client::Result<std::unique_ptr<client::WebSocket>> connect(const client::Request&,
                                                               const std::vector<std::string>&) override {
        return std::unexpected(client::Error{});
    }

private:
    class Changes : public client::Stream {
    public:
        Changes(int pods, int changes) : pods_(pods), changes_(changes) {}
        client::Result<std::string> read() override {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            if (cancelled_)
                return std::string();
            std::string lines;
            for (int i = 0; i < std::max(1, changes_ / 50); ++i) {
                const int number = static_cast<int>(next_ * 7919LL % pods_);
                const char* type = next_ % 40 == 0 ? "DELETED" : next_ % 40 == 20 ? "ADDED" : "MODIFIED";
                lines += R"({"type":")" + std::string(type) + R"(","object":)" + podJson(number, ++next_) + "}\n";
            }
            return lines;
        }
        void cancel() override { cancelled_ = true; }

    private:
        int pods_, changes_, next_ = 2;
        std::atomic<bool> cancelled_ = false;
    };
    int pods_, changes_;
};

/// A log of so many lines, as fast as somebody reads it.
class LongLog : public client::Transport {
public:
    explicit LongLog(long long lines) : lines_(lines) {}
    std::atomic<bool> read = false; ///< to its end

    client::Result<client::Response> send(const client::Request&) override {
        return client::Response{404, "application/json", R"({"kind":"Status","status":"Failure","code":404})"};
    }
    client::Result<std::unique_ptr<client::Stream>> open(const client::Request&) override {
        return std::make_unique<Lines>(*this);
    }
    client::Result<std::unique_ptr<client::WebSocket>> connect(const client::Request&,
                                                               const std::vector<std::string>&) override {
        return std::unexpected(client::Error{});
    }

private:
    class Lines : public client::Stream {
    public:
        explicit Lines(LongLog& log) : log_(log) {}
        client::Result<std::string> read() override {
            std::string piece;
            for (int i = 0; i < 500 && next_ < log_.lines_; ++i)
                piece += "2026-01-31T12:00:00.000000000Z GET /item/" + std::to_string(next_++) +
                         " 200 from 10.244.0.1 in 12 ms, user agent curl/8.5\n";
            if (!piece.empty())
                return piece;
            log_.read = true;
            while (!cancelled_) // followed: there may be more
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            return std::string();
        }
        void cancel() override { cancelled_ = true; }

    private:
        LongLog& log_;
        long long next_ = 0;
        std::atomic<bool> cancelled_ = false;
    };
    long long lines_;
};

long residentMiB() {
    QFile file(QStringLiteral("/proc/self/status"));
    if (file.open(QIODevice::ReadOnly))
        for (const QByteArray& line : file.readAll().split('\n'))
            if (line.startsWith("VmRSS:"))
                return line.mid(6).trimmed().split(' ').front().toLong() / 1024;
    return 0;
}

SessionPtr sessionOf(std::shared_ptr<client::Transport> transport) {
    auto session = std::make_shared<Session>();
    session->name = QStringLiteral("bench");
    session->client = std::make_shared<client::Client>(std::move(transport));
    return session;
}

int followLog(long long lines) {
    auto log = std::make_shared<LongLog>(lines);
    LogTarget target;
    target.sources.push_back({QStringLiteral("default"), QStringLiteral("web"), QStringLiteral("web")});
    FrameMonitor monitor;
    QElapsedTimer clock;
    clock.start();
    monitor.start();
    const long before = residentMiB();
    LogPanel panel(sessionOf(log), target, false);
    panel.resize(1400, 500);
    panel.show();
    long most = 0;
    qint64 read = -1;
    QTimer look;
    const QString last = QStringLiteral("/item/%1 ").arg(lines - 1);
    QObject::connect(&look, &QTimer::timeout, [&] {
        most = std::max(most, residentMiB());
        if (read < 0 && log->read) {
            read = clock.elapsed();
            look.start(500); // the text is searched now
        }
        if (read >= 0 && panel.endsWith(last))
            QCoreApplication::quit();
    });
    look.start(100);
    QApplication::exec();
    std::printf(
        "%lld lines read after %lld ms, the last shown after %lld ms; longest stall %.1f ms, %d over 16 ms, at most "
        "%.1f ms of work at once; at most %ld MiB, before %ld MiB\n",
        lines, static_cast<long long>(read), static_cast<long long>(clock.elapsed()), monitor.longest(),
        monitor.stalls(), monitor.busiest(), most, before);
    return 0;
}

int watchPods(int pods, int changes, int seconds) {
    ResourcePage page(sessionOf(std::make_shared<ManyPods>(pods, changes)), *findKindView(QStringLiteral("pods")));
    page.resize(1400, 860);
    FrameMonitor monitor;
    QElapsedTimer clock;
    clock.start();
    monitor.start();
    page.show();
    qint64 first = -1, all = -1;
    QObject::connect(&page.model(), &QAbstractItemModel::rowsInserted, [&] {
        if (first < 0)
            first = clock.elapsed();
        if (all < 0 && page.model().rowCount() >= pods) {
            all = clock.elapsed();
            std::printf(
                "first rows after %lld ms, all %d after %lld ms; longest stall so far %.1f ms, %d over 16 ms, at "
                "most %.1f ms of work at once, %ld MiB\n",
                static_cast<long long>(first), pods, static_cast<long long>(all), monitor.longest(), monitor.stalls(),
                monitor.busiest(), residentMiB());
            std::fflush(stdout);
            monitor.start(); // from here on: the churn
        }
    });
    QTimer scroll;
    QObject::connect(&scroll, &QTimer::timeout, [&] {
        QScrollBar* bar = page.table().verticalScrollBar();
        bar->setValue(bar->value() >= bar->maximum() ? 0 : bar->value() + 120);
    });
    scroll.start(33);
    QTimer::singleShot(seconds * 1000, qApp, &QCoreApplication::quit);
    QApplication::exec();
    if (all < 0)
        std::printf("not all rows came: first after %lld ms\n", static_cast<long long>(first));
    std::printf("with %d changes a second while scrolling: longest stall %.1f ms, %d over 16 ms, at most %.1f ms of "
                "work at once, %ld MiB, %d rows\n",
                changes, monitor.longest(), monitor.stalls(), monitor.busiest(), residentMiB(),
                page.model().rowCount());
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    prepareApplication();
    if (argc > 1 && qstrcmp(argv[1], "logs") == 0)
        return followLog(argc > 2 ? std::atoll(argv[2]) : 10'000'000);
    return watchPods(argc > 1 ? std::atoi(argv[1]) : 100'000, argc > 2 ? std::atoi(argv[2]) : 200,
                     argc > 3 ? std::atoi(argv[3]) : 20);
}
