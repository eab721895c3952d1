#pragma once
// Whether the processor's virtualization can be used here.

#include <chrono>

namespace slipway::vmdriver {

/// Runs one instruction in a virtual machine of its own, in a child process. Some hosts offer /dev/kvm and then never
/// let a machine run; those count as not usable after `patience`. $SLIPWAY_VM_ACCELERATION (kvm or tcg) decides instead
/// when it is set. x86-64 only; elsewhere false.
bool kvmWorks(std::chrono::milliseconds patience = std::chrono::milliseconds(2000));

} // namespace slipway::vmdriver
