#pragma once

#include "cluster/client/client.h"

#include <atomic>
#include <format>
#include <map>
#include <mutex>
#include <random>
#include <thread>

/// What servers said while they were killed, held together afterwards.
namespace slipway::test {

inline const client::ResourceRef maps{"", "v1", "configmaps", "ConfigMap", true};

/// What a server acknowledged, and what a watcher heard.
class History {
public:
    /// An acknowledged state of an object; an empty value: deleted.
    void acknowledged(const std::string& name, long long revision, const std::string& value) {
        const std::lock_guard lock(mutex_);
        auto& latest = acknowledged_[name];
        if (revision > latest.first)
            latest = {revision, value};
        ++count_;
    }
    void heard(const std::string& type, const std::string& name, long long revision, const std::string& value) {
        const std::lock_guard lock(mutex_);
        if (revision <= lastHeard_)
            problems_ += "revision " + std::to_string(revision) + " after " + std::to_string(lastHeard_) + "\n";
        lastHeard_ = revision;
        const bool there = present_.contains(name);
        if ((type == "ADDED") == there)
            problems_ += type + " of " + name + (there ? ", which was there\n" : ", which was not there\n");
        if (type == "DELETED")
            present_.erase(name);
        else
            present_[name] = value;
        if (revision > heard_[name].first)
            heard_[name] = {revision, type == "DELETED" ? "" : value};
    }
    long long lastHeard() const {
        const std::lock_guard lock(mutex_);
        return lastHeard_;
    }
    void begin(long long revision) { lastHeard_ = revision; }
    std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return count_;
    }
    std::map<std::string, std::string> present() const {
        const std::lock_guard lock(mutex_);
        return present_;
    }
    /// What was acknowledged and not heard, or heard in a wrong order.
    std::string problems() const {
        const std::lock_guard lock(mutex_);
        std::string all = problems_;
        for (const auto& [name, state] : acknowledged_) {
            const auto found = heard_.find(name);
            if (found == heard_.end() || found->second.first < state.first)
                all += name + " at revision " + std::to_string(state.first) + " was never heard of\n";
            else if (found->second.first == state.first && found->second.second != state.second)
                all += name + " at revision " + std::to_string(state.first) + " was heard as something else\n";
        }
        return all;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::pair<long long, std::string>> acknowledged_, heard_;
    std::map<std::string, std::string> present_;
    std::string problems_;
    std::size_t count_ = 0;
    long long lastHeard_ = 0;
};

inline long long revisionOf(const api::Json& object) {
    return std::stoll("0" + std::string(api::stringAt(object, {"metadata", "resourceVersion"})));
}

/// One client that makes, changes and deletes objects of its own, whatever the server does.
inline void writeMaps(const client::Client& client, int number, History& history, const std::atomic<bool>& over) {
    std::mt19937 random(static_cast<unsigned>(number));
    for (int i = 0; !over; ++i) {
        const std::string name = std::format("m{}-{}", number, random() % 20), value = std::format("{}-{}", number, i);
        const api::JsonObject data{{"data", api::JsonObject{{"v", value}}}};
        if (random() % 4 == 0) {
            // The answer does not say at which revision it went; what is made again later does.
            (void)client.remove(maps, "default", name);
            continue;
        }
        api::JsonObject object = data;
        object["metadata"] = api::JsonObject{{"name", name}};
        auto done = client.create(maps, "default", object);
        if (!done && done.error().kind == client::Errc::alreadyExists)
            done = client.patch(maps, "default", name, client::PatchKind::merge, data);
        if (done)
            history.acknowledged(name, revisionOf(*done), value);
        else
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

/// Watches without ever listing again: a server that comes back goes on where the last one ended.
inline void watchMaps(const client::Client& client, History& history, const std::atomic<bool>& over,
                      std::atomic<int>& refused) {
    while (!over) {
        client::Request request;
        request.target =
            maps.path("default") + std::format("?watch=1&timeoutSeconds=2&resourceVersion={}", history.lastHeard());
        auto stream = client.transport().open(request);
        if (!stream) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            continue;
        }
        std::string waiting;
        for (auto piece = (*stream)->read(); piece && !piece->empty(); piece = (*stream)->read()) {
            waiting += *piece;
            for (std::size_t end = waiting.find('\n'); end != waiting.npos; end = waiting.find('\n')) {
                const auto frame = api::parseJson(std::string_view(waiting).substr(0, end));
                waiting.erase(0, end + 1);
                if (!frame)
                    continue;
                const std::string type(api::stringAt(*frame, {"type"}));
                if (type == "ERROR") {
                    ++refused;
                    continue;
                }
                const api::Json& object = frame->at("object");
                history.heard(type, std::string(api::stringAt(object, {"metadata", "name"})), revisionOf(object),
                              std::string(api::stringAt(object, {"data", "v"})));
            }
        }
    }
}

} // namespace slipway::test
