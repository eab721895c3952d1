#pragma once

#include "cluster/agent/runtime/runtime.h"
#include "cluster/agent/server/remote_streams.h"

namespace slipway::agent {

/// Joins a client's streams with a command's until the command ends or the client goes. What the client did not ask
/// for (@p wanted) it is not sent.
asio::awaitable<void> runExec(RemoteStreams& streams, std::shared_ptr<ExecProcess> process, WantedStreams wanted);

} // namespace slipway::agent
