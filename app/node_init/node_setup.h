#pragma once
// What a node's first process arranges in the kernel before any service starts.

namespace slipway::node_init {

/// cgroup v2: moves this process into a leaf and hands every controller down, since a group with processes may not have
/// children with controllers. Does nothing on v1.
void delegateCgroups();

/// Forwarding between pods and, where the host has the module, bridged traffic through the service rules.
void setNetworkSysctls();

/// Shared mount propagation, which volumes with mountPropagation need.
void shareMounts();

} // namespace slipway::node_init
