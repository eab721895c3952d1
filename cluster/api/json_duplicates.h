#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// The members of a JSON text's objects that come twice, by path ("spec.containers[0].name"), in the order of the text.
/// At most 100. Of a text that is no JSON: those before what is wrong.
std::vector<std::string> duplicateMembers(std::string_view json);

/// Puts paths in the order in which the text has them last; those it does not have come last.
void orderAsWritten(std::string_view json, std::vector<std::string>& paths);

} // namespace slipway::api
