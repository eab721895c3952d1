#pragma once

#include "cluster/api/json.h"

#include <boost/json/monotonic_resource.hpp>
#include <cstddef>
#include <memory>

namespace slipway::api {

/// Memory of the JSON values of one request, taken piece by piece and given back all at once: neither a member that is
/// added nor a tree that is let go asks the allocator.
///
/// A value in an arena must not outlive it. Copies of a value, and what is moved out of it, stay in its arena: what is
/// to be kept has to be made in memory of its own, `Json(value, {})`. Assigned to a member, a value moves to where the
/// owner of the member is. Made, used and ended by one thread, which keeps its block for the next one: blocks given
/// back between values that stay would leave the heap full of holes.
class JsonArena {
public:
    JsonArena();
    ~JsonArena();
    JsonArena(const JsonArena&) = delete;
    JsonArena& operator=(const JsonArena&) = delete;

    boost::json::storage_ptr storage() { return &memory_; }

private:
    static constexpr std::size_t blockSize = 64 << 10; // bytes: a pod, read, changed and with its owners of fields

    std::unique_ptr<unsigned char[]> block_;
    boost::json::monotonic_resource memory_;
};

/// The same as parseJson(text), with the value in @p arena.
std::expected<Json, JsonError> parseJson(std::string_view text, JsonArena& arena);

} // namespace slipway::api
