#pragma once

#include "cluster/apiserver/server.h"
#include "cluster/client/transport.h"

#include <memory>

namespace slipway::apiserver {

/// A transport into an API server of the same process, as one fixed user: the same authorization, admission and
/// validation as over the network, without a socket. The server must outlive the transport and its streams.
std::shared_ptr<client::Transport> makeLocalTransport(ApiServer& server, User user);

} // namespace slipway::apiserver
