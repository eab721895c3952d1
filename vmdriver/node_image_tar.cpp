#include "vmdriver/node_image_tar.h"

#include <cstdint>
#include <format>
#include <set>

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

/// FNV-1a over the text.
void mix(std::uint64_t& hash, const std::string& text) {
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
}

} // namespace

std::string nodeImageHash(const fs::path& nodeImage) {
    std::error_code ignored;
    std::uint64_t hash = 14695981039346656037ull;
    mix(hash, fs::canonical(nodeImage / "base", ignored).string()); // its folder is named by the hash of its recipe
    std::set<std::string> entries; // in an order that does not depend on the file system
    for (const auto& entry : fs::recursive_directory_iterator(nodeImage / "programs", ignored))
        if (entry.is_regular_file(ignored))
            entries.insert(std::format("{} {} {}", entry.path().string(), entry.file_size(ignored),
                                       entry.last_write_time(ignored).time_since_epoch().count()));
    for (const auto& entry : entries)
        mix(hash, entry);
    return std::format("{:016x}", hash);
}

std::vector<std::string> packNodeImage(const fs::path& nodeImage, const fs::path& tar) {
    std::vector<std::string> programs;
    std::error_code ignored;
    for (const auto& entry : fs::recursive_directory_iterator(nodeImage / "programs", ignored))
        if (entry.is_regular_file(ignored))
            programs.push_back(entry.path().lexically_relative(nodeImage / "programs").string());
    std::vector<std::string> command{"tar",
                                     "--create",
                                     "--file",
                                     tar.string(),
                                     "--xattrs",
                                     "--xattrs-include=*",
                                     "--numeric-owner",
                                     "--anchored",
                                     "--exclude=./dev/*",
                                     "--exclude=./var/lib/containerd"};
    for (const auto& program : programs)
        command.push_back("--exclude=./" + program);
    const auto add = [&](std::initializer_list<std::string> words) { command.insert(command.end(), words); };
    add({"--directory", (nodeImage / "base/.").string(), "."});
    add({"--no-recursion", "--directory", (nodeImage / "programs").string()});
    command.insert(command.end(), programs.begin(), programs.end());
    add({"--recursion", "--transform", "s,^containerd\\(/\\|$\\),./var/lib/containerd\\1,S", "--directory",
         nodeImage.string(), "containerd"});
    return command;
}

} // namespace slipway::vmdriver
