#include "ui/terminal/exec_session.h"

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <unistd.h>

namespace slipway::ui {
namespace {

// Channels of the remotecommand protocol.
constexpr char stdinChannel = 0, stdoutChannel = 1, stderrChannel = 2, errorChannel = 3, resizeChannel = 4;

void writeAll(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace

ExecResult readExecStatus(std::string_view json) {
    const auto status = api::parseJson(json);
    if (!status)
        return {std::nullopt, text(json)};
    if (api::stringAt(*status, {"status"}) == "Success")
        return {0, {}};
    ExecResult result{std::nullopt, text(api::stringAt(*status, {"message"}))};
    if (const api::Json* causes = api::find(*status, {"details", "causes"}); causes != nullptr && causes->is_array())
        for (const api::Json& cause : causes->get_array())
            if (api::stringAt(cause, {"reason"}) == "ExitCode")
                result.exitCode = std::atoi(std::string(api::stringAt(cause, {"message"})).c_str());
    return result;
}

namespace {

std::string streamTarget(const QString& ns, const QString& pod, const QString& container, const char* verb) {
    return "/api/v1/namespaces/" + client::percentEncode(ns.toStdString()) + "/pods/" +
           client::percentEncode(pod.toStdString()) + "/" + verb +
           "?stdin=true&stdout=true&tty=true&container=" + client::percentEncode(container.toStdString());
}

} // namespace

std::string attachTarget(const QString& ns, const QString& pod, const QString& container) {
    return streamTarget(ns, pod, container, "attach");
}

std::string execTarget(const QString& ns, const QString& pod, const QString& container,
                       const std::vector<std::string>& command) {
    std::string target = streamTarget(ns, pod, container, "exec");
    for (const std::string& word : command)
        target += "&command=" + client::percentEncode(word);
    return target;
}

std::vector<std::string> shellCommand() {
    return {"sh", "-c",
            "TERM=xterm-256color; export TERM; for shell in bash ash; do "
            "command -v $shell >/dev/null 2>&1 && exec $shell; done; exec sh"};
}

/// Shared by the GUI thread, the reader and the writer; the last of them frees it.
struct ExecSession::Shared {
    ~Shared() { ::close(output); }

    SessionPtr session;
    std::string target;
    int output = -1;

    std::mutex mutex;
    std::condition_variable wakeUp;
    ExecSession* owner = nullptr;
    std::unique_ptr<client::WebSocket> socket;
    std::deque<std::string> outgoing;
    std::string size;
    bool closed = false;

    template <class Call> void tell(Call call) {
        std::lock_guard lock(mutex);
        if (owner != nullptr)
            QMetaObject::invokeMethod(owner, [target = owner, call] { call(target); }, Qt::QueuedConnection);
    }

    void write() {
        for (;;) {
            std::string message;
            {
                std::unique_lock lock(mutex);
                wakeUp.wait(lock, [this] { return closed || !size.empty() || !outgoing.empty(); });
                if (closed)
                    return;
                if (!size.empty()) {
                    message = std::exchange(size, {});
                } else {
                    message = std::move(outgoing.front());
                    outgoing.pop_front();
                }
            }
            if (!socket->write(message))
                return;
        }
    }

    ExecResult read() {
        ExecResult result;
        for (;;) {
            auto message = socket->read();
            if (!message) {
                if (!result.exitCode && result.message.isEmpty())
                    result.message = errorText(message.error());
                return result;
            }
            if (!*message)
                return result;
            const std::string& bytes = **message;
            if (bytes.empty())
                continue;
            if (bytes[0] == stdoutChannel || bytes[0] == stderrChannel)
                writeAll(output, std::string_view(bytes).substr(1));
            else if (bytes[0] == errorChannel)
                result = readExecStatus(std::string_view(bytes).substr(1));
        }
    }

    void run() {
        client::Request request;
        request.target = target;
        auto connected = session->client->transport().connect(request, {"v5.channel.k8s.io", "v4.channel.k8s.io"});
        ExecResult result;
        if (!connected) {
            result.message = errorText(connected.error());
        } else {
            {
                std::lock_guard lock(mutex);
                if (owner == nullptr)
                    return;
                socket = std::move(*connected);
            }
            tell([](ExecSession* to) { emit to->opened(); });
            std::thread writer([this] { write(); });
            result = read();
            {
                std::lock_guard lock(mutex);
                closed = true;
            }
            wakeUp.notify_all();
            socket->cancel();
            writer.join();
        }
        tell([result](ExecSession* to) { emit to->ended(result); });
    }
};

ExecSession::ExecSession(SessionPtr session, std::string target, int output, QObject* parent)
    : QObject(parent), shared_(std::make_shared<Shared>()) {
    shared_->session = std::move(session);
    shared_->target = std::move(target);
    shared_->output = ::dup(output);
    shared_->owner = this;
}

void ExecSession::start() {
    std::thread([shared = shared_] { shared->run(); }).detach(); // ends by itself once abandoned
}

ExecSession::~ExecSession() {
    std::lock_guard lock(shared_->mutex);
    shared_->owner = nullptr;
    shared_->closed = true;
    if (shared_->socket)
        shared_->socket->cancel();
    shared_->wakeUp.notify_all();
}

void ExecSession::send(const QByteArray& bytes) {
    std::lock_guard lock(shared_->mutex);
    shared_->outgoing.push_back(stdinChannel + std::string(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    shared_->wakeUp.notify_all();
}

void ExecSession::resize(int columns, int lines) {
    std::lock_guard lock(shared_->mutex);
    shared_->size =
        resizeChannel + ("{\"Width\":" + std::to_string(columns) + ",\"Height\":" + std::to_string(lines) + "}");
    shared_->wakeUp.notify_all();
}

} // namespace slipway::ui
