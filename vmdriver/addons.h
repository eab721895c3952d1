#pragma once
// Add-ons: plain manifests that come with the program.

#include <filesystem>
#include <string>
#include <vector>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

struct Addon {
    std::string name;                ///< the file's name without ".yaml"
    std::string summary;             ///< the manifest's first comment line
    std::vector<std::string> images; ///< images its pods need
    std::filesystem::path manifest;
};

/// The add-ons in a folder, sorted by name.
std::vector<Addon> listAddons(const std::filesystem::path& folder);

/// One of them. Error notFound, naming those there are.
Result<Addon> findAddon(const std::filesystem::path& folder, const std::string& name);

/// The images a manifest's text names ("image: NAME" lines), each once, in their order.
std::vector<std::string> imagesIn(const std::string& manifest);

} // namespace slipway::vmdriver
