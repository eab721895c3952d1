#pragma once

#include "cluster/client/client.h"

#include <functional>
#include <string>

namespace slipway::controllers {

/// Changes an object as it is on the server, member by member, so that nothing is lost that has no place in a struct
/// (an empty class name says something else than none). Writes nothing when @p change changes nothing. An object that
/// is gone, or is another of the same name, is left alone.
client::Result<void> editObject(const client::Client& client, const client::ResourceRef& resource, std::string_view ns,
                                std::string_view name, std::string_view uid,
                                const std::function<void(api::JsonObject&)>& change, std::string_view subresource = {});

} // namespace slipway::controllers
