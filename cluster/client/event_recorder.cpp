#include "cluster/client/event_recorder.h"

#include "cluster/base/log.h"
#include "cluster/base/time.h"

#include <format>

namespace slipway::client {

constexpr std::size_t rememberedEvents = 4096;

void EventRecorder::record(const api::core_v1::ObjectReference& about, std::string_view type, std::string_view reason,
                           std::string_view message) {
    const std::string now = base::nowRfc3339();
    const std::string ns = about.namespace_.empty() ? "default" : about.namespace_;
    const std::string key =
        std::format("{}/{}/{}/{}/{}/{}", about.kind, about.uid, about.fieldPath, type, reason, message);
    std::string name;
    int count = 1;
    {
        std::lock_guard lock(mutex_);
        if (known_.size() > rememberedEvents)
            known_.clear();
        Known& known = known_[key];
        count = ++known.count;
        if (count == 1)
            known.name =
                std::format("{}.{:x}", about.name, std::chrono::system_clock::now().time_since_epoch().count());
        name = known.name;
    }
    if (count > 1) {
        const api::JsonObject patch{{"count", count}, {"lastTimestamp", now}};
        if (client_->patch(resourceOf<api::core_v1::Event>(), ns, name, PatchKind::merge, patch))
            return;
        std::lock_guard lock(mutex_); // the old one is gone: begin anew
        known_.erase(key);
    }
    api::core_v1::Event event;
    event.metadata.name = name;
    event.metadata.namespace_ = ns;
    event.involvedObject = about;
    event.type = type;
    event.reason = reason;
    event.message = message;
    event.count = 1;
    event.firstTimestamp = event.lastTimestamp = now;
    event.source = api::core_v1::EventSource{};
    event.source->component = component_;
    event.source->host = host_;
    event.reportingComponent = component_;
    event.reportingInstance = host_;
    if (const auto made = client_->create(ns, event);
        !made && made.error().kind != Errc::notFound && made.error().kind != Errc::forbidden)
        base::debug("events", "{} {}: {}", reason, about.name, made.error().message);
}

} // namespace slipway::client
