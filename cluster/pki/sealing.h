#pragma once

#include "cluster/pki/pki.h"

#include <string>
#include <string_view>

namespace slipway::pki {

/// Encrypts with AES-GCM (NIST SP 800-38D) under a fresh random nonce; the result is nonce, ciphertext and tag.
/// @p key 16, 24 or 32 bytes. @p context is bound to the text: it opens only with the same.
Result<std::string> seal(std::string_view key, std::string_view text, std::string_view context);
/// Errors: Errc::crypto when the key or the context is another, or a byte was changed.
Result<std::string> unseal(std::string_view key, std::string_view sealed, std::string_view context);

} // namespace slipway::pki
