#include "ui/logs/log_stream.h"

#include "cluster/base/time.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace slipway::ui {

std::string logTarget(const LogSource& source, const LogOptions& options, bool follow) {
    std::string target = "/api/v1/namespaces/" + client::percentEncode(source.ns.toStdString()) + "/pods/" +
                         client::percentEncode(source.pod.toStdString()) +
                         "/log?container=" + client::percentEncode(source.container.toStdString()) + "&timestamps=true";
    if (options.previous)
        target += "&previous=true";
    else if (follow)
        target += "&follow=true";
    if (options.sinceSeconds > 0)
        target += "&sinceSeconds=" + std::to_string(options.sinceSeconds);
    else if (options.tailLines >= 0)
        target += "&tailLines=" + std::to_string(options.tailLines);
    return target;
}

/// What the reading thread and the GUI thread share; outlives both sides.
struct LogStream::Shared {
    SessionPtr session;
    LogSource source;
    LogOptions options;
    int index = 0;

    std::mutex mutex;
    std::condition_variable wakeUp;
    LogStream* owner = nullptr;
    std::unique_ptr<client::Stream> stream;
    std::vector<LogLine> lines;
    QString message;
    bool broken = false, told = false, posted = false;
    QString last; // timestamp of the last line delivered

    bool stopped() {
        std::lock_guard lock(mutex);
        return owner == nullptr;
    }

    void post() { // mutex held
        if (posted || owner == nullptr)
            return;
        posted = true;
        QMetaObject::invokeMethod(
            owner, [target = owner] { QTimer::singleShot(40, target, [target] { target->deliver(); }); },
            Qt::QueuedConnection);
    }

    void tell(QString what, bool isBroken) {
        std::lock_guard lock(mutex);
        message = std::move(what);
        broken = isBroken;
        told = true;
        post();
    }

    void add(std::vector<LogLine> more) {
        std::unique_lock lock(mutex);
        // A reader that is far ahead of the window waits, so that memory stays bounded.
        wakeUp.wait(lock, [this] { return lines.size() < 20'000 || owner == nullptr; });
        for (LogLine& line : more) {
            if (!line.timestamp.isEmpty() && line.timestamp <= last && resumed)
                continue; // seen before the connection broke
            last = std::max(last, line.timestamp);
            lines.push_back(std::move(line));
        }
        if (!lines.empty())
            post();
    }

    bool resumed = false;

    /// Reads until the stream ends. @return whether it ended in order.
    bool readAll() {
        LogSplitter splitter(index);
        for (;;) {
            auto piece = stream->read();
            if (stopped())
                return true;
            if (!piece) {
                tell(errorText(piece.error()), true);
                return false;
            }
            add(piece->empty() ? splitter.finish() : splitter.add(*piece));
            if (piece->empty())
                return true;
        }
    }

    void run() {
        auto pause = std::chrono::milliseconds(500);
        while (!stopped()) {
            LogOptions now = options;
            if (resumed && !last.isEmpty()) {
                const auto seen = base::parseTime(last.toStdString());
                const auto since = seen ? base::Time::clock::now() - *seen : std::chrono::seconds(60);
                now.sinceSeconds = std::max<int>(
                    1, 2 + static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(since).count()));
            }
            client::Request request;
            request.target = logTarget(source, now, true);
            request.accept = "*/*";
            auto opened = session->client->transport().open(request);
            if (stopped())
                return;
            if (!opened) {
                tell(errorText(opened.error()), true);
                if (options.previous || opened.error().kind == client::Errc::notFound)
                    return;
            } else {
                {
                    std::lock_guard lock(mutex);
                    stream = std::move(*opened);
                }
                tell({}, false);
                pause = std::chrono::milliseconds(500);
                const bool ended = readAll();
                if (options.previous)
                    return tell(QString(), false);
                if (ended && !stopped())
                    tell(LogStream::tr("The container's output ended"), true);
            }
            resumed = true;
            std::unique_lock lock(mutex);
            stream.reset();
            wakeUp.wait_for(lock, pause, [this] { return owner == nullptr; });
            pause = std::min(pause * 2, std::chrono::milliseconds(8000));
        }
    }
};

LogStream::LogStream(SessionPtr session, LogSource source, int index, LogOptions options, QObject* parent)
    : QObject(parent), shared_(std::make_shared<Shared>()) {
    shared_->session = std::move(session);
    shared_->source = std::move(source);
    shared_->options = options;
    shared_->index = index;
    shared_->owner = this;
    std::thread([shared = shared_] { shared->run(); }).detach(); // ends by itself once abandoned
}

LogStream::~LogStream() {
    std::lock_guard lock(shared_->mutex);
    shared_->owner = nullptr;
    if (shared_->stream)
        shared_->stream->cancel();
    shared_->wakeUp.notify_all();
}

void LogStream::deliver() {
    std::vector<LogLine> lines;
    QString message;
    bool told = false, broken = false;
    {
        std::lock_guard lock(shared_->mutex);
        shared_->posted = false;
        lines.swap(shared_->lines);
        told = std::exchange(shared_->told, false);
        message = shared_->message;
        broken = shared_->broken;
    }
    shared_->wakeUp.notify_all();
    if (!lines.empty())
        emit arrived(lines);
    if (told)
        emit stateChanged(message, broken);
}

} // namespace slipway::ui
