#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::api {

/// Standard base64 with padding (RFC 4648, section 4).
std::string encodeBase64(std::string_view bytes);
/// The bytes of standard base64; nothing when @p text is not valid. Line breaks are ignored, as Go's decoder does.
std::optional<std::string> decodeBase64(std::string_view text);
/// URL-safe base64 without padding (RFC 4648, section 5), as JSON web tokens use it.
std::string encodeBase64Url(std::string_view bytes);
std::optional<std::string> decodeBase64Url(std::string_view text);

} // namespace slipway::api
