#pragma once

#include "cluster/apiserver/registry.h"
#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

namespace slipway::apiserver {

/// One request for a resource, with all it needs. Lives as long as the request.
struct ResourceRequest {
    const Request& request;
    const RequestInfo& info;
    const api::Resource& resource;
    const User& user;
    Registry& registry;
    const WatchCache& cache;
    const store::Store& store;

    /// The context for a write, from the query (dryRun, fieldValidation).
    std::expected<WriteContext, api::Status> writeContext() const;
};

/// get, list, watch, create, update, patch, delete, deletecollection of a resource itself and of its status.
Answer getOne(const ResourceRequest& r);
Answer listAll(const ResourceRequest& r);
Answer watchAll(const ResourceRequest& r);
Answer createOne(const ResourceRequest& r);
Answer replaceOne(const ResourceRequest& r);
Answer patchOne(const ResourceRequest& r);
Answer deleteOne(const ResourceRequest& r);
Answer deleteAll(const ResourceRequest& r);

/// The change a PATCH body asks for, as a function of the current object. Errors: 415, 400.
std::expected<Registry::Change, api::Status> patchChange(const ResourceRequest& r, WriteContext& context);

/// An object as the client asked to see it (Accept).
Answer replyObject(const ResourceRequest& r, const CachedObject& object, int code,
                   std::vector<std::string> warnings = {});

} // namespace slipway::apiserver
