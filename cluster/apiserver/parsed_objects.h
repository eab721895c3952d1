#pragma once

#include "cluster/api/json.h"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace slipway::apiserver {

struct CachedObject;

/// The few objects that many requests read (namespaces, service accounts, priority classes, policies), parsed once per
/// version of each. Bounded in bytes: when it is full it begins anew. Thread-safe.
class ParsedObjects {
public:
    /// Empty when the bytes are no object.
    std::shared_ptr<const api::JsonObject> of(const CachedObject& object);

private:
    struct Known {
        std::shared_ptr<const std::string> bytes; ///< held, so that no other object gets their place
        std::shared_ptr<const api::JsonObject> object;
    };
    std::mutex mutex_;
    std::unordered_map<const std::string*, Known> known_;
    std::size_t size_ = 0; ///< of the bytes
};

} // namespace slipway::apiserver
