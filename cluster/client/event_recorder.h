#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/client/client.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace slipway::client {

/// Writes core/v1 Events about objects; the same event again only counts up the one that is there. Thread-safe.
class EventRecorder {
public:
    EventRecorder(std::shared_ptr<const Client> client, std::string component, std::string host = {})
        : client_(std::move(client)), component_(std::move(component)), host_(std::move(host)) {}

    /// @p type "Normal" or "Warning". A failure to write is logged and otherwise ignored.
    void record(const api::core_v1::ObjectReference& about, std::string_view type, std::string_view reason,
                std::string_view message);

    template <class T> static api::core_v1::ObjectReference referenceTo(const T& object, std::string fieldPath = {}) {
        const ResourceRef resource = resourceOf<T>();
        api::core_v1::ObjectReference reference;
        reference.apiVersion = resource.apiVersion();
        reference.kind = resource.kind;
        reference.namespace_ = object.metadata.namespace_;
        reference.name = object.metadata.name;
        reference.uid = object.metadata.uid;
        reference.resourceVersion = object.metadata.resourceVersion;
        reference.fieldPath = std::move(fieldPath);
        return reference;
    }

private:
    struct Known {
        std::string name;
        int count = 0;
    };
    const std::shared_ptr<const Client> client_;
    const std::string component_, host_;
    std::mutex mutex_;
    std::map<std::string, Known> known_; ///< by object, type, reason and message
};

} // namespace slipway::client
