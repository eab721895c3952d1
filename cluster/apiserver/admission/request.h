#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"
#include "cluster/apiserver/request.h"

#include <expected>
#include <format>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::apiserver::admission {

enum class Operation { create, update, remove, connect };

/// One write on its way to the store, as the plugins of the chain see it.
struct Request {
    Operation operation;
    const api::Resource& resource;
    std::string_view subresource;
    const User& user;
    bool dryRun;
    const api::JsonObject* before; ///< null of a create
    api::JsonObject& object;       ///< of a remove: what is being deleted
    std::vector<std::string>& warnings;
    /// Checks, prunes and defaults an object that a webhook changed; empty where nothing may be changed.
    std::function<std::expected<api::JsonObject, api::Status>(api::Json)> accept = {};
    /// Of a connect, whose object are its options: what is connected to.
    std::string_view connectedName = {}, connectedNs = {};
    std::map<std::string, std::string>* annotations = nullptr; ///< of the audit event; null: there is none

    std::string_view ns() const { return api::stringAt(object, {"metadata", "namespace"}); }
    std::string_view name() const { return api::stringAt(object, {"metadata", "name"}); }

    /// True for a write of the object itself, of that core resource.
    bool writes(std::string_view resourceName) const {
        return resource.group.empty() && resource.name == resourceName && subresource.empty();
    }
    /// Notes something for the audit log.
    void annotate(std::string key, std::string value) const {
        if (annotations != nullptr)
            annotations->insert_or_assign(std::move(key), std::move(value));
    }
    bool creates(std::string_view resourceName) const { return operation == Operation::create && writes(resourceName); }
};

/// A plugin's answer: nothing lets the write go on.
using Refusal = std::optional<api::Status>;

/// 403 about the object of the request.
template <class... Args> api::Status refuse(const Request& request, std::format_string<Args...> why, Args&&... args) {
    return api::forbidden(request.resource, request.name(), std::format(why, std::forward<Args>(args)...));
}

/// A text in double quotes, as Go's %q prints it.
std::string quotedText(std::string_view text);

} // namespace slipway::apiserver::admission
