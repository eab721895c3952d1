#pragma once

#include "cluster/api/json.h"

#include <boost/json/monotonic_resource.hpp>

namespace slipway::api {

/// Memory of the JSON values of one request, taken piece by piece and given back all at once: neither a member that is
/// added nor a tree that is let go asks the allocator.
///
/// A value in an arena must not outlive it. Copies of a value, and what is moved out of it, stay in its arena: what is
/// to be kept has to be made in memory of its own, `Json(value, {})`. Assigned to a member, a value moves to where the
/// owner of the member is. One thread at a time.
class JsonArena {
public:
    boost::json::storage_ptr storage() { return &memory_; }

private:
    boost::json::monotonic_resource memory_{16 * 1024}; // bytes, begun with; a pod takes about as much
};

/// The same as parseJson(text), with the value in @p arena.
std::expected<Json, JsonError> parseJson(std::string_view text, JsonArena& arena);

} // namespace slipway::api
