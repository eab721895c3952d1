#pragma once

#include "cluster/base/log.h"
#include "cluster/client/informer.h"

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace slipway::scheduler {

/// Hands a resource's objects on one by one, without keeping them. All calls come from its own thread.
template <class T> class Feed : public client::ReflectorSink {
public:
    using Seen = std::function<void(std::shared_ptr<const T>)>;
    using Gone = std::function<void(const std::string& key)>;
    /// After a list: the keys of all objects there are.
    using Replaced = std::function<void(const std::set<std::string>& keys)>;

    Feed(std::shared_ptr<const client::Client> client, Seen seen, Gone gone, Replaced replaced)
        : seen_(std::move(seen))
        , gone_(std::move(gone))
        , replaced_(std::move(replaced))
        , reflector_(std::move(client), client::resourceOf<T>(), "", {}, *this) {}

    void start() { reflector_.start(); }

private:
    static std::shared_ptr<const T> decode(const api::Json& json) {
        auto object = api::fromJson<T>(json);
        return object ? std::make_shared<const T>(std::move(*object)) : nullptr;
    }

    void replace(std::vector<std::shared_ptr<const api::Json>> objects) override {
        std::set<std::string> keys;
        for (const auto& json : objects)
            if (auto object = decode(*json)) {
                keys.insert(client::objectKey(object->metadata.namespace_, object->metadata.name));
                seen_(std::move(object));
            }
        replaced_(keys);
    }

    void apply(std::vector<client::Change> changes) override {
        for (const client::Change& change : changes) {
            auto object = decode(*change.object);
            if (!object)
                continue;
            if (change.kind == client::ChangeKind::deleted)
                gone_(client::objectKey(object->metadata.namespace_, object->metadata.name));
            else
                seen_(std::move(object));
        }
    }

    void freshness(client::Freshness state, const std::string& message) override {
        if (state == client::Freshness::denied)
            base::warn("scheduler", "watching {}: {}", std::string(api::ResourceOf<T>::resource), message);
    }

    Seen seen_;
    Gone gone_;
    Replaced replaced_;
    client::Reflector reflector_; // last: its thread ends first
};

} // namespace slipway::scheduler
