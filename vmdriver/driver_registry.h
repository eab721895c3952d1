#pragma once
// The drivers this program has.

#include <memory>
#include <string>
#include <vector>

#include "vmdriver/driver.h"

namespace slipway::vmdriver {

struct LifecyclePaths;

/// Names of all drivers, the preferred one first.
std::vector<std::string> driverNames();

/// Makes a driver by name. Error badProfile, naming the drivers there are.
Result<std::unique_ptr<Driver>> makeDriver(const std::string& name, const LifecyclePaths& paths);

/// Whether a driver works here, and if not, what to do about it.
struct DriverCheck {
    std::string driver;
    Result<void> usable;
};

/// Asks every driver, in order of preference.
std::vector<DriverCheck> checkDrivers(const LifecyclePaths& paths);

/// The first driver that works here ("auto"). Error with every driver's reason when there is none.
Result<std::string> chooseDriver(const LifecyclePaths& paths);

} // namespace slipway::vmdriver
