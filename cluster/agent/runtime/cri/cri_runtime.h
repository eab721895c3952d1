#pragma once

#include "cluster/agent/runtime/runtime.h"

namespace slipway::agent {

/// Where containerd and the OCI runtime under it are.
struct CriSettings {
    std::string endpoint = "unix:///run/containerd/containerd.sock";
    /// Folder in which containerd's runc shim keeps runc's state of the k8s.io namespace.
    std::string runcRoot = "/run/containerd/runc/k8s.io";
    std::string runcProgram = "runc";
};

/// The runtime behind a CRI v1 socket. The connection is made at the first call and made anew when it breaks.
/// Interactive commands go through runc itself, since containerd 1.7's streaming cannot close standard input alone
/// over WebSocket (see exec_process.cpp).
std::unique_ptr<Runtime> makeCriRuntime(const CriSettings& settings);

} // namespace slipway::agent
