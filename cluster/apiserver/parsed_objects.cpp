#include "cluster/apiserver/parsed_objects.h"

#include "cluster/apiserver/watch_cache.h"

namespace slipway::apiserver {
namespace {

constexpr std::size_t mostBytes = 1 << 20, largestObject = 64 << 10;

} // namespace

std::shared_ptr<const api::JsonObject> ParsedObjects::of(const CachedObject& object) {
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = known_.find(object.bytes.get()); found != known_.end())
            return found->second.object;
    }
    auto value = api::parseJson(*object.bytes);
    auto parsed = std::make_shared<const api::JsonObject>(value && value->is_object() ? std::move(value->get_object())
                                                                                      : api::JsonObject());
    if (object.bytes->size() > largestObject)
        return parsed;
    const std::lock_guard lock(mutex_);
    if (size_ + object.bytes->size() > mostBytes) {
        known_.clear();
        size_ = 0;
    }
    if (known_.try_emplace(object.bytes.get(), object.bytes, parsed).second)
        size_ += object.bytes->size();
    return parsed;
}

} // namespace slipway::apiserver
