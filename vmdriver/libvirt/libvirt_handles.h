#pragma once
// libvirt's objects with owners, and its errors as ours. Included by the driver's .cpp files only.

#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <memory>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

template <auto Free> struct LibvirtFree {
    template <class T> void operator()(T* object) const { Free(object); }
};
using Connection = std::unique_ptr<virConnect, LibvirtFree<virConnectClose>>;
using Domain = std::unique_ptr<virDomain, LibvirtFree<virDomainFree>>;
using Network = std::unique_ptr<virNetwork, LibvirtFree<virNetworkFree>>;

/// The last error of this thread, as a sentence.
inline std::unexpected<DriverError> libvirtFailure(const std::string& what, DriverErrc code = DriverErrc::sandbox) {
    const auto* error = virGetLastError();
    return failure(code, what + ": " + (error && error->message ? error->message : "no reason given"));
}

} // namespace slipway::vmdriver
