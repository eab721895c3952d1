#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

/// Whole-file reading and crash-safe writing.
namespace slipway::base {

/// Why a file operation failed: the path and the system's own words.
struct FileError {
    int code = 0; ///< errno
    std::string message;
};

/// Reads a whole file.
std::expected<std::string, FileError> readFile(const std::filesystem::path& path);

/// Replaces a file so that after a crash at any instant the old or the new content is there, whole:
/// writes a sibling, fsyncs it, renames it over, fsyncs the folder. @p mode is the new file's permission bits.
std::expected<void, FileError> writeFileAtomically(const std::filesystem::path& path, std::string_view content,
                                                   unsigned mode = 0600);

} // namespace slipway::base
