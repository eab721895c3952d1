#include "cluster/apiserver/audit/backend.h"

#include "cluster/base/log.h"
#include "cluster/base/metrics.h"
#include "cluster/client/transport.h"

#include <algorithm>

namespace slipway::apiserver::audit {
namespace {

constexpr int attempts = 5;

class LogSink : public Sink {
public:
    explicit LogSink(std::unique_ptr<RotatingFile> file) : file_(std::move(file)) {}
    std::expected<void, std::string> write(const std::vector<std::string>& events) override {
        // Line by line, so that a file is turned at its limit and not a batch later.
        for (const std::string& event : events)
            if (auto done = file_->append(event + "\n"); !done)
                return done;
        return {};
    }

private:
    const std::unique_ptr<RotatingFile> file_;
};

class WebhookSink : public Sink {
public:
    WebhookSink(std::shared_ptr<client::Transport> transport, std::string target, std::chrono::milliseconds firstPause)
        : transport_(std::move(transport)), target_(std::move(target)), firstPause_(firstPause) {}

    std::expected<void, std::string> write(const std::vector<std::string>& events) override {
        std::string body = R"({"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[)";
        for (const std::string& event : events)
            body += (body.ends_with('[') ? "" : ",") + event;
        body += "]}";
        std::string problem;
        auto pause = firstPause_;
        for (int attempt = 0; attempt < attempts; ++attempt, pause += pause / 2) {
            if (attempt > 0)
                std::this_thread::sleep_for(pause);
            const auto answer = transport_->send({"POST", target_, body, "application/json", "application/json"});
            if (answer && answer->code < 300)
                return {};
            problem = answer ? "the webhook answered " + std::to_string(answer->code) : answer.error().message;
            if (answer && answer->code < 500 && answer->code != 429)
                break; // it would say so again
        }
        return std::unexpected(problem);
    }

private:
    const std::shared_ptr<client::Transport> transport_;
    const std::string target_;
    const std::chrono::milliseconds firstPause_;
};

void countLost(const std::string& plugin, std::size_t events) {
    base::Metrics::process()
        .counter("apiserver_audit_error_total", "Audit events that could not be noted.", {{"plugin", plugin}})
        .add(static_cast<double>(events));
}

} // namespace

std::unique_ptr<Sink> makeLogSink(std::unique_ptr<RotatingFile> file) {
    return std::make_unique<LogSink>(std::move(file));
}

std::unique_ptr<Sink> makeWebhookSink(std::shared_ptr<client::Transport> transport, std::string target,
                                      std::chrono::milliseconds firstPause) {
    return std::make_unique<WebhookSink>(std::move(transport), std::move(target), firstPause);
}

Backend::Backend(std::string name, std::unique_ptr<Sink> sink, QueueLimits limits)
    : name_(std::move(name)), sink_(std::move(sink)), limits_(limits), thread_([this] { run(); }) {}

Backend::~Backend() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    filled_.notify_all();
    emptied_.notify_all();
    thread_.join();
}

bool Backend::fits(std::size_t size) const {
    return waiting_.empty() || (waiting_.size() < limits_.events && bytes_ + size <= limits_.bytes);
}

void Backend::add(std::string event) {
    std::unique_lock lock(mutex_);
    if (limits_.drops && !fits(event.size())) {
        countLost(name_, 1);
        return;
    }
    emptied_.wait(lock, [&] { return stopping_ || fits(event.size()); });
    bytes_ += event.size();
    waiting_.push_back(std::move(event));
    if (waiting_.size() == 1 || waiting_.size() >= limits_.batch)
        filled_.notify_one();
}

void Backend::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        filled_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (limits_.wait.count() > 0)
            filled_.wait_for(lock, limits_.wait, [&] { return stopping_ || waiting_.size() >= limits_.batch; });
        if (waiting_.empty())
            return; // stopping, and everything is written
        std::vector<std::string> batch;
        while (!waiting_.empty() && batch.size() < limits_.batch) {
            bytes_ -= waiting_.front().size();
            batch.push_back(std::move(waiting_.front()));
            waiting_.pop_front();
        }
        lock.unlock();
        emptied_.notify_all();
        if (const auto written = sink_->write(batch); !written) {
            countLost(name_, batch.size());
            base::error("audit", "{}: {} events are lost: {}", name_, batch.size(), written.error());
        }
        lock.lock();
    }
}

} // namespace slipway::apiserver::audit
