#pragma once

#include <string>

namespace slipway::apiserver {

/// Now, as HTTP's Date header has it: "Sat, 31 Jan 2026 12:00:00 GMT" (RFC 9110, section 5.6.7).
const std::string& httpDate();

} // namespace slipway::apiserver
