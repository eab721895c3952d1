#pragma once

#include "cluster/api/json.h"

#include <QString>

namespace slipway::ui {

/// A Kubernetes quantity ("250m", "128Mi", 2) as a number; 0 when it is none. Pure.
double quantityOf(const api::Json* value);
double quantityOf(std::string_view written);

/// "1.25" or "12m" cores.
QString cpuText(double cores);
/// "7.7 GiB", "128 MiB", "12 KiB".
QString memoryText(double bytes);

/// What somebody asked for and may use at most, summed over containers; 0: not said.
struct ResourceBounds {
    double cpuRequest = 0, cpuLimit = 0, memoryRequest = 0, memoryLimit = 0;
    ResourceBounds& operator+=(const ResourceBounds& other);
};
/// Of one container.
ResourceBounds boundsOfContainer(const api::Json& container);
/// Of all containers of a pod's spec. A limit counts only when every container has one.
ResourceBounds boundsOfPodSpec(const api::JsonObject& spec);

} // namespace slipway::ui
