#pragma once

#include "cluster/api/status.h"
#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

#include <chrono>
#include <memory>

namespace slipway::apiserver {

/// The form a client asked objects to come in (Accept header).
enum class Representation { object, table, partialMetadata };

/// The body of a watch: frames of the queue's events in the form that was asked for.
class WatchStream : public StreamBody {
public:
    WatchStream(std::shared_ptr<const api::Resource> resource, std::shared_ptr<WatchQueue> queue, Representation form,
                bool wholeRows, std::chrono::steady_clock::time_point end)
        : resource_(std::move(resource)), queue_(std::move(queue)), form_(form), wholeRows_(wholeRows), end_(end) {}

    void setWake(std::function<void()> wake) override { queue_->setWake(std::move(wake)); }
    Piece drain() override;
    std::chrono::steady_clock::time_point end() const override { return end_; }
    /// Whether drain() may wait for a converter.
    bool mayBlock() const;

private:
    void appendFrame(std::string& to, const WatchQueue::Item& item);
    std::string failed(const api::Status& status);

    const std::shared_ptr<const api::Resource> resource_;
    std::shared_ptr<WatchQueue> queue_;
    const Representation form_;
    const bool wholeRows_;
    const std::chrono::steady_clock::time_point end_;
    bool columnsSent_ = false, failed_ = false;
};

/// A watch that could not begin: one ERROR event, and its end.
class FailedWatch : public StreamBody {
public:
    explicit FailedWatch(api::Status status) : status_(std::move(status)) {}

    void setWake(std::function<void()> wake) override;
    Piece drain() override;

private:
    const api::Status status_;
};

} // namespace slipway::apiserver
