#pragma once

#include "cluster/apiserver/http/answering.h"

namespace slipway::apiserver {

/// Who is at the other end: common name and organizations of a verified client certificate, and the address.
Peer peerOf(TlsSocket& stream);

} // namespace slipway::apiserver
