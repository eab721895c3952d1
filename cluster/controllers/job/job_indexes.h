#pragma once

#include <set>
#include <string>
#include <string_view>

namespace slipway::controllers {

/// The indexes of an indexed job in their text form: "0,2-5,9". Words that are no indexes, and those from @p limit on,
/// are left out.
std::set<int> parseIndexes(std::string_view text, int limit);
std::string formatIndexes(const std::set<int>& indexes);

} // namespace slipway::controllers
