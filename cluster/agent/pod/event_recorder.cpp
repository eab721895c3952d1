#include "cluster/agent/pod/event_recorder.h"

#include "cluster/agent/pod/pod_state.h"
#include "cluster/base/random.h"
#include "cluster/base/time.h"

#include <format>

namespace slipway::agent {
namespace {

constexpr std::size_t mostWaiting = 1000, mostKnown = 2000;

} // namespace

core::ObjectReference referenceTo(const core::Pod& pod, const std::string& container) {
    core::ObjectReference reference;
    reference.apiVersion = "v1";
    reference.kind = "Pod";
    reference.namespace_ = pod.metadata.namespace_;
    reference.name = pod.metadata.name;
    reference.uid = pod.metadata.uid;
    reference.resourceVersion = pod.metadata.resourceVersion;
    for (const core::Container& known : pod.spec->initContainers)
        if (!container.empty() && known.name == container)
            reference.fieldPath = std::format("spec.initContainers{{{}}}", container);
    if (!container.empty() && reference.fieldPath.empty())
        reference.fieldPath = std::format("spec.containers{{{}}}", container);
    return reference;
}

EventRecorder::EventRecorder(std::shared_ptr<const client::Client> client, std::string nodeName)
    : client_(std::move(client)), node_(std::move(nodeName)), thread_([this] { run(); }) {}

EventRecorder::~EventRecorder() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void EventRecorder::record(const core::ObjectReference& about, const std::string& type, const std::string& reason,
                           const std::string& message) {
    core::Event event;
    event.involvedObject = about;
    event.metadata.namespace_ = about.namespace_.empty() ? "default" : about.namespace_;
    event.metadata.name = about.name + "." + base::randomSuffix(16);
    event.type = type;
    event.reason = reason;
    event.message = message.substr(0, 1024);
    event.count = 1;
    event.firstTimestamp = event.lastTimestamp = base::nowRfc3339();
    event.source = core::EventSource{"kubelet", node_};
    event.reportingComponent = "kubelet";
    event.reportingInstance = node_;
    std::lock_guard lock(mutex_);
    if (waiting_.size() >= mostWaiting)
        waiting_.pop_front();
    waiting_.push_back(std::move(event));
    changed_.notify_all();
}

void EventRecorder::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (waiting_.empty()) {
            changed_.wait(lock);
            continue;
        }
        const core::Event event = waiting_.front();
        waiting_.pop_front();
        lock.unlock();
        const bool written = write(event);
        lock.lock();
        if (!written) { // the API is away: try again a little later
            waiting_.push_front(event);
            changed_.wait_for(lock, std::chrono::seconds(5), [&] { return stopping_; });
        }
    }
}

bool EventRecorder::write(const core::Event& event) {
    const std::string key = std::format("{}/{}/{}/{}/{}", event.involvedObject.uid, event.involvedObject.fieldPath,
                                        event.type, event.reason, event.message);
    if (const auto found = known_.find(key); found != known_.end()) {
        const api::Json patch{{"count", found->second.count + 1}, {"lastTimestamp", event.lastTimestamp}};
        const auto patched = client_->patch(client::resourceOf<core::Event>(), event.metadata.namespace_,
                                            found->second.name, client::PatchKind::merge, patch);
        if (patched) {
            ++found->second.count;
            return true;
        }
        if (patched.error().kind == client::Errc::unreachable)
            return false;
        known_.erase(key);
    }
    const auto created = client_->create<core::Event>(event.metadata.namespace_, event);
    if (!created)
        return created.error().kind != client::Errc::unreachable;
    if (known_.size() >= mostKnown)
        known_.clear();
    known_[key] = {event.metadata.name, 1};
    return true;
}

} // namespace slipway::agent
