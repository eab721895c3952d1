#pragma once

#include "cluster/api/json.h"
#include "cluster/client/transport.h"

#include <condition_variable>
#include <map>
#include <mutex>

namespace slipway::tests {

/// A cluster that is nothing but answers: lists from a table, watches that stay open, a log, an echoing terminal.
class FakeCluster : public client::Transport {
public:
    /// The objects of a collection path ("/api/v1/pods").
    std::map<std::string, api::JsonArray> lists;
    /// Bodies for other paths (discovery, metrics, schemas, reviews).
    std::map<std::string, std::string> answers;
    std::string log = "2026-01-31T12:00:00.000000000Z started\n";
    std::vector<client::Request> writes;
    std::mutex mutex;

    client::Result<client::Response> send(const client::Request& request) override {
        std::lock_guard lock(mutex);
        const std::string path = request.target.substr(0, request.target.find('?'));
        if (const auto found = answers.find(path); found != answers.end())
            return client::Response{request.method == "POST" ? 201 : 200, "application/json", found->second};
        if (request.method != "GET") {
            writes.push_back(request);
            return client::Response{request.method == "POST" ? 201 : 200, "application/json", request.body};
        }
        if (const auto found = lists.find(path); found != lists.end())
            return answer({{"kind", "List"}, {"metadata", {{"resourceVersion", "7"}}}, {"items", found->second}});
        if (const auto at = path.find("/namespaces/"); at != std::string::npos) { // the list of one namespace
            const auto end = path.find('/', at + 12);
            const std::string ns = path.substr(at + 12, end == std::string::npos ? end : end - at - 12);
            const auto all = end == std::string::npos ? lists.end() : lists.find(path.substr(0, at) + path.substr(end));
            if (all != lists.end()) {
                api::JsonArray items;
                for (const api::Json& item : all->second)
                    if (api::stringAt(item, {"metadata", "namespace"}) == ns)
                        items.push_back(item);
                return answer({{"kind", "List"}, {"metadata", {{"resourceVersion", "7"}}}, {"items", items}});
            }
        }
        const auto name = path.substr(path.rfind('/') + 1);
        for (const auto& [list, items] : lists)
            for (const api::Json& item : items)
                if (api::stringAt(item, {"metadata", "name"}) == name && path.contains(list.substr(list.rfind('/'))))
                    return answer(item.as_object());
        return client::Response{
            404, "application/json",
            R"({"kind":"Status","status":"Failure","reason":"NotFound","message":"not found","code":404})"};
    }

    client::Result<std::unique_ptr<client::Stream>> open(const client::Request& request) override {
        return std::make_unique<Open>(request.target.contains("/log?") ? log : std::string());
    }

    client::Result<std::unique_ptr<client::WebSocket>> connect(const client::Request&,
                                                               const std::vector<std::string>&) override {
        return std::make_unique<Echo>();
    }

private:
    static client::Response answer(const api::JsonObject& body) {
        return {200, "application/json", api::printJson(body)};
    }

    /// Delivers one text and then nothing until it is cancelled.
    class Open : public client::Stream {
    public:
        explicit Open(std::string text) : text_(std::move(text)) {}
        client::Result<std::string> read() override {
            std::unique_lock lock(mutex_);
            if (!text_.empty())
                return std::exchange(text_, {});
            changed_.wait(lock, [this] { return cancelled_; });
            return std::unexpected(client::Error{client::Errc::cancelled, 0, "", "cancelled", {}});
        }
        void cancel() override {
            std::lock_guard lock(mutex_);
            cancelled_ = true;
            changed_.notify_all();
        }

    private:
        std::string text_;
        std::mutex mutex_;
        std::condition_variable changed_;
        bool cancelled_ = false;
    };

    /// Sends back what is typed; "exit" ends it with code 3.
    class Echo : public client::WebSocket {
    public:
        std::string protocol() const override { return "v5.channel.k8s.io"; }
        client::Result<std::optional<std::string>> read() override {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return cancelled_ || !out_.empty() || ended_; });
            if (!out_.empty())
                return "\1" + std::exchange(out_, {});
            if (ended_ == 1) {
                ended_ = 2;
                return "\3"
                       R"({"status":"Failure","message":"ended","details":{"causes":[{"reason":"ExitCode","message":"3"}]}})";
            }
            return std::nullopt;
        }
        client::Result<void> write(std::string_view message) override {
            std::lock_guard lock(mutex_);
            if (message.empty() || message[0] != 0)
                return {};
            for (const char c : message.substr(1)) {
                line_ += c;
                out_ += c == '\r' || c == '\n' ? "\r\n" : std::string(1, c);
                if (c != '\r' && c != '\n')
                    continue;
                ended_ = line_.starts_with("exit") ? 1 : 0;
                line_.clear();
                out_ += "root@web:/# ";
            }
            changed_.notify_all();
            return {};
        }
        void cancel() override {
            std::lock_guard lock(mutex_);
            cancelled_ = true;
            changed_.notify_all();
        }

    private:
        std::string out_ = "root@web:/# ", line_;
        int ended_ = 0;
        std::mutex mutex_;
        std::condition_variable changed_;
        bool cancelled_ = false;
    };
};

} // namespace slipway::tests
