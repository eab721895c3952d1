#pragma once

#include <string>
#include <string_view>

namespace slipway::apiserver {

/// Whether an answer of @p size bytes is to be compressed for a client that accepts @p acceptEncoding: from 128 KiB on,
/// as kube-apiserver does.
bool worthCompressing(std::string_view acceptEncoding, std::size_t size);

/// RFC 1952, at the fastest level.
std::string gzip(std::string_view text);

} // namespace slipway::apiserver
