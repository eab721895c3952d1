#pragma once

#include "cluster/api/json_arena.h"
#include "cluster/apiserver/negotiation.h"
#include "cluster/apiserver/registry.h"
#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"

#include <chrono>

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
    std::shared_ptr<const api::Resource> shared = {}; ///< the resource, for what outlives the request
    Negotiation negotiation = {};                     ///< the form the client wants
    std::chrono::seconds listLifetime = {};           ///< how long a list may take from its first page to its last
    std::map<std::string, std::string>* annotations = nullptr; ///< of the audit event; null: there is none

    /// The context for a write, from the query (dryRun, fieldValidation, fieldManager).
    /// Errors: 422 for options that are none.
    std::expected<WriteContext, api::Status> writeContext() const;
    /// The body, decoded, in the arena where it is JSON; what it has twice is noted in the context. Errors: 400, 415.
    std::expected<api::Json, api::Status> body(WriteContext& context, api::JsonArena& arena) const;
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

/// An object as the client asked to see it (Accept).
Answer replyObject(const ResourceRequest& r, const CachedObject& object, int code,
                   std::vector<std::string> warnings = {});

/// What of the resource a request selects. Errors: 400.
std::expected<Selection, api::Status> selectionOf(const ResourceRequest& r);

/// Nothing new may be made of a definition that is being deleted.
api::Status createWhileTerminating();

/// Refuses options of a request: `ListOptions.meta.k8s.io "" is invalid: ...`.
api::Status invalidOptions(std::string_view kind, std::vector<api::StatusCause> causes);

} // namespace slipway::apiserver
