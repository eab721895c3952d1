#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace slipway::api {

/// A JSON text without the member at a path of names (and without one of the commas beside it), found without reading
/// what else the text holds: far cheaper than parsing a part nobody looks at. Names are compared as they are written.
/// The text as it is when it has no such member, or is no JSON.
std::string withoutMember(std::string_view text, std::initializer_list<std::string_view> path);

} // namespace slipway::api
