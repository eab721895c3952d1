#pragma once

#include "cluster/apiserver/request.h"

#include <string_view>

namespace slipway::apiserver {

/// The answer in the form the client asked for. JSON goes to everyone who takes it; only a client whose Accept header
/// has protobuf and no JSON gets protobuf. What has no protobuf form (logs, tables) stays as it is.
Answer inFormOf(std::string_view accept, Answer answer);

} // namespace slipway::apiserver
