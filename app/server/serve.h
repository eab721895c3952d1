#pragma once

#include "cluster/store/etcd_store.h"

namespace slipway::server {

/// How a store in an etcd is opened.
using OpenEtcd = store::Result<std::unique_ptr<store::Store>> (*)(const store::EtcdOptions& options);

/// The program: reads the command line, serves until it is told to stop, and returns the exit code.
/// @p openEtcd is null in the program that is linked without gRPC, whose libraries take longer to load than the server
/// takes to start: it becomes the other one when an etcd is named.
int serve(int argc, char** argv, OpenEtcd openEtcd);

} // namespace slipway::server
