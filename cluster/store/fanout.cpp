#include "cluster/store/fanout.h"

namespace slipway::store {

class Fanout::Handle : public Subscription {
public:
    Handle(std::shared_ptr<Fanout> fanout, std::shared_ptr<Subscriber> subscriber)
        : fanout_(std::move(fanout)), subscriber_(std::move(subscriber)) {}
    ~Handle() override { fanout_->end(subscriber_); }

private:
    std::shared_ptr<Fanout> fanout_;
    std::shared_ptr<Subscriber> subscriber_;
};

void Fanout::deliver(std::span<const Commit> commits) {
    const std::lock_guard lock(mutex_);
    const auto subscribers = subscribers_;
    for (const Commit& commit : commits) {
        for (const auto& subscriber : subscribers) {
            if (!subscriber->ended && commit.revision >= subscriber->from)
                subscriber->deliver(commit.events);
        }
    }
}

Result<std::unique_ptr<Subscription>> Fanout::add(Deliver deliver, const std::function<Result<Revision>()>& prepare) {
    const std::lock_guard lock(mutex_);
    auto prepared = prepare();
    if (!prepared)
        return std::unexpected(std::move(prepared.error()));
    auto subscriber = std::make_shared<Subscriber>(std::move(deliver), *prepared);
    subscribers_.push_back(subscriber);
    return std::make_unique<Handle>(shared_from_this(), std::move(subscriber));
}

void Fanout::end(const std::shared_ptr<Subscriber>& subscriber) {
    const std::lock_guard lock(mutex_);
    subscriber->ended = true;
    std::erase(subscribers_, subscriber);
}

} // namespace slipway::store
