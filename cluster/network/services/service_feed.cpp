#include "cluster/network/services/service_feed.h"

namespace slipway::network {
namespace {

/// What comes in bursts is handed on together; what failed is tried again less often.
constexpr std::chrono::milliseconds gather{20}, writeAgain{2000};

std::string keyOf(const api::core_v1::Service& service) {
    return service.metadata.namespace_ + "/" + service.metadata.name;
}

/// The service a slice belongs to; empty for none.
std::string ownerOf(const SlicePtr& slice) {
    if (!slice)
        return {};
    const auto name = slice->metadata.labels.find("kubernetes.io/service-name");
    return name == slice->metadata.labels.end() ? std::string() : slice->metadata.namespace_ + "/" + name->second;
}

} // namespace

ServiceFeed::ServiceFeed(std::vector<Consumer> consumers)
    : consumers_(std::move(consumers)), thread_([this](std::stop_token stop) { run(stop); }) {}

ServiceFeed::~ServiceFeed() = default;

void ServiceFeed::stop() {
    thread_.request_stop();
    if (thread_.joinable())
        thread_.join();
}

void ServiceFeed::touch(const std::string& key) {
    changed_.insert(key);
    pending_ = true;
}

void ServiceFeed::serviceChanged(const ServicePtr& before, const ServicePtr& after) {
    {
        std::lock_guard lock(mutex_);
        const std::string key = keyOf(after ? *after : *before);
        services_[key].service = after;
        touch(key);
    }
    wake_.notify_all();
}

void ServiceFeed::sliceChanged(const SlicePtr& before, const SlicePtr& after) {
    {
        std::lock_guard lock(mutex_);
        const std::string from = ownerOf(before), to = ownerOf(after);
        if (!from.empty() && from != to) {
            services_[from].slices.erase(before->metadata.name);
            touch(from);
        }
        if (!to.empty()) {
            services_[to].slices[after->metadata.name] = after;
            touch(to);
        }
    }
    wake_.notify_all();
}

void ServiceFeed::allChanged() {
    {
        std::lock_guard lock(mutex_);
        for (const auto& [key, kept] : services_)
            changed_.insert(key);
        pending_ = true;
    }
    wake_.notify_all();
}

void ServiceFeed::ready() {
    {
        std::lock_guard lock(mutex_);
        ready_ = pending_ = true;
    }
    wake_.notify_all();
}

std::vector<ServiceView> ServiceFeed::take() {
    std::vector<ServiceView> views;
    for (const std::string& key : changed_) {
        const auto found = services_.find(key);
        ServiceView view{key, nullptr, {}};
        if (found != services_.end()) {
            view.service = found->second.service;
            for (const auto& [name, slice] : found->second.slices)
                view.slices.push_back(slice);
            if (!view.service && view.slices.empty())
                services_.erase(found);
        }
        views.push_back(std::move(view));
    }
    changed_.clear();
    pending_ = false;
    return views;
}

void ServiceFeed::run(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (wake_.wait(lock, stop, [&] { return ready_ && pending_; })) {
        const std::vector<ServiceView> views = take();
        lock.unlock();
        bool done = true;
        for (const Consumer& consumer : consumers_)
            done = consumer(views) && done;
        lock.lock();
        bool never = false;
        wake_.wait_for(lock, stop, done ? gather : writeAgain, [&] { return never; });
        pending_ = pending_ || !done;
    }
}

} // namespace slipway::network
