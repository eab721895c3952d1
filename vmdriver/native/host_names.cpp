#include "vmdriver/native/host_names.h"

#include <algorithm>
#include <cstdint>
#include <format>
#include <unistd.h>

#include "cluster/base/files.h"
#include "cluster/base/random.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

std::string stateFolderId(const fs::path& stateDir) {
    const fs::path file = stateDir / "id";
    if (auto known = base::readFile(file); known && !known->empty())
        return std::move(*known);
    std::error_code ignored;
    fs::create_directories(stateDir, ignored);
    // Whoever links first decides, so that two programs at once agree.
    const fs::path mine = file.string() + "." + std::to_string(getpid());
    if (!base::writeFileAtomically(mine, base::newUuid().substr(0, 8)))
        return {};
    (void)link(mine.c_str(), file.c_str());
    fs::remove(mine, ignored);
    return base::readFile(file).value_or("");
}

std::string HostNames::sandbox(const std::string& node) const {
    return cluster_ + "." + node + (stateId_.empty() ? "" : "." + stateId_);
}

std::string HostNames::hashed(const char* prefix, const std::string& rest) const {
    std::uint32_t hash = 2166136261u; // FNV-1a
    for (const char c : stateId_ + "/" + cluster_ + rest)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return std::format("{}-{:08x}", prefix, hash);
}

std::string HostNames::bridge() const {
    return hashed("slb", "");
}

std::string HostNames::link(const std::string& node) const {
    return hashed("slw", "/" + node);
}

std::string HostNames::table() const {
    std::string name = bridge();
    std::ranges::replace(name, '-', '_');
    return name;
}

} // namespace slipway::vmdriver
